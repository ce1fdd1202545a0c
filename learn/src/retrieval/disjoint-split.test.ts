import { describe, expect, it } from 'vitest';
import type { Task } from '../scoring/task.ts';
import { disjointSplit } from './disjoint-split.ts';

const task: Task = {
  name: 'set',
  measure: 'nDCG@10',
  documents: Array.from({ length: 40 }, (_, i) => ({ id: `d${i}`, title: '', text: `text ${i}` })),
  queries: new Map(Array.from({ length: 60 }, (_, i) => [`q${i}`, `query number${i} about thing${i} and item${i}`])),
  // Neighbours share a document: q0 and q1, q2 and q3, …
  qrels: new Map(Array.from({ length: 60 }, (_, i) => [`q${i}`, new Map([[`d${Math.floor(i / 2)}`, 1]])])),
};
const documentsOf = (part: Task) => new Set([...part.qrels.values()].flatMap((judged) => [...judged.keys()]));

describe('a disjoint split', () => {
  it('keeps queries with a common document on one side, and every query on one', () => {
    const { train, dev, test, groups } = disjointSplit(task, 3);
    expect(groups).toBe(30);
    const sides = [train, dev, test].map(documentsOf);
    for (const [i, side] of sides.entries()) {
      for (const other of sides.slice(i + 1)) expect([...side].filter((doc) => other.has(doc))).toEqual([]);
    }
    expect(train.qrels.size + dev.qrels.size + test.qrels.size).toBe(60);
    expect(train.qrels.size).toBeGreaterThanOrEqual(34);
    expect(test.qrels.size).toBeGreaterThanOrEqual(14);
  });
  it('keeps near copies together, and depends on the seed alone', () => {
    const queries = new Map(task.queries);
    queries.set('q10', 'does a high dose of the drug lower the risk of a stroke in adults');
    queries.set('q20', 'does a high dose of the drug lower the risk of stroke in adults');
    const copies = { ...task, queries };
    const { groups, train, dev, test } = disjointSplit(copies, 3);
    expect(groups).toBe(29);
    const sideOf = (id: string) => [train, dev, test].findIndex(({ qrels }) => qrels.has(id));
    expect(sideOf('q10')).toBe(sideOf('q20'));
    expect([...disjointSplit(copies, 3).test.qrels.keys()]).toEqual([...test.qrels.keys()]);
    expect([...disjointSplit(copies, 4).test.qrels.keys()]).not.toEqual([...test.qrels.keys()]);
  });
});
