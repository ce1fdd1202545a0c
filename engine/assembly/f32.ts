// Dot products of f32 vectors. The order of summation is part of the contract (scores are bit-equal to the twin in
// engine/src/kernels/reference.ts): 16 partial sums over blocks of 16, groups of 4 on the first four of them, folded as
// ((s0..3 + s4..7) + (s8..11 + s12..15)), then (l0 + l1) + (l2 + l3), then the last n % 4 products one by one.

import { isAccepted } from './accept';
import { push, rankOf, threshold } from './topk';
import { groupOf, touch } from './touch';

// @ts-ignore: decorator
@inline
function fold(sum: v128): f32 {
  return (
    f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3))
  );
}

// @ts-ignore: decorator
@inline
function mul(a: usize, b: usize): v128 {
  return f32x4.mul(v128.load(a), v128.load(b));
}

/** Dot product of two vectors of `n` f32, at any alignment. */
export function dotF32(a: usize, b: usize, n: u32): f32 {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let i: u32 = 0;
  for (; i + 16 <= n; i += 16) {
    s0 = f32x4.add(s0, mul(a, b));
    s1 = f32x4.add(s1, mul(a + 16, b + 16));
    s2 = f32x4.add(s2, mul(a + 32, b + 32));
    s3 = f32x4.add(s3, mul(a + 48, b + 48));
    a += 64;
    b += 64;
  }
  for (; i + 4 <= n; i += 4) {
    s0 = f32x4.add(s0, mul(a, b));
    a += 16;
    b += 16;
  }
  let sum = fold(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
  for (; i < n; i++) {
    sum += load<f32>(a) * load<f32>(b);
    a += 4;
    b += 4;
  }
  return sum;
}

/**
 * Offers the `n` rows of `dim` f32 at `rows` to the heap `top`, ranked by dot product with `query`. Row i is document
 * ords[i], or first + i when `ords` is 0; `accept` is a bit set over documents, 0 = all.
 */
export function scanF32(
  rows: usize, n: u32, dim: u32, query: usize, first: u32, ords: usize, accept: usize, top: usize,
): void {
  let limit = threshold(top);
  const stride = <usize>dim << 2;
  for (let i: u32 = 0; i < n; i++, rows += stride) {
    const ord = ords ? load<u32>(ords + (<usize>i << 2)) : first + i;
    if (!isAccepted(accept, ord)) continue;
    const key = (<u64>rankOf(dotF32(rows, query, dim)) << 32) | ord;
    if (key < limit) limit = push(top, key);
  }
}

/** Offers rows `wanted[i]` as documents ids[i] to the heap `top`: rescoring, and filters that few documents pass. */
export function offerF32(rows: usize, dim: u32, query: usize, wanted: usize, ids: usize, n: u32, top: usize): void {
  let limit = threshold(top);
  const stride = <usize>dim << 2;
  const group = groupOf(dim << 2);
  for (let from: u32 = 0; from < n; from += group) {
    const count = min<u32>(group, n - from);
    touch(rows, dim << 2, wanted, count, top);
    for (const end = wanted + (<usize>count << 2); wanted < end; wanted += 4, ids += 4) {
      const score = dotF32(rows + <usize>load<u32>(wanted) * stride, query, dim);
      const key = (<u64>rankOf(score) << 32) | load<u32>(ids);
      if (key < limit) limit = push(top, key);
    }
  }
}
