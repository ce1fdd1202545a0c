// Runs the postings kernels: puts one search into an arena's scratch memory and reads the result. Offsets are those of
// assembly/postings.ts. The kernels skip only documents that cannot enter the best k: same result as cursors.ts.

import type { BitSet } from '../../core/bitset.ts';
import { EngineError } from '../../core/errors.ts';
import type { Arena, KernelModule, PostingsKernels, Region } from '../../kernels/index.ts';
import type { Candidates } from '../../storage/part.ts';

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
export type PrunedList = PostingsList | ScoredList;

export interface PrunedSearch {
  readonly type: 'and' | 'or';
  readonly lists: readonly PrunedList[];
  /** Documents of the segment. */
  readonly size: number;
  readonly accept: BitSet | undefined;
  readonly k: number;
  readonly floor: number;
}

const LIST_BYTES = 96;
const SEARCH_BYTES = 32;
const WINDOW = 2048; // documents
const DECODED = 136; // documents of a block and eight sentinels

/**
 * undefined: the sums of this query might depend on their order, or the arena has no room for the number of clauses or
 * for k. The query must then be scored clause by clause.
 */
export function searchPruned(
  arena: Arena,
  module: KernelModule<PostingsKernels>,
  search: PrunedSearch,
): Candidates | undefined {
  const kernels = arena.kernels(module);
  const layout = layOut(search);
  const scratch = scratchOf(arena, layout.bytes);
  if (scratch === undefined) return undefined;
  fill(scratch, layout, search);
  const base = scratch.ptr;
  const n = search.lists.length;
  const accept = search.accept === undefined ? 0 : base + layout.accept;
  const lists = base + layout.lists;
  const order = base + layout.order;
  const below = base + layout.below;
  const kept =
    search.type === 'and' && n > 1
      ? kernels.searchAnd(base, lists, n, accept, order, below)
      : kernels.searchOr(
          base,
          lists,
          n,
          search.size,
          accept,
          base + layout.sums,
          base + layout.seen,
          base + layout.batch,
          order,
          below,
        );
  return kept < 0 ? undefined : sorted(arena, base + layout.heap, kept);
}

function scratchOf(arena: Arena, bytes: number): Region | undefined {
  try {
    return arena.scratch(bytes);
  } catch (error) {
    if (error instanceof EngineError && error.code === 'UNSUPPORTED') return undefined;
    throw error;
  }
}

/** Byte offsets in scratch. */
interface Layout {
  readonly lists: number;
  readonly order: number;
  readonly below: number;
  readonly sums: number;
  readonly seen: number;
  readonly heap: number;
  readonly batch: number;
  readonly accept: number;
  readonly inverse: ReadonlyMap<Float32Array, number>;
  readonly raw: ReadonlyMap<ScoredList, number>;
  readonly decoded: number;
  readonly bounds: number;
  readonly bytes: number;
}

function layOut({ lists, accept, k }: PrunedSearch): Layout {
  const n = lists.length;
  let next = SEARCH_BYTES;
  const take = (bytes: number) => {
    const at = next;
    next += Math.ceil(bytes / 16) * 16;
    return at;
  };
  const inverse = new Map<Float32Array, number>();
  const raw = new Map<ScoredList, number>();
  for (const list of lists) {
    if ('docs' in list) raw.set(list, take(rawBytes(list)));
    else if (!inverse.has(list.inverse)) inverse.set(list.inverse, take(4 * 256));
  }
  const blocks = lists.reduce((sum, list) => sum + (list.df >>> 7) + 1, 0);
  return {
    lists: take(LIST_BYTES * n),
    order: take(4 * 2 * n),
    below: take(8 * (n + 1)),
    sums: take(8 * WINDOW),
    seen: take(WINDOW / 8),
    heap: take(8 * k),
    batch: take(12 * WINDOW),
    accept: take(accept === undefined ? 0 : 4 * accept.words.length),
    inverse,
    raw,
    decoded: take(4 * 3 * DECODED * n),
    bounds: take(4 * blocks),
    bytes: next,
  };
}

function fill(scratch: Region, layout: Layout, search: PrunedSearch): void {
  const base = scratch.ptr;
  const u32 = scratch.u32();
  const f32 = scratch.f32();
  scratch.f64()[0] = thresholdOf(search.floor);
  u32[2] = base + layout.heap;
  u32[3] = search.k;
  u32[4] = 0;
  for (const [table, at] of layout.inverse) f32.set(table, at / 4);
  if (search.accept !== undefined) u32.set(search.accept.words, layout.accept / 4);
  u32.fill(0, layout.sums / 4, layout.heap / 4);
  let bounds = base + layout.bounds;
  for (const [i, list] of search.lists.entries()) {
    const at = (layout.lists + i * LIST_BYTES) / 4;
    const decoded = base + layout.decoded + 4 * 3 * DECODED * i;
    u32.fill(0, at, at + LIST_BYTES / 4);
    u32[at + 1] = list.df;
    if ('docs' in list) {
      const docs = layout.raw.get(list)!;
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
      u32[at + 4] = base + layout.inverse.get(list.inverse)!;
      u32[at + 9] = list.maxTf;
    }
    u32[at + 5] = bounds;
    u32[at + 6] = decoded;
    u32[at + 7] = decoded + 4 * DECODED;
    u32[at + 8] = decoded + 8 * DECODED;
    const sentinels = (decoded - base) / 4 + 128;
    u32.fill(0x7fffffff, sentinels, sentinels + 8);
    bounds += 4 * ((list.df >>> 7) + 1);
  }
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
function sorted(arena: Arena, heap: number, kept: number): Candidates {
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
