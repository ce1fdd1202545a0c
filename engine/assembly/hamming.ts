// Hamming distance of bit codes (64-bit words) and the scan that keeps the nearest. Twin: engine/src/kernels/reference.ts.
// i64.popcnt on purpose: V8 lowers i8x16.popcnt to table look-ups, which measure slower (docs/kernels.md).

import { ACCEPT, BEGIN, FIRST, ORDS, push, STRIDE, threshold } from './topk';
import { isAccepted } from './accept';

/** Bits that differ between two codes of `words` 64-bit words. */
export function hamming(a: usize, b: usize, words: u32): u32 {
  let sum: i64 = 0;
  let i: u32 = 0;
  for (; i + 2 <= words; i += 2) {
    sum += popcnt<i64>(load<i64>(a) ^ load<i64>(b)) + popcnt<i64>(load<i64>(a, 8) ^ load<i64>(b, 8));
    a += 16;
    b += 16;
  }
  if (i < words) sum += popcnt<i64>(load<i64>(a) ^ load<i64>(b));
  return <u32>sum;
}

/**
 * Offers the `n` codes at `codes` to the heap `top`, ranked by distance to `query`. Code i is document
 * ords[i], or first + i when `ords` is 0; `accept` is a bit set over documents, 0 = all.
 */
export function scanHamming(
  codes: usize, n: u32, words: u32, query: usize, first: u32, ords: usize, accept: usize, top: usize,
): void {
  begin(codes, words, first, ords, accept, top);
  const end = codes + <usize>n * (<usize>words << 3);
  if (words == 4) scan4(codes, end, query, top);
  else scanAny(codes, end, words, query, top);
}

/** What only a candidate needs waits in the heap's header: in the loop, registers are for the query (docs/kernels.md). */
function begin(codes: usize, words: u32, first: u32, ords: usize, accept: usize, top: usize): void {
  store<usize>(top, codes, BEGIN);
  store<u32>(top, words << 3, STRIDE);
  store<u32>(top, first, FIRST);
  store<usize>(top, ords, ORDS);
  store<usize>(top, accept, ACCEPT);
}

/**
 * 256 bits: the query stays in registers. Four codes a turn, each compared before the next is loaded: computing the
 * distances first and comparing then measures slower (docs/kernels.md).
 */
function scan4(codes: usize, end: usize, query: usize, top: usize): void {
  const q0 = load<i64>(query);
  const q1 = load<i64>(query, 8);
  const q2 = load<i64>(query, 16);
  const q3 = load<i64>(query, 24);
  let worst = <i64>(threshold(top) >> 32);
  for (; ((end - codes) & 96) != 0; codes += 32) {
    const a = distance4(codes, q0, q1, q2, q3);
    if (a <= worst) worst = offer(a, codes, top);
  }
  for (; codes < end; codes += 128) {
    const a = distance4(codes, q0, q1, q2, q3);
    if (a <= worst) worst = offer(a, codes, top);
    const b = distance4(codes + 32, q0, q1, q2, q3);
    if (b <= worst) worst = offer(b, codes + 32, top);
    const c = distance4(codes + 64, q0, q1, q2, q3);
    if (c <= worst) worst = offer(c, codes + 64, top);
    const d = distance4(codes + 96, q0, q1, q2, q3);
    if (d <= worst) worst = offer(d, codes + 96, top);
  }
}

// @ts-ignore: decorator
@inline
function distance4(code: usize, q0: i64, q1: i64, q2: i64, q3: i64): i64 {
  return (
    popcnt<i64>(load<i64>(code) ^ q0) + popcnt<i64>(load<i64>(code, 8) ^ q1) +
    (popcnt<i64>(load<i64>(code, 16) ^ q2) + popcnt<i64>(load<i64>(code, 24) ^ q3))
  );
}

function scanAny(codes: usize, end: usize, words: u32, query: usize, top: usize): void {
  const stride = <usize>words << 3;
  let worst = <i64>(threshold(top) >> 32);
  for (; codes < end; codes += stride) {
    const distance = <i64>hamming(codes, query, words);
    if (distance <= worst) worst = offer(distance, codes, top);
  }
}

/** Enters a code if it is accepted and near enough; returns the largest distance that may still enter. */
function offer(distance: i64, code: usize, top: usize): i64 {
  const limit = threshold(top);
  const i = <u32>(code - load<usize>(top, BEGIN)) / load<u32>(top, STRIDE);
  const ords = load<usize>(top, ORDS);
  const ord = ords ? load<u32>(ords + (<usize>i << 2)) : load<u32>(top, FIRST) + i;
  const key = (<u64>distance << 32) | ord;
  if (key >= limit || !isAccepted(load<usize>(top, ACCEPT), ord)) return <i64>(limit >> 32);
  return <i64>(push(top, key) >> 32);
}
