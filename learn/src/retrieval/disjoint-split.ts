// Splits judged queries so that no document is relevant on two sides: queries that share a relevant document, or are near copies of one another, stay
// together (union-find), and whole groups are dealt out. On SciFact the official split does not have this, and two thirds of its test claims can be
// answered from memory.

import { Rng } from '@quire/engine/internals';
import type { Task } from '../scoring/task.ts';

export interface DisjointSplit {
  readonly train: Task;
  readonly dev: Task;
  readonly test: Task;
  readonly groups: number;
}

/** Cosine of word counts above which two queries are one claim. */
const COPY = 0.9;

/** `shares`: of train and dev; the rest is test. */
export function disjointSplit(
  task: Task,
  seed: number,
  shares: readonly [number, number] = [0.6, 0.12],
): DisjointSplit {
  const ids = [...task.qrels.keys()].filter((id) => task.queries.has(id)).sort();
  const groups = new Rng(seed).shuffle(groupsOf(ids, task));
  const sides: string[][] = [[], [], []];
  const limits = [shares[0] * ids.length, shares[1] * ids.length, Number.POSITIVE_INFINITY];
  for (const group of groups) {
    const side = sides.findIndex((own, i) => own.length + group.length <= Math.ceil(limits[i]!));
    sides[side]!.push(...group);
  }
  const [train, dev, test] = sides.map((own, i) => part(task, own, ['train', 'dev', 'test'][i]!));
  return { train: train!, dev: dev!, test: test!, groups: groups.length };
}

function part(task: Task, ids: readonly string[], side: string): Task {
  const kept = [...ids].sort();
  return {
    ...task,
    name: `${task.name}, ${side}`,
    queries: new Map(kept.map((id) => [id, task.queries.get(id)!])),
    qrels: new Map(kept.map((id) => [id, task.qrels.get(id)!])),
  };
}

/** Groups of query ids, in the order of their first one. */
function groupsOf(ids: readonly string[], task: Task): string[][] {
  const above = ids.map((_, i) => i);
  const root = (i: number): number => {
    let at = i;
    while (above[at] !== at) at = above[at]!;
    return at;
  };
  const join = (a: number, b: number) => {
    const [x, y] = [root(a), root(b)];
    above[Math.max(x, y)] = Math.min(x, y);
  };
  const first = new Map<string, number>();
  const bags = ids.map((id) => bagOf(task.queries.get(id)!));
  for (const [i, id] of ids.entries()) {
    for (const [doc, grade] of task.qrels.get(id)!) {
      if (grade <= 0) continue;
      const before = first.get(doc);
      if (before === undefined) first.set(doc, i);
      else join(before, i);
    }
    for (let j = 0; j < i; j++) if (cosine(bags[i]!, bags[j]!) > COPY) join(i, j);
  }
  const groups = new Map<number, string[]>();
  for (const [i, id] of ids.entries()) groups.set(root(i), [...(groups.get(root(i)) ?? []), id]);
  return [...groups.values()];
}

function bagOf(text: string): ReadonlyMap<string, number> {
  const bag = new Map<string, number>();
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) bag.set(word, (bag.get(word) ?? 0) + 1);
  return bag;
}

function cosine(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (const [word, count] of a) {
    dot += count * (b.get(word) ?? 0);
    aa += count * count;
  }
  for (const count of b.values()) bb += count * count;
  return dot / Math.sqrt(aa * bb || 1);
}
