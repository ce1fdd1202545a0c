// How well vectors find what answers a query: nDCG@10 of exact search over all documents, query by query.

import { evaluate, perQueryValues } from '@quire/engine/evaluation';
import { nearest } from './nearest.ts';
import type { JudgedTexts } from './pairs.ts';

export interface Found {
  /** nDCG@10 by query. */
  readonly ndcg: ReadonlyMap<string, number>;
  readonly mean: number;
}

const DEPTH = 100;

export function measureVectors(
  judged: JudgedTexts,
  vectors: { readonly queries: Float32Array; readonly documents: Float32Array; readonly dim: number },
): Found {
  const lists = nearest(vectors.queries, vectors.documents, vectors.dim, DEPTH);
  const run = new Map(
    judged.queryIds.map((id, q) => {
      const { ords, scores } = lists[q]!;
      return [id, Array.from(ords, (ord, i) => ({ id: judged.documentIds[ord]!, score: scores[i]! }))];
    }),
  );
  const qrels = new Map(judged.queryIds.map((id) => [id, judged.task.qrels.get(id)!]));
  const ndcg = perQueryValues(evaluate(run, qrels, { measures: ['ndcg_cut.10'] }), 'ndcg_cut_10');
  return { ndcg, mean: [...ndcg.values()].reduce((sum, value) => sum + value, 0) / Math.max(1, ndcg.size) };
}
