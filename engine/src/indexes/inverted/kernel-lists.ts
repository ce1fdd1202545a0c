// What the kernels of postings share: lists in an arena's scratch memory, the threshold, the heap. Offsets are those of
// assembly/postings-list.ts and postings-heap.ts.

import { EngineError } from '../../core/errors.ts';
import type { Arena, Region } from '../../kernels/index.ts';
import type { Candidates } from '../../storage/part.ts';

export const LIST_BYTES = 100;
export const SEARCH_BYTES = 32;
/** Documents of a block and eight sentinels. */
const DECODED = 136;
/** Documents, tfs and scores of a decoded block. */
export const DECODED_BYTES = 4 * 3 * DECODED;

/** One term's postings in the arena. */
export interface PostingsList {
  /** Address of the list's bytes. */
  readonly address: number;
  readonly df: number;
  /** The largest possible tf. */
  readonly maxTf: number;
  readonly weight: number;
  /** Address of the field's length bytes. */
  readonly norms: number;
  /** (256) length factor by length byte. */
  readonly inverse: Float32Array;
}

/** A clause other than a term, scored beforehand. */
export interface ScoredList {
  readonly df: number;
  readonly docs: Uint32Array; // (df) ascending
  readonly scores: Float32Array; // (df)
}
export type KernelList = PostingsList | ScoredList;

/** Places of what lists share, and of lists that were scored beforehand: offsets in scratch. */
export interface TablePlaces {
  readonly inverse: ReadonlyMap<Float32Array, number>;
  readonly raw: ReadonlyMap<ScoredList, number>;
}

/** undefined: the arena has no room. */
export function scratchOf(arena: Arena, bytes: number): Region | undefined {
  try {
    return arena.scratch(bytes);
  } catch (error) {
    if (error instanceof EngineError && error.code === 'UNSUPPORTED') return undefined;
    throw error;
  }
}

/** Gives room to each length table and each list scored beforehand. */
export function takeTables(lists: Iterable<KernelList>, take: (bytes: number) => number): TablePlaces {
  const inverse = new Map<Float32Array, number>();
  const raw = new Map<ScoredList, number>();
  for (const list of lists) {
    if ('docs' in list) raw.set(list, take(rawBytes(list)));
    else if (!inverse.has(list.inverse)) inverse.set(list.inverse, take(4 * 256));
  }
  return { inverse, raw };
}

/** Writes one list at byte `offset` of scratch. `decodedAt` and `boundsAt` are the offsets of its own room. */
export function writeList(
  scratch: Views,
  offset: number,
  list: KernelList,
  tables: TablePlaces,
  decodedAt: number,
  boundsAt: number,
): void {
  const { base, u32, f32 } = scratch;
  const at = offset / 4;
  u32.fill(0, at, at + LIST_BYTES / 4);
  u32[at + 1] = list.df;
  if ('docs' in list) {
    const docs = tables.raw.get(list)!;
    const scores = docs + rawPart(list);
    u32.set(list.docs, docs / 4);
    f32.set(list.scores, scores / 4);
    u32[at] = base + scores + rawPart(list);
    u32[at + 22] = base + docs;
    u32[at + 23] = base + scores;
  } else {
    u32[at] = list.address;
    f32[at + 2] = list.weight;
    u32[at + 3] = list.norms;
    u32[at + 4] = base + tables.inverse.get(list.inverse)!;
    u32[at + 9] = list.maxTf;
  }
  const decoded = base + decodedAt;
  u32[at + 5] = base + boundsAt;
  u32[at + 6] = decoded;
  u32[at + 7] = decoded + 4 * DECODED;
  u32[at + 8] = decoded + 8 * DECODED;
}

/** Sentinels behind the documents of a block. */
export function writeSentinels({ u32 }: Views, decoded: number): void {
  u32.fill(0x7fffffff, decoded / 4 + 128, decoded / 4 + DECODED);
}

/** Views of scratch, until the next allocation. */
export interface Views {
  readonly base: number;
  readonly u32: Uint32Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
}

export function viewsOf(scratch: Region): Views {
  return { base: scratch.ptr, u32: scratch.u32(), f32: scratch.f32(), f64: scratch.f64() };
}

/** The header of a search, at the beginning of scratch. `heap`: its offset. */
export function writeSearch({ base, u32, f64 }: Views, heap: number, k: number, floor: number): void {
  f64[0] = thresholdOf(floor);
  u32[2] = base + heap;
  u32[3] = k;
  u32[4] = 0;
}

/** Hands out offsets of scratch, multiples of 16. */
export class Room {
  bytes: number;

  constructor(bytes: number) {
    this.bytes = bytes;
  }
  take = (bytes: number): number => {
    const at = this.bytes;
    this.bytes += Math.ceil(bytes / 16) * 16;
    return at;
  };
}

/** Bytes of a scored list's documents, and of its scores. */
function rawPart(list: ScoredList): number {
  return Math.ceil(list.df / 4) * 16;
}
/** Documents, scores, and 16 bytes a block for the kernel. */
function rawBytes(list: ScoredList): number {
  return 2 * rawPart(list) + 16 * ((list.df >>> 7) + 1);
}

/**
 * The kernel keeps scores above its threshold; this search must reach `floor`. So the threshold is the largest float32
 * below it: an exact sum at or below the threshold also rounds to at most the threshold. Scores are never negative.
 */
function thresholdOf(floor: number): number {
  if (!(floor > 0)) return -1;
  const bits = new Uint32Array(1);
  const value = new Float32Array(bits.buffer);
  value[0] = floor;
  if (value[0] >= floor) bits[0]!--;
  return value[0];
}

/** The heap's content, best first. */
export function sorted(arena: Arena, heap: number, kept: number): Candidates {
  const heapScores = new Float32Array(arena.memory.buffer, heap, 2 * kept);
  const heapOrds = new Uint32Array(arena.memory.buffer, heap, 2 * kept);
  const order: number[] = [];
  for (let i = 0; i < kept; i++) order.push(2 * i);
  order.sort((a, b) => heapScores[b]! - heapScores[a]! || heapOrds[a + 1]! - heapOrds[b + 1]!);
  const ords = new Uint32Array(kept);
  const scores = new Float64Array(kept);
  for (let i = 0; i < kept; i++) {
    ords[i] = heapOrds[order[i]! + 1]!;
    scores[i] = heapScores[order[i]!]!;
  }
  return { ords, scores };
}
