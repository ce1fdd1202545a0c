// The tasks that encoders are reported on, and those that a fusion weight is tuned on.

import type { Qrels } from '@quire/engine/evaluation';
import { type Dataset, loadDataset, loadQrels } from '@quire/engine/node';
import type { TrainingWork } from '../data/works.ts';
import { disjointQueries, type Task, titleToAbstract } from './task.ts';

/** Reported splits; several are taken together. */
const REPORTED: Readonly<Record<string, readonly string[]>> = {
  scifact: ['test'],
  scitldr: ['test'],
  cacm: ['test'],
  cranfield: ['test'],
  conala: ['test'],
  cosqa: ['dev', 'test'],
};
const TUNING = ['scifact', 'scitldr'] as const;
const UNSEEN = { documents: 20_000, queries: 2_000 };

/** Names of the reported tasks; "title-to-abstract" needs works. */
export const TASKS = [...Object.keys(REPORTED), 'title-to-abstract'] as const;

/** Training queries that share no relevant document with a reported query of the same collection. */
export function tuningTasks(data: string): Promise<readonly Task[]> {
  return Promise.all(
    TUNING.map(async (name) => {
      const set = await loadDataset(name, { data, split: 'train' });
      const reported = await loadQrels(name, { data, split: 'test' });
      return taskOf(`${name}, train`, set, disjointQueries(set.qrels, reported.qrels));
    }),
  );
}

/** A reported task by its name. Throws NOT_FOUND where its collection is not in `data`. */
export async function reportedTask(name: string, data: string, heldOut: readonly TrainingWork[]): Promise<Task> {
  if (name === 'title-to-abstract') return titleToAbstract(heldOut, 'test', UNSEEN);
  const splits = REPORTED[name] ?? ['test'];
  const set = await loadDataset(name, { data, split: splits[0] });
  const qrels = new Map(set.qrels);
  for (const split of splits.slice(1)) {
    for (const [id, judged] of (await loadQrels(name, { data, split })).qrels) qrels.set(id, judged);
  }
  return taskOf(`${name}, ${splits.join(' and ')}`, set, qrels);
}

function taskOf(name: string, { documents, queries }: Dataset, qrels: Qrels): Task {
  const asked = new Map([...qrels.keys()].map((id) => [id, queries.get(id) ?? '']));
  return { name, measure: 'nDCG@10', documents, queries: asked, qrels };
}
