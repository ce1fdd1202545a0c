// Losses over lists: the distribution of a teacher (KL), and the likelihood of an order (position-aware ListMLE).

import type { Graph, NodeId } from '@quire/engine/network';

/**
 * −Σ P_T·log softmax(scores / temperature), mean over the rows: cross-entropy to a teacher's distribution, which differs from the KL divergence by the teacher's
 * entropy alone. `teacher` holds probabilities (`teacherDistribution`).
 */
export function listwiseKl(graph: Graph, scores: NodeId, teacher: NodeId, temperature: number): NodeId {
  const logs = graph.logSoftmax(graph.affine(scores, 1 / temperature));
  const { rows } = graph.shape(scores);
  return graph.affine(graph.total(graph.product(logs, teacher)), -1, 0, [rows]);
}

/** softmax(scores / temperature) of each row of `cols` scores. */
export function teacherDistribution(scores: ArrayLike<number>, cols: number, temperature: number): Float32Array {
  const out = new Float32Array(scores.length);
  for (let begin = 0; begin < scores.length; begin += cols) {
    let most = Number.NEGATIVE_INFINITY;
    for (let i = begin; i < begin + cols; i++) most = Math.max(most, scores[i]! / temperature);
    let sum = 0;
    for (let i = begin; i < begin + cols; i++) sum += Math.exp(scores[i]! / temperature - most);
    for (let i = begin; i < begin + cols; i++) out[i] = Math.exp(scores[i]! / temperature - most) / sum;
  }
  return out;
}

export interface PListMle {
  /** (lists, n): the scores of each list, in the teacher's order: the best document first. */
  readonly scores: NodeId;
  /** Input of row numbers: each list n times (`plistMleInputs`). */
  readonly repeat: string;
  /** (lists·n, n): 1 where a column is at or behind the row's rank. */
  readonly remaining: NodeId;
  /** (lists·n, n): the weight a(i) at rank i of row i, divided by the number of lists. */
  readonly own: NodeId;
}

/** Σ a(i)·(−z_i + log Σ_{k ≥ i} e^z_k), mean over the lists (Lan et al., 2014). */
export function plistMle(graph: Graph, { scores, repeat, remaining, own }: PListMle): NodeId {
  const { rows } = graph.shape(remaining);
  const lists = graph.gather(scores, repeat, rows);
  const left = graph.sum(graph.product(lists, remaining), graph.affine(remaining, 1e9, -1e9));
  return graph.affine(graph.total(graph.product(graph.logSoftmax(left), own)), -1);
}

/** The inputs of `plistMle` for lists of n documents. `weights` has n of them; Granite R2 takes 2^(n−i) − 1. */
export function plistMleInputs(
  lists: number,
  weights: readonly number[],
): { readonly repeat: Uint32Array; readonly remaining: Float32Array; readonly own: Float32Array } {
  const n = weights.length;
  const repeat = Uint32Array.from({ length: lists * n }, (_, row) => Math.floor(row / n));
  const remaining = Float32Array.from({ length: lists * n * n }, (_, i) => (i % n >= Math.floor(i / n) % n ? 1 : 0));
  const own = Float32Array.from({ length: lists * n * n }, (_, i) => {
    const rank = Math.floor(i / n) % n;
    return i % n === rank ? weights[rank]! / lists : 0;
  });
  return { repeat, remaining, own };
}
