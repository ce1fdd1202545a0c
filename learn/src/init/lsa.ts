// Latent semantic analysis as the starting table (Deerwester et al. 1990): the right singular vectors of the weighted
// term-document matrix, by randomised subspace iteration (Halko, Martinsson & Tropp 2011, algorithm 4.4). A document's
// sum of rows is then its LSA vector, so training starts from a working encoder.

import { type Cancellable, EngineError, throwIfAborted } from '@quire/engine/core';
import { ln, Rng } from '@quire/engine/internals';
import { BagReader } from '../data/bags.ts';
import { symmetricEigen } from '../linear/eigen.ts';
import { multiply, transpose } from '../linear/matrix.ts';
import { orthonormaliseRows } from '../linear/orthonormal.ts';
import { type Ragged, rowsOf } from '../linear/ragged.ts';

export interface LsaOptions extends Cancellable {
  readonly dim: number;
  readonly seed: number;
  /** Extra directions that improve the accuracy of the last ones and are then dropped. Default 16. */
  readonly oversampling?: number;
  /** Passes over the texts. Default 4. */
  readonly iterations?: number;
  /** Component j is multiplied by (singular value j / the first) to this power, 0 or 0.5 or 1. Default 0. */
  readonly power?: 0 | 0.5 | 1;
}

/** ln((texts + 1) / (texts with the token + ½)), at least 0. */
export function idfWeights(texts: Ragged, vocabulary: number): Float32Array {
  const seenIn = new Uint32Array(vocabulary);
  const bags = new BagReader(vocabulary);
  for (let i = 0; i < rowsOf(texts); i++) {
    const n = bags.read(texts, i);
    for (let x = 0; x < n; x++) seenIn[bags.ids[x]!]! += 1;
  }
  const total = rowsOf(texts) + 1;
  return Float32Array.from(seenIn, (df) => Math.max(0, ln(total / (df + 0.5))));
}

/** The table, (vocabulary, dim). A token that occurs in no text has a row of zeros. */
export function lsaTable(texts: Ragged, weights: Float32Array, options: LsaOptions): Float32Array {
  const { dim, oversampling = 16, iterations = 4, power = 0 } = options;
  const vocabulary = weights.length;
  const wide = dim + oversampling;
  if (dim < 1 || wide > Math.min(vocabulary, rowsOf(texts))) {
    throw new EngineError('INVALID_ARGUMENT', `${dim} + ${oversampling} dimensions of ${rowsOf(texts)} texts`, {
      hint: 'Pass more texts than dimensions, or fewer dimensions.',
    });
  }
  const rng = new Rng(options.seed);
  let basis: Float64Array = Float64Array.from({ length: vocabulary * wide }, () => rng.float() - 0.5);
  for (let i = 0; i < iterations; i++) {
    throwIfAborted(options.signal);
    options.trace?.({ name: 'train.lsa', done: i, total: iterations });
    const rows = transpose(applyGram(texts, weights, basis, wide), vocabulary, wide);
    orthonormaliseRows(rows, wide, vocabulary);
    basis = transpose(rows, wide, vocabulary);
  }
  return rotate(texts, weights, basis, wide, dim, power);
}

/** AᵀA · basis, one text at a time; (vocabulary, wide). */
function applyGram(texts: Ragged, weights: Float32Array, basis: Float64Array, wide: number): Float64Array {
  const out = new Float64Array(basis.length);
  forEachProjection(texts, weights, basis, wide, (bags, n, projected) => {
    for (let x = 0; x < n; x++) {
      const at = bags.ids[x]! * wide;
      const value = bags.values[x]!;
      for (let d = 0; d < wide; d++) out[at + d]! += value * projected[d]!;
    }
  });
  return out;
}

/** Rotates the basis to the singular directions and keeps the first `dim`. */
function rotate(
  texts: Ragged,
  weights: Float32Array,
  basis: Float64Array,
  wide: number,
  dim: number,
  power: 0 | 0.5 | 1,
): Float32Array {
  const gram = new Float64Array(wide * wide);
  forEachProjection(texts, weights, basis, wide, (_bags, _n, projected) => {
    for (let i = 0; i < wide; i++) {
      const p = projected[i]!;
      for (let j = 0; j < wide; j++) gram[i * wide + j]! += p * projected[j]!;
    }
  });
  const { values, vectors } = symmetricEigen(gram, wide);
  const vocabulary = weights.length;
  const turned = new Float64Array(vocabulary * wide);
  multiply(basis, vectors, turned, vocabulary, wide, wide);
  const table = new Float32Array(vocabulary * dim);
  for (let j = 0; j < dim; j++) {
    // Eigenvalues of AᵀA are squared singular values.
    const ratio = Math.sqrt(Math.max(0, values[j]!) / values[0]!);
    const scale = power === 0 ? 1 : power === 1 ? ratio : Math.sqrt(ratio);
    for (let t = 0; t < vocabulary; t++) table[t * dim + j] = scale * turned[t * wide + j]!;
  }
  return table;
}

/** Calls `use` with every text's unit-length bag and its projection onto the basis (wide). */
function forEachProjection(
  texts: Ragged,
  weights: Float32Array,
  basis: Float64Array,
  wide: number,
  use: (bags: BagReader, n: number, projected: Float64Array) => void,
): void {
  const bags = new BagReader(weights.length);
  const projected = new Float64Array(wide);
  for (let i = 0; i < rowsOf(texts); i++) {
    const n = bags.read(texts, i);
    bags.weigh(weights, n);
    projected.fill(0);
    for (let x = 0; x < n; x++) {
      const at = bags.ids[x]! * wide;
      const value = bags.values[x]!;
      for (let d = 0; d < wide; d++) projected[d]! += value * basis[at + d]!;
    }
    use(bags, n, projected);
  }
}
