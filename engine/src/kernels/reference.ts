// The scalar twins of the vector kernels, for reading and for comparison. Every sum is taken in the kernel's own lane
// order and rounded to f32 where the kernel rounds, so results are equal bit for bit. Not fast.

import type { BitSet } from '../core/bitset.ts';

const f32 = Math.fround; // IEEE rounding to f32: exact in every runtime

/** Twin of dotF32: 16 partial sums, folded pairwise, then the tail one by one. */
export function dotF32(a: Float32Array, b: Float32Array): number {
  const n = a.length;
  const sums = new Float32Array(16);
  let i = 0;
  for (; i + 16 <= n; i += 16) for (let l = 0; l < 16; l++) sums[l] = f32(sums[l]! + f32(a[i + l]! * b[i + l]!));
  for (; i + 4 <= n; i += 4) for (let l = 0; l < 4; l++) sums[l] = f32(sums[l]! + f32(a[i + l]! * b[i + l]!));
  const lane = (l: number) => f32(f32(sums[l]! + sums[l + 4]!) + f32(sums[l + 8]! + sums[l + 12]!));
  let sum = f32(f32(lane(0) + lane(1)) + f32(lane(2) + lane(3)));
  for (; i < n; i++) sum = f32(sum + f32(a[i]! * b[i]!));
  return sum;
}

/** Twin of dotI8: exact in integers, so the order does not matter. |query| ≤ 16383, |code| ≤ 127, length ≤ 4096. */
export function dotI8(codes: Int8Array, query: Int16Array): number {
  let sum = 0;
  for (let i = 0; i < codes.length; i++) sum += codes[i]! * query[i]!;
  return sum;
}

/** Score of int8 codes: the products in f64, the result in f32. */
export function scoreI8(codes: Int8Array, scale: number, query: Int16Array, queryScale: number): number {
  return f32(dotI8(codes, query) * scale * queryScale);
}

/** Twin of hamming: bits that differ. Lengths in 32-bit words are equal. */
export function hamming(a: Uint32Array, b: Uint32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += bits(a[i]! ^ b[i]!);
  return sum;
}

/**
 * Twin of scanTables' distance: the positive values that the code misses plus the sizes of the negative ones it has.
 */
export function signDistance(code: Uint32Array, values: Int16Array): number {
  let distance = 0;
  for (let j = 0; j < values.length; j++) {
    const isSet = ((code[j >>> 5]! >>> (j & 31)) & 1) === 1;
    const value = values[j]!;
    if (isSet ? value < 0 : value > 0) distance += Math.abs(value);
  }
  return distance;
}

/** Codes of one block, as engine/assembly/fastscan.ts lays them out. */
export const BLOCK_CODES = 32;

/** Twin of blockCodes for one block: 32 codes of equal length, stored one after another, are regrouped by four bits. */
export function blockCodes(codes: Uint8Array): Uint8Array {
  const stride = codes.length / BLOCK_CODES;
  return Uint8Array.from(codes, (_, at) => {
    const group = at >>> 4;
    const pattern = (code: number) => (codes[code * stride + (group >>> 1)]! >>> (4 * (group & 1))) & 15;
    return pattern(at & 15) | (pattern(16 + (at & 15)) << 4);
  });
}

/** The i-th code of a block, as it was before blockCodes. */
export function codeInBlock(block: Uint8Array, i: number): Uint32Array {
  const code = new Uint32Array(block.length / BLOCK_CODES / 4);
  for (let group = 0; group < 8 * code.length; group++) {
    const pattern = (block[16 * group + (i & 15)]! >>> (i < 16 ? 0 : 4)) & 15;
    code[group >>> 3]! |= pattern << (4 * (group & 7));
  }
  return code;
}

function bits(word: number): number {
  let n = 0;
  for (let w = word >>> 0; w !== 0; w &= w - 1) n++;
  return n;
}

/** Twin of rankOf: the 32 bits by which a score's key is ordered; a larger score has a smaller rank, −0 equals +0. */
export function rankOf(score: number): number {
  const word = new Uint32Array(Float32Array.of(score + 0).buffer)[0]!;
  return (word >>> 31 ? word : word ^ 0x7fffffff) >>> 0;
}

/** The score with this rank. */
export function scoreOf(rank: number): number {
  const word = rank >>> 31 ? rank : rank ^ 0x7fffffff;
  return new Float32Array(Uint32Array.of(word).buffer)[0]!;
}

export interface Ranked {
  readonly ords: Uint32Array; // (n)
  readonly ranks: Uint32Array; // (n)
}

/** Twin of a scan with its heap: the k smallest (rank, ord) among accepted rows whose rank is below `limit`. */
export function scan(
  n: number,
  k: number,
  ordOf: (row: number) => number,
  rank: (row: number) => number,
  accept?: BitSet,
  limit = 2 ** 32,
): Ranked {
  const found: { rank: number; ord: number }[] = [];
  for (let row = 0; row < n; row++) {
    const ord = ordOf(row);
    if (accept !== undefined && !accept.has(ord)) continue;
    const candidate = { rank: rank(row), ord };
    if (candidate.rank < limit) found.push(candidate);
  }
  found.sort((a, b) => a.rank - b.rank || a.ord - b.ord);
  const best = found.slice(0, k);
  return { ords: Uint32Array.from(best, (c) => c.ord), ranks: Uint32Array.from(best, (c) => c.rank) };
}

/**
 * Twin of nearestCentroids for one row: index of the largest x·c + bias, ties to the lower. Lengths are multiples of 4.
 */
export function nearestCentroid(row: Float32Array, centroids: readonly Float32Array[], bias: Float32Array): number {
  let best = 0;
  let bestScore = -Infinity;
  for (let c = 0; c < centroids.length; c++) {
    const sums = new Float32Array(4);
    const centroid = centroids[c]!;
    for (let i = 0; i < row.length; i += 4) {
      for (let l = 0; l < 4; l++) sums[l] = f32(sums[l]! + f32(row[i + l]! * centroid[i + l]!));
    }
    const dot = f32(f32(sums[0]! + sums[1]!) + f32(sums[2]! + sums[3]!));
    const score = f32(dot + bias[c]!);
    if (score > bestScore) {
      best = c;
      bestScore = score;
    }
  }
  return best;
}
