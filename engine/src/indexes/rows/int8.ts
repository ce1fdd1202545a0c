// Scalar quantisation, symmetric and per vector: x ≈ code × scale with scale = max|x| / 127. Arithmetic that affects
// bytes or scores is in f64, or f64 rounded by fround, so every runtime gives the same bits.

const LEVELS = 127;
/**
 * Queries have 15 bits, so that their rounding is negligible beside that of the documents (engine/assembly/int8.ts).
 */
const QUERY_LEVELS = 16383;

/** Writes codes of `vec` into `out`; returns the scale (f32, 0 for a zero vector). */
export function quantise(vec: Float32Array, out: Int8Array): number {
  const scale = Math.fround(largest(vec) / LEVELS);
  if (scale === 0) {
    out.fill(0);
    return 0;
  }
  for (let i = 0; i < vec.length; i++) out[i] = clamp(Math.floor(vec[i]! / scale + 0.5), LEVELS);
  return scale;
}

/** The values of the codes, rounded to f32. */
export function dequantise(codes: Int8Array, scale: number, out: Float32Array): void {
  for (let i = 0; i < codes.length; i++) out[i] = codes[i]! * scale;
}

export interface QueryInt8 {
  readonly values: Int16Array; // (dim), |value| ≤ 16383
  readonly scale: number; // f64
}

export function quantiseQuery(vec: Float32Array): QueryInt8 {
  const scale = largest(vec) / QUERY_LEVELS;
  const values = new Int16Array(vec.length);
  if (scale === 0) return { values, scale: 0 };
  for (let i = 0; i < vec.length; i++) values[i] = clamp(Math.floor(vec[i]! / scale + 0.5), QUERY_LEVELS);
  return { values, scale };
}

function largest(vec: Float32Array): number {
  let max = 0;
  for (let i = 0; i < vec.length; i++) max = Math.max(max, Math.abs(vec[i]!));
  return max;
}

function clamp(x: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, x));
}
