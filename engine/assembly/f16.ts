// Dot products of f16 vectors (IEEE binary16, no infinities) with an f32 query. Every half is exactly an f32, so the score
// is that of dotF32 over the converted row: the same order of summation, the same bits.
//
// A half is  s eeeee mmmmmmmmmm. Moved left by 13 bits, exponent and mantissa stand where an f32 has them, with the bias of
// a half (15) instead of that of an f32 (127): the value times 2^-112. The product with 2^112 is exact, also for subnormal
// halves, which are subnormal f32 before it. Twin: f32OfHalf in engine/src/kernels/half.ts.

import { isAccepted } from './accept';
import { push, rankOf, threshold } from './topk';
import { groupOf, touch } from './touch';

const TWO_112: u32 = 0x77800000; // bits of 2^112 as f32

/** Four halves in 32-bit lanes as f32. */
// @ts-ignore: decorator
@inline
function widened(halves: v128): v128 {
  const size = i32x4.shl(v128.and(halves, i32x4.splat(0x7fff)), 13);
  const sign = i32x4.shl(v128.and(halves, i32x4.splat(0x8000)), 16);
  return v128.or(f32x4.mul(size, i32x4.splat(TWO_112)), sign);
}

// @ts-ignore: decorator
@inline
function one(half: u32): f32 {
  const size = reinterpret<f32>((half & 0x7fff) << 13) * reinterpret<f32>(TWO_112);
  return half & 0x8000 ? -size : size;
}

// @ts-ignore: decorator
@inline
function low(a: usize, b: usize): v128 {
  return f32x4.mul(widened(i32x4.extend_low_i16x8_u(v128.load(a))), v128.load(b));
}

// @ts-ignore: decorator
@inline
function high(a: usize, b: usize): v128 {
  return f32x4.mul(widened(i32x4.extend_high_i16x8_u(v128.load(a))), v128.load(b, 16));
}

// @ts-ignore: decorator
@inline
function fold(sum: v128): f32 {
  return (
    f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3))
  );
}

/** Dot product of `n` f16 at `a` with `n` f32 at `b`, at any alignment; the lanes of dotF32. */
export function dotF16(a: usize, b: usize, n: u32): f32 {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let i: u32 = 0;
  for (; i + 16 <= n; i += 16) {
    s0 = f32x4.add(s0, low(a, b));
    s1 = f32x4.add(s1, high(a, b));
    s2 = f32x4.add(s2, low(a + 16, b + 32));
    s3 = f32x4.add(s3, high(a + 16, b + 32));
    a += 32;
    b += 64;
  }
  for (; i + 4 <= n; i += 4) {
    s0 = f32x4.add(s0, f32x4.mul(widened(v128.load16x4_u(a)), v128.load(b)));
    a += 8;
    b += 16;
  }
  let sum = fold(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
  for (; i < n; i++) {
    sum += one(load<u16>(a)) * load<f32>(b);
    a += 2;
    b += 4;
  }
  return sum;
}

/**
 * Offers the `n` rows of `dim` f16 at `rows` to the heap `top`, ranked by dot product with `query`. Row i is document
 * ords[i], or first + i when `ords` is 0; `accept` is a bit set over documents, 0 = all.
 */
export function scanF16(
  rows: usize, n: u32, dim: u32, query: usize, first: u32, ords: usize, accept: usize, top: usize,
): void {
  let limit = threshold(top);
  const stride = <usize>dim << 1;
  for (let i: u32 = 0; i < n; i++, rows += stride) {
    const ord = ords ? load<u32>(ords + (<usize>i << 2)) : first + i;
    if (!isAccepted(accept, ord)) continue;
    const key = (<u64>rankOf(dotF16(rows, query, dim)) << 32) | ord;
    if (key < limit) limit = push(top, key);
  }
}

/** Offers rows `wanted[i]` as documents ids[i] to the heap `top`: rescoring, and filters that few documents pass. */
export function offerF16(rows: usize, dim: u32, query: usize, wanted: usize, ids: usize, n: u32, top: usize): void {
  let limit = threshold(top);
  const stride = <usize>dim << 1;
  const group = groupOf(dim << 1);
  for (let from: u32 = 0; from < n; from += group) {
    const count = min<u32>(group, n - from);
    touch(rows, dim << 1, wanted, count, top);
    for (const end = wanted + (<usize>count << 2); wanted < end; wanted += 4, ids += 4) {
      const score = dotF16(rows + <usize>load<u32>(wanted) * stride, query, dim);
      const key = (<u64>rankOf(score) << 32) | load<u32>(ids);
      if (key < limit) limit = push(top, key);
    }
  }
}
