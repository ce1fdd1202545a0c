// Runs the pruning kernels: puts one search into an arena's scratch memory and reads the result. Offsets are those of
// assembly/postings.ts. The kernels skip only documents that cannot enter the best k: same result as cursors.ts.

import type { BitSet } from '../../core/bitset.ts';
import type { Arena, KernelModule, PostingsKernels } from '../../kernels/index.ts';
import type { Candidates } from '../../storage/part.ts';
import {
  DECODED_BYTES,
  type KernelList,
  LIST_BYTES,
  Room,
  SEARCH_BYTES,
  scratchOf,
  sorted,
  type TablePlaces,
  takeTables,
  type Views,
  viewsOf,
  writeList,
  writeSearch,
  writeSentinels,
} from './kernel-lists.ts';

export interface PrunedSearch {
  readonly type: 'and' | 'or';
  readonly lists: readonly KernelList[];
  /** Documents of the segment. */
  readonly size: number;
  readonly accept: BitSet | undefined;
  readonly k: number;
  readonly floor: number;
}

const WINDOW = 2048; // documents

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
  fill(viewsOf(scratch), layout, search);
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

/** Byte offsets in scratch. */
interface Layout {
  readonly tables: TablePlaces;
  readonly lists: number;
  readonly order: number;
  readonly below: number;
  readonly sums: number;
  readonly seen: number;
  readonly heap: number;
  readonly batch: number;
  readonly accept: number;
  readonly decoded: number;
  readonly bounds: number;
  readonly bytes: number;
}

function layOut({ lists, accept, k }: PrunedSearch): Layout {
  const n = lists.length;
  const room = new Room(SEARCH_BYTES);
  const { take } = room;
  const tables = takeTables(lists, take);
  let blocks = 0;
  for (const list of lists) blocks += (list.df >>> 7) + 1;
  return {
    tables,
    lists: take(LIST_BYTES * n),
    order: take(4 * 2 * n),
    below: take(8 * (n + 1)),
    sums: take(8 * WINDOW),
    seen: take(WINDOW / 8),
    heap: take(8 * k),
    batch: take(12 * WINDOW),
    accept: take(accept === undefined ? 0 : 4 * accept.words.length),
    decoded: take(DECODED_BYTES * n),
    bounds: take(4 * blocks),
    bytes: room.bytes, // read last
  };
}

function fill(views: Views, layout: Layout, search: PrunedSearch): void {
  const { u32, f32 } = views;
  writeSearch(views, layout.heap, search.k, search.floor);
  for (const [table, at] of layout.tables.inverse) f32.set(table, at / 4);
  if (search.accept !== undefined) u32.set(search.accept.words, layout.accept / 4);
  u32.fill(0, layout.sums / 4, layout.heap / 4);
  let { bounds, decoded } = layout;
  for (const [i, list] of search.lists.entries()) {
    writeList(views, layout.lists + i * LIST_BYTES, list, layout.tables, decoded, bounds);
    writeSentinels(views, decoded);
    decoded += DECODED_BYTES;
    bounds += 4 * ((list.df >>> 7) + 1);
  }
}
