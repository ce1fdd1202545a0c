// A retrieval task to score encoders on: documents, queries, and which documents answer which query.

import type { Qrels } from '@quire/engine/evaluation';
import { encodeUtf8, sha256Hex } from '@quire/engine/internals';
import { heldOutSide, type TrainingWork } from '../data/works.ts';
import { sideOf } from '../split.ts';

export interface TaskDocument {
  readonly id: string;
  /** '' where the task hides it, as in title → abstract. */
  readonly title: string;
  readonly text: string;
}

export interface Task {
  readonly name: string;
  /** The reported measure: `ndcg_cut_10` or `recip_rank` cut at 10 documents. */
  readonly measure: 'nDCG@10' | 'MRR@10';
  readonly documents: readonly TaskDocument[];
  readonly queries: ReadonlyMap<string, string>;
  readonly qrels: Qrels;
}

/**
 * Title → abstract: find a paper's abstract among those of `documents` works of one held-out side, by its title. Works
 * are chosen by a hash of their key, so the choice does not depend on the file's order. Every work with the same abstract
 * counts as relevant.
 */
export function titleToAbstract(
  works: Iterable<TrainingWork>,
  side: 'dev' | 'test',
  size: { readonly documents: number; readonly queries: number },
): Task {
  const chosen = [...works]
    .filter((work) => sideOf(work.key) === side && heldOutSide(work) === side && work.title !== '')
    .map((work) => ({ work, place: sha256Hex(encodeUtf8(`title-to-abstract\n${work.key}`)) }))
    .sort((a, b) => (a.place < b.place ? -1 : 1))
    .slice(0, size.documents)
    .map(({ work }) => work);
  const byAbstract = new Map<string, string[]>();
  for (const { key, abstract } of chosen) byAbstract.set(abstract, [...(byAbstract.get(abstract) ?? []), key]);
  const asked = chosen.slice(0, size.queries);
  return {
    name: `title → abstract, ${side}`,
    measure: 'MRR@10',
    documents: chosen.map(({ key, abstract }) => ({ id: key, title: '', text: abstract })),
    queries: new Map(asked.map(({ key, title }) => [key, title])),
    qrels: new Map(asked.map(({ key, abstract }) => [key, new Map(byAbstract.get(abstract)!.map((id) => [id, 1]))])),
  };
}

/** The queries that share no relevant document with a query of `other`: they can tune without a leak. */
export function disjointQueries(qrels: Qrels, other: Qrels): Qrels {
  const seen = new Set(
    [...other.values()].flatMap((judged) => [...judged].filter(([, rel]) => rel > 0).map(([id]) => id)),
  );
  return new Map([...qrels].filter(([, judged]) => ![...judged].some(([id, rel]) => rel > 0 && seen.has(id))));
}
