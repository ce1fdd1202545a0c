// Losses over the scores of a batch: a row for each query, a column for each document of the batch. Masks are inputs, so that
// every loss leaves out what answers a query.

import type { Graph, NodeId } from '@quire/engine/network';
import { hinge, pairwiseLogistic } from '../losses/pairwise.ts';

/** Losses of batches of queries and documents. */
export const BATCH_LOSSES = ['info-nce', 'star', 'hinge'] as const;
export type BatchLoss = (typeof BATCH_LOSSES)[number];

export interface BatchLossOptions {
  readonly loss: BatchLoss;
  /** Scores are multiplied by it: 20 for cosines. */
  readonly scale: number;
  /** Hinge: the distance that a better document must keep, in scaled scores. */
  readonly margin: number;
}

/** `scores` (queries, documents). The inputs `own` and `others` are of that shape (`batchMasks`). */
export function batchLoss(graph: Graph, scores: NodeId, { loss, scale, margin }: BatchLossOptions): NodeId {
  const { rows, cols } = graph.shape(scores);
  const own = graph.input('own', rows, cols);
  const others = graph.input('others', rows, cols);
  const scaled = graph.affine(scores, scale);
  if (loss === 'info-nce') {
    const seen = graph.sum(own, others);
    const masked = graph.sum(graph.product(scaled, seen), graph.affine(seen, 1e9, -1e9));
    const logs = graph.product(graph.logSoftmax(masked), own);
    return graph.affine(graph.total(logs), -1, 0, [rows]);
  }
  const better = graph.rowSum(graph.product(scaled, own));
  const pairs = { scores: scaled, better, weights: graph.affine(others, 1, 0, ['pairs']) };
  return loss === 'star' ? pairwiseLogistic(graph, pairs) : hinge(graph, pairs, margin);
}

export interface BatchMasks {
  /** 1 at the relevant document that was drawn for the query. */
  readonly own: Float32Array;
  /** 1 at documents that count against the query. */
  readonly others: Float32Array;
  /** Ones in `others`, at least 1. */
  readonly pairs: number;
}

/** `documents`: the numbers of the columns; document i of the first ones was drawn for query i. */
export function batchMasks(documents: readonly number[], relevant: readonly (readonly number[])[]): BatchMasks {
  const cols = documents.length;
  const own = new Float32Array(relevant.length * cols);
  const others = new Float32Array(relevant.length * cols);
  let pairs = 0;
  for (const [i, answers] of relevant.entries()) {
    const set = new Set(answers);
    own[i * cols + i] = 1;
    for (let j = 0; j < cols; j++) {
      if (j === i || set.has(documents[j]!)) continue;
      others[i * cols + j] = 1;
      pairs++;
    }
  }
  return { own, others, pairs: Math.max(1, pairs) };
}

/** The scores of queries against documents by their vectors, (queries, documents): rows of `vectors` by the inputs `queries` and `documents`. */
export function vectorScores(graph: Graph, vectors: NodeId): NodeId {
  return graph.matmulT(graph.gather(vectors, 'queries'), graph.gather(vectors, 'documents'));
}

/**
 * ADORE (Zhan et al., 2021): Σ weight·log(1 + e^(s⁻ − s⁺)) over pairs of the lists that the model retrieves now. `queries` (queries, dim); the inputs:
 * `listed` (entries, dim), the frozen vectors of the lists; ids `asked`, the query of each entry; ids `better` and `worse`, entries; `weights` (pairs, 1).
 */
export function adoreLoss(graph: Graph, queries: NodeId, scale: number): NodeId {
  const { cols } = graph.shape(queries);
  const listed = graph.input('listed', 'asked.rows', cols);
  const scores = graph.affine(graph.rowDot(graph.gather(queries, 'asked'), listed), scale);
  const apart = graph.difference(graph.gather(scores, 'worse', 'pairs'), graph.gather(scores, 'better', 'pairs'));
  return graph.total(graph.product(graph.unary('softplus', apart), graph.input('weights', 'pairs', 1)));
}
