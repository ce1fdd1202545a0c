// Products of int8 codes, for encoding. The rows of x are rounded to codes −127 … 127 with one f32 scale a row; weights are
// stored as codes (n, k), k contiguous, with one scale a row. Integer sums are exact, so tiles, blocks and threads change no
// bit: out = f32(sum) × xScale × wScale (+ bias), each step rounded to f32. Twin: src/network/int8.ts.
//
// Codes of x lie in rows of `padded(k)` bytes, zeros behind k. So a row of weights can be read to a whole eight: what follows
// it is multiplied by 0. Memory behind the last row must be readable for 8 bytes. The relaxed build has the same code: the
// relaxed dot product is exact only for an operand 0 … 127, and the codes of x have signs.

/** Rows and columns of a tile: 8 sums and 3 operands stay in the 16 vector registers. 4 × 4 spills (docs/kernels.md). */
const ROWS: u32 = 4;
const COLUMNS: u32 = 2;
/** Bytes of x in a block: it stays in the first-level cache while all weights pass over it. */
const BLOCK: u32 = 24576;

// @ts-ignore: decorator
@inline
function padded(k: u32): u32 {
  return (k + 7) & ~7;
}

/** Rows `from` … `to`−1 of x (cols f32 each) as codes, in rows of `padded(cols)`, and f32 scales: peak / 127. */
export function quantiseRows(x: usize, cols: u32, codes: usize, scales: usize, from: u32, to: u32): void {
  const stride = padded(cols);
  const whole = cols & ~7;
  for (let i = from; i < to; i++) {
    const row = x + (<usize>i * cols << 2);
    const scale = peakOf(row, cols) / 127;
    store<f32>(scales + (<usize>i << 2), scale);
    const to = codes + <usize>i * stride;
    const by = f32x4.splat(scale);
    for (let j: u32 = 0; j < whole; j += 8) {
      const from = row + (<usize>j << 2);
      store<i64>(to + j, codes8(v128.load(from), v128.load(from, 16), by));
    }
    if (whole === cols) continue;
    store<i64>(to + whole, 0);
    for (let j = whole; j < cols; j++) {
      store<i8>(to + j, <i8>codes8(v128.load32_zero(row + (<usize>j << 2)), f32x4.splat(0), by));
    }
  }
}

/** The largest |x|. NaN where the row holds one. */
function peakOf(row: usize, cols: u32): f32 {
  let most = f32x4.splat(0);
  let j: u32 = 0;
  for (; j + 4 <= cols; j += 4) most = f32x4.max(most, f32x4.abs(v128.load(row + (<usize>j << 2))));
  for (; j < cols; j++) most = f32x4.max(most, f32x4.abs(v128.load32_zero(row + (<usize>j << 2))));
  return max<f32>(
    max<f32>(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max<f32>(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  );
}

/** Eight codes: x / scale to the nearest whole number, halves to even, cut to ±127. NaN gives 0. */
// @ts-ignore: decorator
@inline
function codes8(a: v128, b: v128, scale: v128): i64 {
  const low = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.div(a, scale)));
  const high = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.div(b, scale)));
  const codes = i16x8.max_s(i16x8.narrow_i32x4_s(low, high), i16x8.splat(-127));
  return i64x2.extract_lane(i8x16.narrow_i16x8_s(codes, codes), 0); // cuts at 127
}

/**
 * Rows `from` … `to`−1 of out (m × n) from the codes and scales of x that `quantiseRows` wrote, and weights (n, k) with their
 * scales. `bias` (n) may be 0.
 */
export function gemmInt8(
  codes: usize, scales: usize, weights: usize, weightScales: usize, bias: usize, n: u32, k: u32, out: usize, from: u32, to: u32,
): void {
  const bytes = <usize>padded(k);
  const height = max<u32>(ROWS, (BLOCK / max<u32>(<u32>bytes, 1)) & ~(ROWS - 1));
  for (let top = from; top < to; top += height) {
    const bottom = min<u32>(to, top + height);
    for (let j: u32 = 0; j < n; j += COLUMNS) {
      const w0 = weights + <usize>j * k;
      // The last of an odd number of columns is computed twice and stored once.
      const second = j + 1 < n ? j + 1 : j;
      const w1 = weights + <usize>second * k;
      const scale = pair(weightScales, j, second);
      const plus = bias ? pair(bias, j, second) : f32x4.splat(0);
      for (let i = top; i < bottom; i += ROWS) {
        // Rows behind the last are computed as the last and not stored.
        const last = bottom - i - 1;
        const x0 = codes + <usize>i * bytes;
        const x1 = x0 + (last > 0 ? bytes : 0);
        const x2 = x1 + (last > 1 ? bytes : 0);
        const x3 = x2 + (last > 2 ? bytes : 0);
        let s00 = i32x4.splat(0);
        let s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
        for (let p: usize = 0; p < bytes; p += 8) {
          const a = v128.load8x8_s(w0 + p);
          const b = v128.load8x8_s(w1 + p);
          let x = v128.load8x8_s(x0 + p);
          s00 = i32x4.add(s00, i32x4.dot_i16x8_s(x, a));
          s01 = i32x4.add(s01, i32x4.dot_i16x8_s(x, b));
          x = v128.load8x8_s(x1 + p);
          s10 = i32x4.add(s10, i32x4.dot_i16x8_s(x, a));
          s11 = i32x4.add(s11, i32x4.dot_i16x8_s(x, b));
          x = v128.load8x8_s(x2 + p);
          s20 = i32x4.add(s20, i32x4.dot_i16x8_s(x, a));
          s21 = i32x4.add(s21, i32x4.dot_i16x8_s(x, b));
          x = v128.load8x8_s(x3 + p);
          s30 = i32x4.add(s30, i32x4.dot_i16x8_s(x, a));
          s31 = i32x4.add(s31, i32x4.dot_i16x8_s(x, b));
        }
        const at = out + ((<usize>i * n + j) << 2);
        const step = <usize>n << 2;
        const scaleAt = scales + (<usize>i << 2);
        const upper = finish(s00, s01, s10, s11, scaleAt, last > 0 ? 4 : 0, scale, plus, bias !== 0);
        put(at, upper, 0, second !== j);
        if (last > 0) put(at + step, upper, 1, second !== j);
        if (last < 2) continue;
        const lower = finish(s20, s21, s30, s31, scaleAt + 8, last > 2 ? 4 : 0, scale, plus, bias !== 0);
        put(at + 2 * step, lower, 0, second !== j);
        if (last > 2) put(at + 3 * step, lower, 1, second !== j);
      }
    }
  }
}

/** The values of columns j and `second`, twice. */
// @ts-ignore: decorator
@inline
function pair(values: usize, j: u32, second: u32): v128 {
  const a = v128.load32_splat(values + (<usize>j << 2));
  const b = v128.load32_splat(values + (<usize>second << 2));
  return v128.shuffle<i32>(a, b, 0, 4, 0, 4);
}

/** Two rows of two results from the lanes of four sums. */
// @ts-ignore: decorator
@inline
function finish(
  a: v128, b: v128, c: v128, d: v128, scales: usize, step: usize, weightScales: v128, bias: v128, hasBias: bool,
): v128 {
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 1, 4, 5), v128.shuffle<i32>(a, b, 2, 3, 6, 7));
  const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 1, 4, 5), v128.shuffle<i32>(c, d, 2, 3, 6, 7));
  const sums = i32x4.add(v128.shuffle<i32>(ab, cd, 0, 2, 4, 6), v128.shuffle<i32>(ab, cd, 1, 3, 5, 7));
  const own = v128.shuffle<i32>(v128.load32_splat(scales), v128.load32_splat(scales + step), 0, 1, 4, 5);
  const scaled = f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(sums), own), weightScales);
  return hasBias ? f32x4.add(scaled, bias) : scaled;
}

/** Half `half` of two rows of results. */
// @ts-ignore: decorator
@inline
function put(at: usize, results: v128, half: u32, both: bool): void {
  const bits = half === 0 ? i64x2.extract_lane(results, 0) : i64x2.extract_lane(results, 1);
  if (both) store<i64>(at, bits);
  else store<i32>(at, <i32>bits);
}

/** Row i of `out` = codes of row ids[i] of `table` × its scale. */
export function gatherInt8(
  table: usize, scales: usize, ids: usize, cols: u32, out: usize, from: u32, to: u32,
): void {
  for (let i = from; i < to; i++) {
    const id = load<u32>(ids + (<usize>i << 2));
    const scale = load<f32>(scales + (<usize>id << 2));
    const row = table + <usize>id * cols;
    const target = out + (<usize>i * cols << 2);
    for (let j: u32 = 0; j < cols; j++) {
      store<f32>(target + (<usize>j << 2), <f32>load<i8>(row + j) * scale);
    }
  }
}
