// The run of one query against its judgements: the ranked relevance values that every measure reads, ordered as
// trec_eval orders them (score descending, then document id DESCENDING by bytes; the ranks in the run are ignored).

import { EngineError } from '../core/errors.ts';
import { compareUtf8 } from '../core/order.ts';
import type { DocId } from '../core/types.ts';
import type { EvaluateOptions, RunHit } from './types.ts';

/** Relevance of a retrieved document outside the pool, and of one in the pool without a judgement. */
export const NOT_IN_POOL = -1;
export const NOT_JUDGED = -2;

export interface Judged {
  /** Relevance by rank (0 = first): ≥ 0 judged, else NOT_IN_POOL or NOT_JUDGED. */
  readonly ranked: Float64Array; // (retrieved); grades may be beyond 32 bits
  readonly retrieved: number;
  /** Documents with relevance ≥ level: judged, and retrieved. */
  readonly relevant: number;
  readonly relevantRetrieved: number;
  /** Documents judged 0 … level−1. */
  readonly nonrelevant: number;
  readonly level: number;
  /** Gains of the ideal ranking: every positive relevance, descending. */
  readonly ideal: Float64Array;
}

/**
 * Throws INVALID_ARGUMENT for a NaN score, a document twice in the run, or a relevance that is not a (safe) integer.
 */
export function judge(
  query: string,
  hits: readonly RunHit[],
  qrels: ReadonlyMap<DocId, number>,
  options: EvaluateOptions = {},
): Judged {
  const level = options.level ?? 1;
  const ranked = relevanceByRank(sortAsTrecEval(query, hits, options), qrels, options);
  const counts = { relevant: 0, nonrelevant: 0 };
  const positive: number[] = [];
  for (const [id, rel] of qrels) {
    if (!Number.isSafeInteger(rel)) throw badRelevance(query, id, rel);
    if (rel >= level) counts.relevant++;
    else if (rel >= 0) counts.nonrelevant++;
    if (rel > 0) positive.push(rel);
  }
  let relevantRetrieved = 0;
  for (const rel of ranked) if (rel >= level) relevantRetrieved++;
  const ideal = Float64Array.from(positive).sort().reverse();
  return { ranked, retrieved: ranked.length, relevantRetrieved, level, ideal, ...counts };
}

/** The same ranking cut to its first `depth` documents. The judgements are unchanged. */
export function cutJudged(judged: Judged, depth: number): Judged {
  if (judged.retrieved <= depth) return judged;
  const ranked = judged.ranked.subarray(0, depth);
  let relevantRetrieved = 0;
  for (const rel of ranked) if (rel >= judged.level) relevantRetrieved++;
  return { ...judged, ranked, retrieved: depth, relevantRetrieved };
}

function sortAsTrecEval(query: string, hits: readonly RunHit[], options: EvaluateOptions): readonly RunHit[] {
  const round = (options.scoreType ?? 'f32') === 'f32' ? Math.fround : (score: number) => score;
  const seen = new Set<DocId>();
  const sorted = hits.map((hit) => {
    if (Number.isNaN(hit.score)) throw nanScore(query, hit.id);
    if (seen.has(hit.id)) throw duplicate(query, hit.id);
    seen.add(hit.id);
    return { id: hit.id, score: round(hit.score) };
  });
  sorted.sort((a, b) => (a.score > b.score ? -1 : a.score < b.score ? 1 : compareUtf8(b.id, a.id)));
  return options.depth === undefined ? sorted : sorted.slice(0, options.depth);
}

function relevanceByRank(
  hits: readonly RunHit[],
  qrels: ReadonlyMap<DocId, number>,
  options: EvaluateOptions,
): Float64Array {
  const ranked = Float64Array.from(hits, (hit) => {
    const rel = qrels.get(hit.id);
    return rel === undefined ? NOT_IN_POOL : rel < 0 ? NOT_JUDGED : rel;
  });
  return options.judgedOnly === true ? ranked.filter((rel) => rel >= 0) : ranked;
}

const where = (query: string, id: DocId) => `document ${JSON.stringify(id)} of query ${JSON.stringify(query)}`;

function nanScore(query: string, id: DocId): EngineError {
  return new EngineError('INVALID_ARGUMENT', `The score of ${where(query, id)} is NaN`, {
    hint: 'Look for a NaN in a vector, or a 0/0 in a custom stage; a NaN cannot be ranked.',
  });
}
function duplicate(query: string, id: DocId): EngineError {
  return new EngineError('INVALID_ARGUMENT', `The run holds ${where(query, id)} more than once`, {
    hint: 'Collapse passages to documents (keep the best score) before evaluating.',
  });
}
function badRelevance(query: string, id: DocId, rel: number): EngineError {
  return new EngineError('INVALID_ARGUMENT', `The relevance of ${where(query, id)} is ${rel}, not an integer`, {
    hint: 'Round or rescale the judgements; gains are the relevance values themselves.',
  });
}
