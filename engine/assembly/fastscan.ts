// FastScan: distances of sign codes to a query of many bits, from tables that lie in registers: André, Kermarrec and Le
// Scouarnec, "Cache locality is not enough", VLDB 2015; for sign codes: Gao and Long, "RaBitQ", SIGMOD 2024, section
// 3.3.2. Twins: signDistance, blockCodes in engine/src/kernels/reference.ts. Why it is exact:
// docs/adr/0016-fastscan.md.
//
// A group is four dimensions. The query has a table of 16 bytes a group: what each of the 16 patterns of four bits adds
// to the distance. Codes lie in blocks of 32, so that one load gives the patterns of all of them and two swizzles look
// them up:
//
//   block = groups × 16 bytes      byte i of group g:  | pattern of code 16 + i | pattern of code i |
//                                                       bit 7 … 4                 bit 3 … 0
//
// The entries of four groups together stay below 256 (the query is scaled so), hence four look-ups are added in bytes,
// and only their sums are widened to 16 bits. 4096 dimensions are 256 such sums: at most 65,280, no lane overflows.

import { isAccepted } from './accept';
import { push, SUMS, threshold } from './topk';

const LARGEST: u64 = 0xffff;

/** Entries of `table` at indices below 16: there the relaxed instruction is the exact one. */
// @ts-ignore: decorator
@inline
function look(table: v128, index: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i8x16.relaxed_swizzle(table, index);
  return i8x16.swizzle(table, index);
}

// @ts-ignore: decorator
@inline
function lookHigh(table: v128, patterns: v128, low: v128): v128 {
  return look(table, v128.and(i16x8.shr_u(patterns, 4), low));
}

/**
 * Offers positions from … to−1 of the codes in `blocks` to the heap `top`, ranked by distance. Position i is document
 * ords[i], or first + i when `ords` is 0; `accept` is a bit set over documents, 0 = all. `tables`: 16 × words groups.
 */
export function scanTables(
  blocks: usize, from: u32, to: u32, words: u32, tables: usize, first: u32, ords: usize, accept: usize, top: usize,
): void {
  const bytes = <usize>words << 8;
  // Loaded, not written as a constant: V8 would create a constant again in every turn (docs/kernels.md).
  store<u8>(top, 15, SUMS);
  const low = v128.load_splat<u8>(top, SUMS);
  let worst = i16x8.splat(<u16>min<u64>(threshold(top) >> 32, LARGEST));
  for (let position = from & ~31; position < to; position += 32) {
    let at = blocks + <usize>(position >>> 5) * bytes;
    const end = at + bytes;
    let table = tables;
    // Sums of codes 0 … 15 (a) and 16 … 31 (b): 16-bit lanes in which even bytes are polluted by 256 × odd ones, and
    // odd ones.
    let evenA = i16x8.splat(0);
    let oddA = evenA;
    let evenB = evenA;
    let oddB = evenA;
    for (; at < end; at += 64, table += 64) {
      let patterns = v128.load(at);
      let entries = v128.load(table);
      let a = look(entries, v128.and(patterns, low));
      let b = lookHigh(entries, patterns, low);
      patterns = v128.load(at, 16);
      entries = v128.load(table, 16);
      a = i8x16.add(a, look(entries, v128.and(patterns, low)));
      b = i8x16.add(b, lookHigh(entries, patterns, low));
      patterns = v128.load(at, 32);
      entries = v128.load(table, 32);
      a = i8x16.add(a, look(entries, v128.and(patterns, low)));
      b = i8x16.add(b, lookHigh(entries, patterns, low));
      patterns = v128.load(at, 48);
      entries = v128.load(table, 48);
      a = i8x16.add(a, look(entries, v128.and(patterns, low)));
      b = i8x16.add(b, lookHigh(entries, patterns, low));
      evenA = i16x8.add(evenA, a);
      oddA = i16x8.add(oddA, i16x8.shr_u(a, 8));
      evenB = i16x8.add(evenB, b);
      oddB = i16x8.add(oddB, i16x8.shr_u(b, 8));
    }
    evenA = i16x8.sub(evenA, i16x8.shl(oddA, 8));
    evenB = i16x8.sub(evenB, i16x8.shl(oddB, 8));
    const nearA = near(evenA, oddA, worst);
    const nearB = near(evenB, oddB, worst);
    if (!v128.any_true(v128.or(nearA, nearB))) continue;
    let lanes = <u32>i8x16.bitmask(nearA) | (<u32>i8x16.bitmask(nearB) << 16);
    if (position < from) lanes &= <u32>-1 << (from - position);
    if (to - position < 32) lanes &= ~(<u32>-1 << (to - position));
    keep(top + SUMS, evenA, oddA);
    keep(top + SUMS + 32, evenB, oddB);
    worst = i16x8.splat(enter(lanes, position, first, ords, accept, top));
  }
}

/** Bytes of ones for the codes whose sum is at most `worst`, in their order. */
// @ts-ignore: decorator
@inline
function near(even: v128, odd: v128, worst: v128): v128 {
  return v128.bitselect(i16x8.le_u(even, worst), i16x8.le_u(odd, worst), i16x8.splat(0xff));
}

/** Stores 16 sums in the order of their codes. */
// @ts-ignore: decorator
@inline
function keep(at: usize, even: v128, odd: v128): void {
  v128.store(at, v128.shuffle<i16>(even, odd, 0, 8, 1, 9, 2, 10, 3, 11));
  v128.store(at, v128.shuffle<i16>(even, odd, 4, 12, 5, 13, 6, 14, 7, 15), 16);
}

/**
 * Enters those of the 32 codes that are accepted and near enough; returns the largest distance that may still enter.
 */
function enter(lanes: u32, position: u32, first: u32, ords: usize, accept: usize, top: usize): u16 {
  let limit = threshold(top);
  for (; lanes != 0; lanes &= lanes - 1) {
    const lane = ctz(lanes);
    const i = position + lane;
    const ord = ords ? load<u32>(ords + (<usize>i << 2)) : first + i;
    const key = (<u64>load<u16>(top + (<usize>lane << 1), SUMS) << 32) | ord;
    if (key < limit && isAccepted(accept, ord)) limit = push(top, key);
  }
  return <u16>min<u64>(limit >> 32, LARGEST);
}

/**
 * Rearranges 32 × `blocks` codes of `words` 64-bit words, one after another, into blocks, in place. `room`: 256 × words
 * bytes.
 */
export function blockCodes(codes: usize, blocks: u32, words: u32, room: usize): void {
  const stride = <usize>words << 3;
  const low = i8x16.splat(15);
  for (; blocks > 0; blocks--) {
    memory.copy(room, codes, stride << 5);
    for (let i: usize = 0; i < stride; i++, codes += 32) {
      const a = column(room + i, stride);
      const b = column(room + i + (stride << 4), stride);
      v128.store(codes, v128.or(v128.and(a, low), i8x16.shl(b, 4)));
      v128.store(codes, v128.or(i8x16.shr_u(a, 4), v128.andnot(b, low)), 16);
    }
  }
}

/** The byte at `at` of 16 codes. */
// @ts-ignore: decorator
@inline
function column(at: usize, stride: usize): v128 {
  let bytes = v128.load_zero<u32>(at);
  bytes = v128.load_lane<u8>((at += stride), bytes, 1);
  bytes = v128.load_lane<u8>((at += stride), bytes, 2);
  bytes = v128.load_lane<u8>((at += stride), bytes, 3);
  bytes = v128.load_lane<u8>((at += stride), bytes, 4);
  bytes = v128.load_lane<u8>((at += stride), bytes, 5);
  bytes = v128.load_lane<u8>((at += stride), bytes, 6);
  bytes = v128.load_lane<u8>((at += stride), bytes, 7);
  bytes = v128.load_lane<u8>((at += stride), bytes, 8);
  bytes = v128.load_lane<u8>((at += stride), bytes, 9);
  bytes = v128.load_lane<u8>((at += stride), bytes, 10);
  bytes = v128.load_lane<u8>((at += stride), bytes, 11);
  bytes = v128.load_lane<u8>((at += stride), bytes, 12);
  bytes = v128.load_lane<u8>((at += stride), bytes, 13);
  bytes = v128.load_lane<u8>((at += stride), bytes, 14);
  return v128.load_lane<u8>(at + stride, bytes, 15);
}
