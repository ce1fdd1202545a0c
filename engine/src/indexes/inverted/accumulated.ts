// Runs the kernels that read all postings of all lists (assembly/postings-all.ts): an `or` of many lists, and exclusions.
// Same result as cursors.ts, whose order of summation they keep.

import { BitSet } from '../../core/bitset.ts';
import type { Arena, KernelModule, PostingsKernels } from '../../kernels/index.ts';
import type { Candidates } from '../../storage/part.ts';
import {
  DECODED_BYTES,
  type KernelList,
  LIST_BYTES,
  type PostingsList,
  Room,
  SEARCH_BYTES,
  scratchOf,
  sorted,
  takeTables,
  viewsOf,
  writeList,
  writeSearch,
  writeSentinels,
} from './kernel-lists.ts';

const SPAN = 32768; // documents
const TABLE_BYTES = 4 * 4 * 256;
/** Lists from which on their bounds cost more than the postings that they skip. */
const MANY_LISTS = 64;

const EXPANSION = 1;
const WORD = 2;
const LAST = 4;

/** A prefix or fuzzy leaf: the word scores as itself, other documents by the heaviest of their expansions. */
export interface ExpandedList {
  readonly expansions: readonly PostingsList[]; // one at least
  readonly word: PostingsList | undefined;
}
export type AddedList = KernelList | ExpandedList;

export interface AddedSearch {
  /** In the order of the clauses. */
  readonly lists: readonly AddedList[];
  /** Documents of the segment. */
  readonly size: number;
  readonly accept: BitSet | undefined;
  readonly k: number;
  readonly floor: number;
}

/** Whether reading all postings is faster than pruning, or the only way: pruning knows no expansions. */
export function isAdded(lists: readonly AddedList[]): boolean {
  return lists.length >= MANY_LISTS || !areKernelLists(lists);
}

/** Whether no list is that of a prefix or fuzzy leaf. */
export function areKernelLists(lists: readonly AddedList[]): lists is readonly KernelList[] {
  return lists.every((list) => !('expansions' in list));
}

/** The best of an `or`. undefined: the arena has no room for it. */
export function searchAdded(
  arena: Arena,
  module: KernelModule<PostingsKernels>,
  search: AddedSearch,
): Candidates | undefined {
  const { accept, k, size } = search;
  const lists = search.lists.flatMap(rolesOf);
  const room = new Room(SEARCH_BYTES);
  const { take } = room;
  const tables = takeTables(
    lists.map(([list]) => list),
    take,
  );
  const at = {
    lists: take(LIST_BYTES * lists.length),
    sums: take(8 * SPAN),
    best: take(4 * SPAN),
    seen: take(SPAN / 8),
    table: take(TABLE_BYTES),
    heap: take(8 * k),
    accept: take(accept === undefined ? 0 : 4 * accept.words.length),
  };
  const decoded = take(DECODED_BYTES);
  const scratch = scratchOf(arena, room.bytes);
  if (scratch === undefined) return undefined;
  const views = viewsOf(scratch);
  const { base, u32, f32 } = views;
  writeSearch(views, at.heap, k, search.floor);
  for (const [table, offset] of tables.inverse) f32.set(table, offset / 4);
  if (accept !== undefined) u32.set(accept.words, at.accept / 4);
  u32.fill(0, at.seen / 4, at.table / 4);
  writeSentinels(views, decoded);
  for (const [i, [list, role]] of lists.entries()) {
    const offset = at.lists + i * LIST_BYTES;
    writeList(views, offset, list, tables, decoded, 0);
    u32[offset / 4 + 24] = role;
  }
  const kept = arena
    .kernels(module)
    .searchAll(
      base,
      base + at.lists,
      lists.length,
      size,
      accept === undefined ? 0 : base + at.accept,
      base + at.sums,
      base + at.best,
      base + at.seen,
      base + at.table,
    );
  return sorted(arena, base + at.heap, kept);
}

function rolesOf(list: AddedList): readonly (readonly [list: KernelList, role: number])[] {
  if (!('expansions' in list)) return [[list, 0]];
  const roles = list.expansions.map((expansion): [PostingsList, number] => [expansion, EXPANSION]);
  if (list.word !== undefined) roles.push([list.word, WORD]);
  roles.at(-1)![1] |= LAST;
  return roles;
}

/** A set without the documents of some lists; a copy. undefined: the arena has no room for it. */
export function withoutLists(
  arena: Arena,
  module: KernelModule<PostingsKernels>,
  set: BitSet,
  lists: readonly PostingsList[],
): BitSet | undefined {
  const room = new Room(0);
  const { take } = room;
  const tables = takeTables(lists, take);
  const [listsAt, setAt] = [take(LIST_BYTES * lists.length), take(4 * set.words.length)];
  const decoded = take(DECODED_BYTES);
  const scratch = scratchOf(arena, room.bytes);
  if (scratch === undefined) return undefined;
  const views = viewsOf(scratch);
  views.u32.set(set.words, setAt / 4);
  writeSentinels(views, decoded);
  for (const [i, list] of lists.entries()) writeList(views, listsAt + i * LIST_BYTES, list, tables, decoded, 0);
  const { base } = views;
  arena.kernels(module).exclude(base + listsAt, lists.length, set.size, base + setAt);
  return new BitSet(set.size, views.u32.slice(setAt / 4, setAt / 4 + set.words.length));
}
