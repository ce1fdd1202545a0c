// Regression on a teacher's vectors: squared error and cosine (ScalingNote, 2024, stage 2), and the similarities within a batch.

import type { Graph, NodeId } from '@quire/engine/network';

/** Mean over all elements of (student − teacher)². With `sum`, summed over the dimensions: dim times as much. */
export function vectorMse(graph: Graph, student: NodeId, teacher: NodeId, reduction: 'mean' | 'sum' = 'mean'): NodeId {
  const error = graph.difference(student, teacher);
  const square = graph.product(error, error);
  return reduction === 'mean' ? graph.mean(square) : graph.mean(graph.rowSum(square));
}

/** Mean over the rows of 1 − cosine. */
export function cosineLoss(graph: Graph, student: NodeId, teacher: NodeId): NodeId {
  const cosines = graph.rowDot(graph.normalize(student), graph.normalize(teacher));
  return graph.affine(graph.mean(cosines), -1, 1);
}

/** Mean squared difference of the cosines of all pairs of rows: the geometry of a batch, free of any rotation. */
export function similarityMse(graph: Graph, student: NodeId, teacher: NodeId): NodeId {
  const cosines = (x: NodeId) => {
    const unit = graph.normalize(x);
    return graph.matmulT(unit, unit);
  };
  return vectorMse(graph, cosines(student), cosines(teacher));
}
