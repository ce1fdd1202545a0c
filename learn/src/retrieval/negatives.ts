// Negatives of a query: documents that a retriever finds and that do not answer it. Lists come from BM25 or from the model itself (mined, and mined
// again as the model moves); a batch draws from them and from all documents at random. Documents that may answer after all are left out: they
// are what mining finds first.

import type { Ranking } from '@quire/engine/core';
import type { Rng } from '@quire/engine/internals';
import type { RankedList } from './nearest.ts';
import type { JudgedTexts } from './pairs.ts';

export interface FalseNegativeFilter {
  /** Best documents that are never taken, because they may be unjudged answers. Default 0. */
  readonly skipTop?: number;
  /**
   * A document whose score is above this share of the score of the query's best relevant document is left out (NV-Retriever, 2024, takes .95). Default:
   * no limit.
   */
  readonly margin?: number;
}

/** The candidates of one query, best first: without relevant documents and their copies, without what the filter leaves out. */
export function candidates(
  { ords, scores }: RankedList,
  relevant: readonly number[],
  documents: readonly string[],
  depth: number,
  { skipTop = 0, margin = Number.POSITIVE_INFINITY }: FalseNegativeFilter = {},
): Uint32Array {
  const answers = new Set(relevant);
  const copies = new Set(relevant.map((d) => documents[d]!));
  const own = ords.findIndex((ord) => answers.has(ord));
  // Without a score of an answer there is nothing to compare with.
  const limit = own < 0 || scores[own]! <= 0 ? Number.POSITIVE_INFINITY : scores[own]! * margin;
  const out: number[] = [];
  for (const [i, ord] of ords.entries()) {
    if (answers.has(ord) || copies.has(documents[ord]!) || scores[i]! > limit) continue;
    out.push(ord);
    if (out.length === depth + skipTop) break;
  }
  return Uint32Array.from(out.slice(skipTop));
}

/** A ranking by ids as one by numbers. */
export function byNumber(ranking: Ranking, numbers: ReadonlyMap<string, number>): RankedList {
  return {
    ords: Uint32Array.from(ranking, ({ id }) => numbers.get(id)!),
    scores: Float64Array.from(ranking, ({ score }) => score),
  };
}

/** One source of negatives: a list for each query, or all documents. */
export interface NegativeSource {
  readonly share: number;
  readonly lists: readonly Uint32Array[] | 'all';
}

/** `count` negatives for a query. A source without a candidate gives one of all documents. */
export function drawNegatives(
  query: number,
  count: number,
  sources: readonly NegativeSource[],
  { documents, relevant }: Pick<JudgedTexts, 'documents' | 'relevant'>,
  rng: Rng,
): number[] {
  const answers = new Set(relevant[query]!);
  const total = sources.reduce((sum, { share }) => sum + share, 0);
  const out: number[] = [];
  for (let n = 0; n < count; n++) {
    const source = pick(sources, rng.float() * total);
    const list = source.lists === 'all' ? undefined : source.lists[query]!;
    if (list !== undefined && list.length > 0) out.push(list[rng.below(list.length)]!);
    else out.push(anyOther(answers, documents.length, rng));
  }
  return out;
}

/** The source in whose share `at` lies. */
function pick(sources: readonly NegativeSource[], at: number): NegativeSource {
  let end = 0;
  for (const source of sources) {
    end += source.share;
    if (at < end) return source;
  }
  return sources.at(-1)!; // the caller has sources
}

function anyOther(answers: ReadonlySet<number>, documents: number, rng: Rng): number {
  // All documents are answers only in a toy collection: then one of them is drawn, and the mask of the loss leaves it out.
  for (let tries = 0; tries < 100; tries++) {
    const found = rng.below(documents);
    if (!answers.has(found)) return found;
  }
  return rng.below(documents);
}
