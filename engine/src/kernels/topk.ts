// The JavaScript side of the top-k heap that scans fill (layout: engine/assembly/topk.ts).

import type { Arena } from './heap.ts';
import { type Ranked, rankOf } from './reference.ts';
import type { VectorsKernels } from './vectors.ts';

const KEYS = 112; // bytes before the first key
const NO_LIMIT = 2 ** 32;

/** Bytes of a heap of `k` keys, a multiple of 16. */
export function topkBytes(k: number): number {
  return Math.ceil((KEYS + 8 * k) / 16) * 16;
}

/** Empties the heap at `top`. It will accept only candidates whose rank is below `limit`; default all. k ≥ 1. */
export function topkReset(arena: Arena, top: number, k: number, limit = NO_LIMIT): void {
  const header = new Uint32Array(arena.memory.buffer, top, 4);
  header[0] = k;
  header[1] = 0;
  // threshold = limit << 32, or all ones
  header[2] = limit === NO_LIMIT ? 0xffffffff : 0;
  header[3] = limit === NO_LIMIT ? 0xffffffff : limit;
}

/** Number of candidates in the heap. */
export function topkSize(arena: Arena, top: number): number {
  return new Uint32Array(arena.memory.buffer, top, 2)[1]!;
}

/** Sorts the heap and returns a copy: best first, ties by ord. Reset the heap before it receives more. */
export function topkTake(arena: Arena, kernels: VectorsKernels, top: number): Ranked {
  const n = kernels.topkSort(top);
  const keys = new Uint32Array(arena.memory.buffer, top + KEYS, 2 * n);
  const ords = new Uint32Array(n);
  const ranks = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    ords[i] = keys[2 * i]!;
    ranks[i] = keys[2 * i + 1]!;
  }
  return { ords, ranks };
}

/** Copies an unsorted heap to another arena. */
export function topkMove(from: Arena, fromTop: number, to: Arena, toTop: number, k: number): void {
  const bytes = topkBytes(k);
  new Uint8Array(to.memory.buffer, toTop, bytes).set(new Uint8Array(from.memory.buffer, fromTop, bytes));
}

/** The tightest rank limit that admits every score ≥ floor, at f32 precision; for topkReset. */
export function limitOf(floor: number): number {
  if (floor === -Infinity) return NO_LIMIT;
  const rank = rankOf(Math.fround(floor));
  // fround may round up: then the next rank is used, which is not above the floor. + 1 because limits are exclusive.
  return Math.min(NO_LIMIT, rank + 2);
}

/** Scores of the ranks that a dot product scan returned. */
export function scoresOf(ranks: Uint32Array): Float64Array {
  const words = ranks.map((rank) => (rank >>> 31 ? rank : rank ^ 0x7fffffff)); // as scoreOf
  return Float64Array.from(new Float32Array(words.buffer));
}
