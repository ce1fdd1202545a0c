// Exact search in a frozen matrix of document vectors: inner products with all rows, score descending, then number ascending.

import { TopK } from '@quire/engine/internals';

export interface RankedList {
  readonly ords: Uint32Array;
  readonly scores: Float64Array;
}

/** The best `k` rows of `documents` for each row of `queries`; both (rows, dim). */
export function nearest(queries: Float32Array, documents: Float32Array, dim: number, k: number): RankedList[] {
  const rows = documents.length / dim;
  const best = new TopK(Math.min(k, rows));
  const out: RankedList[] = [];
  for (let q = 0; q < queries.length; q += dim) {
    for (let d = 0; d < rows; d++) {
      const at = d * dim;
      let sum = 0;
      for (let i = 0; i < dim; i++) sum += queries[q + i]! * documents[at + i]!;
      best.push(sum, d);
    }
    out.push(best.drain());
  }
  return out;
}
