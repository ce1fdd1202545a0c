// Dot products of int8 codes with a 15-bit query, exact in integers. A document is int8 codes (−127 … 127) and one f32
// scale; a query is integers −16383 … 16383 and one f64 scale, so that rounding the query costs nothing beside rounding
// the document. score = f32((dot × documentScale) × queryScale), the products in f64. Twin: kernels/reference.ts.
//
// Query layout for `dim`, P = dim rounded up to 16: i16[P] values, zero padded | i8[P] signs (0 or −1) | u8[P] |q| >> 7 |
// u8[P] |q| & 127. The plain build reads the first part. The relaxed build reads the other three: with the sign moved to
// the code, both halves are 7-bit, the range in which the relaxed dot product is exact on every machine.
// 32-bit lanes hold the sums of 4096 dimensions (1024 × 127 × 16383 < 2³¹); those of more are added up in 64 bits. Up to
// 65,536 dimensions they are exact as f64.

import { isAccepted } from './accept';
import { push, rankOf, threshold } from './topk';
import { groupOf, touch } from './touch';

/** Dimensions whose products a 32-bit lane can add up. */
const LANE_DIMS: u32 = 4096;

// @ts-ignore: decorator
@inline
function lanes(sum: v128): i64 {
  return (
    <i64>i32x4.extract_lane(sum, 0) + <i64>i32x4.extract_lane(sum, 1) +
    (<i64>i32x4.extract_lane(sum, 2) + <i64>i32x4.extract_lane(sum, 3))
  );
}

// @ts-ignore: decorator
@inline
function padded(dim: u32): usize {
  return <usize>((dim + 15) & ~15);
}

/** Exact dot product of `dim` int8 codes with a query in the layout above, as f64. */
export function dotI8(codes: usize, query: usize, dim: u32): f64 {
  let a = i32x4.splat(0);
  let b = a;
  let i: u32 = 0;
  let sum: i64 = 0;
  if (ASC_FEATURE_RELAXED_SIMD) {
    const p = padded(dim);
    const signs = query + 2 * p;
    for (; i + 16 <= dim; i += 16) {
      if ((i & (LANE_DIMS - 1)) == 0) {
        sum += lanes(a) * 128 + lanes(b);
        a = i32x4.splat(0);
        b = a;
      }
      const sign = v128.load(signs + <usize>i);
      const code = i8x16.sub(v128.xor(v128.load(codes + <usize>i), sign), sign);
      a = i32x4.relaxed_dot_i8x16_i7x16_add_s(code, v128.load(signs + p + <usize>i), a);
      b = i32x4.relaxed_dot_i8x16_i7x16_add_s(code, v128.load(signs + 2 * p + <usize>i), b);
    }
    sum += lanes(a) * 128 + lanes(b);
    for (; i < dim; i++) sum += <i64>(<i32>load<i8>(codes + <usize>i) * <i32>load<i16>(query + (<usize>i << 1)));
    return <f64>sum;
  }
  for (; i + 16 <= dim; i += 16) {
    if ((i & (LANE_DIMS - 1)) == 0) {
      sum += lanes(a) + lanes(b);
      a = i32x4.splat(0);
      b = a;
    }
    const code = v128.load(codes + <usize>i);
    const q = query + (<usize>i << 1);
    a = i32x4.add(a, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(code), v128.load(q)));
    b = i32x4.add(b, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(code), v128.load(q, 16)));
  }
  sum += lanes(a) + lanes(b);
  for (; i < dim; i++) sum += <i64>(<i32>load<i8>(codes + <usize>i) * <i32>load<i16>(query + (<usize>i << 1)));
  return <f64>sum;
}

/** Fills the parts of the query layout that follow its i16 values. */
export function splitQueryI8(query: usize, dim: u32): void {
  const p = padded(dim);
  for (let i: usize = 0; i < p; i++) {
    const value = <i32>load<i16>(query + (i << 1));
    const size = abs<i32>(value);
    store<i8>(query + 2 * p + i, <i8>(value >> 31));
    store<u8>(query + 3 * p + i, <u8>(size >> 7));
    store<u8>(query + 4 * p + i, <u8>(size & 127));
  }
}

// @ts-ignore: decorator
@inline
function scoreI8(codes: usize, scale: f32, query: usize, queryScale: f64, dim: u32): f32 {
  return <f32>(dotI8(codes, query, dim) * <f64>scale * queryScale);
}

/**
 * Offers the `n` rows of `dim` int8 at `rows` (scales: f32[n]) to the heap `top`. Row i is document ords[i], or
 * first + i when `ords` is 0; `accept` is a bit set over documents, 0 = all.
 */
export function scanI8(
  rows: usize, scales: usize, n: u32, dim: u32, query: usize, queryScale: f64,
  first: u32, ords: usize, accept: usize, top: usize,
): void {
  let limit = threshold(top);
  for (let i: u32 = 0; i < n; i++, rows += <usize>dim) {
    const ord = ords ? load<u32>(ords + (<usize>i << 2)) : first + i;
    if (!isAccepted(accept, ord)) continue;
    const score = scoreI8(rows, load<f32>(scales + (<usize>i << 2)), query, queryScale, dim);
    const key = (<u64>rankOf(score) << 32) | ord;
    if (key < limit) limit = push(top, key);
  }
}

/** Offers rows `wanted[i]` as documents ids[i] to the heap `top`: rescoring, and filters that few documents pass. */
export function offerI8(
  rows: usize, scales: usize, dim: u32, query: usize, queryScale: f64, wanted: usize, ids: usize, n: u32, top: usize,
): void {
  let limit = threshold(top);
  const group = groupOf(dim);
  for (let from: u32 = 0; from < n; from += group) {
    const count = min<u32>(group, n - from);
    touch(scales, 4, wanted, count, top);
    touch(rows, dim, wanted, count, top);
    for (const end = wanted + (<usize>count << 2); wanted < end; wanted += 4, ids += 4) {
      const row = <usize>load<u32>(wanted);
      const score = scoreI8(rows + row * <usize>dim, load<f32>(scales + (row << 2)), query, queryScale, dim);
      const key = (<u64>rankOf(score) << 32) | load<u32>(ids);
      if (key < limit) limit = push(top, key);
    }
  }
}
