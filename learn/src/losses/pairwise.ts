// Losses over pairs of scores of one query: a better document's score s⁺ and a worse one's s⁻. The weights of the pairs are an input, so
// that masks, averages and the weights of LambdaLoss are one mechanism; `pairWeights`, `lambdaWeights` make them.

import type { Graph, NodeId } from '@quire/engine/network';

export interface PairInputs {
  /** (rows, documents): scores of the worse documents of each row. */
  readonly scores: NodeId;
  /** (rows, 1): the score of the better document of each row. */
  readonly better: NodeId;
  /** (rows, documents): weight of each pair, 0 for pairs that do not count. */
  readonly weights: NodeId;
}

/** Σ weight·log(1 + e^(s⁻ − s⁺)): STAR (Zhan et al., 2021) with `pairWeights`, ADORE with `lambdaWeights`. */
export function pairwiseLogistic(graph: Graph, { scores, better, weights }: PairInputs): NodeId {
  const losses = graph.unary('softplus', graph.difference(scores, better));
  return graph.total(graph.product(losses, weights));
}

/** Σ weight·max(0, margin − s⁺ + s⁻): triplet loss. */
export function hinge(graph: Graph, { scores, better, weights }: PairInputs, margin: number): NodeId {
  const losses = graph.unary('relu', graph.affine(graph.difference(scores, better), 1, margin));
  return graph.total(graph.product(losses, weights));
}

/** Mean of (s⁺ − s⁻ − y)²: MarginMSE (Hofstätter et al., 2020). All are (rows, 1); `margins` are the teacher's. */
export function marginMse(graph: Graph, better: NodeId, worse: NodeId, margins: NodeId): NodeId {
  const error = graph.difference(graph.difference(better, worse), margins);
  return graph.mean(graph.product(error, error));
}

/** 1 / (number of pairs) for each pair that counts. Throws nothing: without pairs all weights are 0, and so is the loss. */
export function pairWeights(counts: ArrayLike<number>): Float32Array {
  let total = 0;
  for (let i = 0; i < counts.length; i++) if (counts[i]! !== 0) total++;
  return Float32Array.from({ length: counts.length }, (_, i) => (counts[i]! !== 0 ? 1 / total : 0));
}

/**
 * Weights of ADORE (Zhan et al., 2021) for one query's list in rank order: rows for the relevant ranks, in order; columns for all ranks. The weight of a pair is
 * |w_i − w_j| / (number of pairs), w_r = 1/r up to rank `cut`, else 0.
 */
export function lambdaWeights(relevance: ArrayLike<number>, cut: number): Float32Array {
  const n = relevance.length;
  const weight = (i: number) => (i + 1 <= cut ? 1 / (i + 1) : 0);
  const pairs: (readonly [row: number, i: number, j: number])[] = [];
  let row = 0;
  for (let i = 0; i < n; i++) {
    if (relevance[i]! <= 0) continue;
    for (let j = 0; j < n; j++) if (relevance[j]! < relevance[i]!) pairs.push([row, i, j]);
    row++;
  }
  const out = new Float32Array(row * n);
  for (const [r, i, j] of pairs) out[r * n + j] = Math.abs(weight(i) - weight(j)) / pairs.length;
  return out;
}
