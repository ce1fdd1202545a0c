// Two reasons why a number can be wrong: test queries whose answers were in the training set, and returned documents
// without a judgement. SciFact's own split shares relevant documents between train and test for 65 % of its test
// queries.

import { judge } from './judged.ts';
import { unjudged } from './precision.ts';
import type { Qrels, Run } from './types.ts';

/** Above this share `leakWarning` warns. */
export const LEAK_LIMIT = 0.05;

export interface Leak {
  /** Test queries with a relevant document, and those among them that share one with a train query. */
  readonly queries: number;
  readonly shared: number;
  /** shared / queries, 0 without queries. */
  readonly share: number;
  /** The shared queries, in the order of the test qrels. Report them separately from the others. */
  readonly sharedQueries: readonly string[];
  /** Documents relevant to some train query. */
  readonly trainDocuments: number;
  /** Share of the documents relevant to some test query that are among them. */
  readonly documentShare: number;
}

/**
 * How much of a test set has answers that were relevant in training. `level` = smallest relevant value. Default 1.
 *
 * ```ts
 * const judged = (id: string) => new Map([['q', new Map([[id, 1]])]]);
 * console.assert(findLeak(judged('a'), judged('a')).share === 1);
 * console.assert(findLeak(judged('a'), judged('b')).share === 0);
 * ```
 */
export function findLeak(train: Qrels, test: Qrels, level = 1): Leak {
  const seen = new Set<string>();
  for (const judgements of train.values()) for (const [id, rel] of judgements) if (rel >= level) seen.add(id);
  const sharedQueries: string[] = [];
  let queries = 0;
  const relevantDocuments = new Set<string>();
  for (const [query, judgements] of test) {
    const relevant = [...judgements].filter(([, rel]) => rel >= level);
    if (relevant.length > 0) queries++;
    if (relevant.some(([id]) => seen.has(id))) sharedQueries.push(query);
    for (const [id] of relevant) relevantDocuments.add(id);
  }
  const shared = sharedQueries.length;
  const known = [...relevantDocuments].filter((id) => seen.has(id)).length;
  return {
    queries,
    shared,
    share: queries === 0 ? 0 : shared / queries,
    sharedQueries,
    trainDocuments: seen.size,
    documentShare: known === 0 ? 0 : known / relevantDocuments.size,
  };
}

/** The line to print, and whether it is a warning. */
export function leakWarning(leak: Leak): { readonly line: string; readonly warn: boolean } {
  const warn = leak.share > LEAK_LIMIT;
  const line = `train/test relevant-doc overlap = ${(leak.share * 100).toFixed(1)} % (${leak.shared} of ${leak.queries} test queries)`;
  return { line: warn ? `warning: ${line}: a trained method may have memorised these documents` : line, warn };
}

/** Mean share of documents without a judgement among the first `depth` returned, over the queries in both. */
export function holeRate(run: Run, qrels: Qrels, depth = 10): number {
  let sum = 0;
  let queries = 0;
  for (const [query, judgements] of qrels) {
    const hits = run.get(query);
    if (hits === undefined) continue;
    sum += unjudged(judge(query, hits, judgements), depth);
    queries++;
  }
  return queries === 0 ? 0 : sum / queries;
}
