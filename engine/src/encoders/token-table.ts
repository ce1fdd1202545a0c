// The weights of a static encoder: one row and one weight a token; rows as float32, or as int8 with one scale a row. A
// table turns a bag of tokens into an unnormalised vector. It does not read text.

import { EngineError } from '../core/index.ts';
import { type Tensor, type Tensors, tensorOf } from './safetensors.ts';

type TensorOf<D extends Tensor['dtype']> = Extract<Tensor, { dtype: D }>;

export interface TokenTable {
  readonly vocabulary: number;
  /** Dimension of a row. */
  readonly dim: number;
  /** Dimension of the result of `sum`: that of the projection if there is one. */
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
 * Reads `weights` (vocabulary), `table` (vocabulary, dim) as F32, or as I8 with `scales` (vocabulary), and, if present,
 * `projection` (output, dim). Throws CORRUPT.
 */
export function tokenTable(tensors: Tensors): TokenTable {
  const quantised = tensors.get('table')?.dtype === 'I8';
  const rows = tensorOf(tensors, 'table', quantised ? 'I8' : 'F32', [-1, -1]);
  const [vocabulary, dim] = rows.shape as readonly [number, number]; // the pattern asks for two sizes
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
      addRows(out, rows.values, factors, tokens, values, n);
      return projection === undefined ? out : project(out, projection.values, outputDim);
    },
  };
}

/** Rows to int8: the largest component of a row becomes ±127. Returns the tensors `table` and `scales`. */
export function quantiseRows(
  table: Float32Array,
  dim: number,
): { readonly table: TensorOf<'I8'>; readonly scales: TensorOf<'F32'> } {
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

/** out += Σ values × factor × row. Four rows a pass; each sum is still taken in the order of the tokens. */
function addRows(
  out: Float64Array,
  rows: Float32Array | Int8Array,
  factors: Float64Array,
  tokens: Uint32Array,
  values: Float64Array,
  n: number,
): void {
  const dim = out.length;
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const [a, b, c, e] = [tokens[i]!, tokens[i + 1]!, tokens[i + 2]!, tokens[i + 3]!];
    const [p, q] = [values[i]! * factors[a]!, values[i + 1]! * factors[b]!];
    const [r, s] = [values[i + 2]! * factors[c]!, values[i + 3]! * factors[e]!];
    const [ra, rb, rc, re] = [a * dim, b * dim, c * dim, e * dim];
    for (let d = 0; d < dim; d++) {
      out[d] = out[d]! + p * rows[ra + d]! + q * rows[rb + d]! + r * rows[rc + d]! + s * rows[re + d]!;
    }
  }
  for (; i < n; i++) {
    const row = tokens[i]! * dim;
    const factor = values[i]! * factors[tokens[i]!]!;
    for (let d = 0; d < dim; d++) out[d]! += factor * rows[row + d]!;
  }
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
