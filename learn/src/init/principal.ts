// The principal directions of a set of vectors (about the origin, because dot products are compared), and vectors turned into them. The first
// columns carry most of the dot products, so they can be cut off behind any column.

import { EngineError } from '@quire/engine/core';
import { symmetricEigen } from '../linear/eigen.ts';

/** (dim, wide): row j is the j-th direction. `vectors` is (count, wide) row-major; every `stride`-th is read. */
export function principalDirections(vectors: Float32Array, wide: number, dim: number, stride = 1): Float32Array {
  const count = vectors.length / wide;
  if (!Number.isInteger(count) || count === 0 || dim > wide) {
    throw new EngineError('INVALID_ARGUMENT', `${dim} directions of ${vectors.length} numbers in rows of ${wide}`);
  }
  const gram = new Float64Array(wide * wide);
  for (let i = 0; i < count; i += stride) {
    const at = i * wide;
    for (let p = 0; p < wide; p++) {
      const x = vectors[at + p]!;
      for (let q = p; q < wide; q++) gram[p * wide + q]! += x * vectors[at + q]!;
    }
  }
  for (let p = 0; p < wide; p++) for (let q = 0; q < p; q++) gram[p * wide + q] = gram[q * wide + p]!;
  const { vectors: columns } = symmetricEigen(gram, wide);
  const rows = new Float32Array(dim * wide);
  for (let j = 0; j < dim; j++) for (let p = 0; p < wide; p++) rows[j * wide + p] = columns[p * wide + j]!;
  return rows;
}

/** The coordinates of `vector` (wide) in `directions` (dim, wide), written to `out` from `at` on. */
export function turnInto(directions: Float32Array, vector: Float32Array, out: Float32Array, at: number): void {
  const wide = vector.length;
  const dim = directions.length / wide;
  for (let j = 0; j < dim; j++) {
    let sum = 0;
    for (let p = 0; p < wide; p++) sum += directions[j * wide + p]! * vector[p]!;
    out[at + j] = sum;
  }
}
