// InfoNCE with the terms of Granite Embedding R2 (IBM, 2025, section 3): the denominator of query i holds its positive, all other
// documents (weight α), the other queries (β), and the other positives seen from positive i (γ). α = 1, β = γ = 0 is plain InfoNCE.

import type { Graph, NodeId } from '@quire/engine/network';

export interface ContrastiveInputs {
  /** Unit rows for cosine: (pairs, dim). Row i of both is a pair. */
  readonly queries: NodeId;
  readonly positives: NodeId;
  /** Shared negatives, (negatives, dim). */
  readonly negatives?: NodeId;
  readonly temperature: number;
  /**
   * (pairs, pairs): 1 where positive j may count against query i, 0 where it may not (itself, and what is relevant to it). The same matrix
   * masks the other queries and positives.
   */
  readonly others: NodeId;
  /** (pairs, negatives): 1 where a shared negative may count against a query. */
  readonly against?: NodeId;
  readonly alpha?: number;
  readonly beta?: number;
  readonly gamma?: number;
}

/** Mean over the pairs of −log(e^s(q, p) / Z). */
export function contrastive(graph: Graph, inputs: ContrastiveInputs): NodeId {
  const { queries, positives, negatives, others, against, temperature, alpha = 1, beta = 0, gamma = 0 } = inputs;
  const scores = (a: NodeId, b: NodeId) => graph.affine(graph.matmulT(a, b), 1 / temperature);
  const own = graph.affine(graph.rowDot(queries, positives), 1 / temperature);
  const terms: Term[] = [{ scores: scores(queries, positives), mask: others, weight: alpha }];
  if (negatives !== undefined && against !== undefined) {
    terms.push({ scores: scores(queries, negatives), mask: against, weight: alpha });
  }
  if (beta > 0) terms.push({ scores: scores(queries, queries), mask: others, weight: beta });
  if (gamma > 0) terms.push({ scores: scores(positives, positives), mask: others, weight: gamma });
  return graph.mean(graph.difference(logSum(graph, own, terms), own));
}

interface Term {
  readonly scores: NodeId;
  readonly mask: NodeId;
  readonly weight: number;
}

/** log(e^own + Σ weight·mask·e^scores), shifted by the largest exponent, so that no score overflows. */
function logSum(graph: Graph, own: NodeId, terms: readonly Term[]): NodeId {
  let shift = graph.detach(own);
  for (const { scores, mask } of terms) {
    // What the mask leaves out must not raise the shift: everything else could vanish beside it.
    const seen = graph.sum(graph.product(scores, mask), graph.affine(mask, 1e9, -1e9));
    shift = graph.binary('maximum', shift, graph.rowMax(graph.detach(seen)));
  }
  let sum = graph.unary('exp', graph.difference(own, shift));
  for (const { scores, mask, weight } of terms) {
    const seen = graph.sum(graph.product(scores, mask), graph.affine(mask, 1e9, -1e9));
    const powers = graph.unary('exp', graph.difference(seen, shift));
    sum = graph.sum(sum, graph.affine(graph.rowSum(graph.product(powers, mask)), weight));
  }
  return graph.sum(graph.unary('log', sum), shift);
}
