// The weights of a static encoder: one row and one weight a token, rows as float32 or as int8 with a scale of their own.
// A table turns a bag of tokens into an unnormalised vector; it knows nothing of text.

import { EngineError } from '../core/index.ts';
import { type Tensor, type Tensors, tensorOf } from './safetensors.ts';

export interface TokenTable {
  readonly vocabulary: number;
  /** Dimension of a row. */
  readonly dim: number;
  /** Dimension of what `sum` makes: that of the projection where there is one. */
  readonly outputDim: number;
  readonly quantised: boolean;
  /** Importance of each token in the mean. */
  readonly weights: Float32Array; // (vocabulary)
  /**
   * Σ values[i] × weight × row over the first n tokens, projected. Sums in float64 in the order given, so the same bag
   * in the same order has the same bits in every runtime.
   */
  sum(tokens: Uint32Array, values: Float64Array, n: number): Float64Array;
}

/**
 * Reads `weights` (vocabulary), `table` (vocabulary, dim) as F32, or as I8 beside `scales` (vocabulary), and, where there
 * is one, `projection` (output, dim). Throws CORRUPT.
 */
export function tokenTable(tensors: Tensors): TokenTable {
  const quantised = tensors.get('table')?.dtype === 'I8';
  const rows = tensorOf(tensors, 'table', quantised ? 'I8' : 'F32', [-1, -1]);
  const [vocabulary, dim] = rows.shape as readonly [number, number]; // two sizes were asked for
  const weights = tensorOf(tensors, 'weights', 'F32', [vocabulary]).values;
  const scales = quantised ? tensorOf(tensors, 'scales', 'F32', [vocabulary]).values : undefined;
  const projection = tensors.has('projection') ? tensorOf(tensors, 'projection', 'F32', [-1, dim]) : undefined;
  for (const values of [weights, scales, rows.dtype === 'F32' ? rows.values : undefined, projection?.values]) {
    if (values !== undefined) assertFinite(values);
  }
  if (vocabulary === 0 || dim === 0)
    throw new EngineError('CORRUPT', `A token table of shape [${rows.shape}] is empty`);
  const factors = Float64Array.from(weights, (weight, i) => weight * (scales?.[i] ?? 1));
  const outputDim = projection?.shape[0] ?? dim;
  return {
    vocabulary,
    dim,
    outputDim,
    quantised,
    weights,
    sum(tokens, values, n) {
      const out = new Float64Array(dim);
      for (let i = 0; i < n; i++) {
        const token = tokens[i]!;
        addRow(out, rows.values, token * dim, values[i]! * factors[token]!);
      }
      return projection === undefined ? out : project(out, projection.values, outputDim);
    },
  };
}

/** Rows to int8: the largest component of a row becomes ±127. Returns the tensors `table` and `scales`. */
export function quantiseRows(table: Float32Array, dim: number): { readonly table: Tensor; readonly scales: Tensor } {
  const vocabulary = table.length / dim;
  const values = new Int8Array(table.length);
  const scales = new Float32Array(vocabulary);
  for (let t = 0; t < vocabulary; t++) {
    let peak = 0;
    for (let d = 0; d < dim; d++) peak = Math.max(peak, Math.abs(table[t * dim + d]!));
    if (peak === 0) continue;
    scales[t] = peak / 127;
    for (let d = 0; d < dim; d++) values[t * dim + d] = Math.round((table[t * dim + d]! / peak) * 127);
  }
  return {
    table: { dtype: 'I8', shape: [vocabulary, dim], values },
    scales: { dtype: 'F32', shape: [vocabulary], values: scales },
  };
}

/** Two monomorphic callees would be one too few to matter: the loop is memory-bound. */
function addRow(out: Float64Array, rows: Float32Array | Int8Array, at: number, factor: number): void {
  if (rows instanceof Int8Array) for (let d = 0; d < out.length; d++) out[d]! += factor * rows[at + d]!;
  else for (let d = 0; d < out.length; d++) out[d]! += factor * rows[at + d]!;
}

function project(vector: Float64Array, projection: Float32Array, outputDim: number): Float64Array {
  const out = new Float64Array(outputDim);
  for (let o = 0; o < outputDim; o++) {
    let sum = 0;
    for (let d = 0; d < vector.length; d++) sum += projection[o * vector.length + d]! * vector[d]!;
    out[o] = sum;
  }
  return out;
}

function assertFinite(values: Float32Array): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new EngineError('CORRUPT', `Number ${bad} of a weight tensor is ${values[bad]}`);
}
