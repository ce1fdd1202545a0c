// A commit seen through the public interface: parts, documents, ids, counts, facets and sorting. All read-only.

import { BitSet } from '../core/bitset.ts';
import { checkCount, checkString } from '../core/check.ts';
import { EngineError } from '../core/errors.ts';
import { compareUtf8 } from '../core/order.ts';
import { TopK } from '../core/topk.ts';
import type { ColumnValue, DocId, Filter, IndexReader } from '../core/types.ts';
import { type Commit, liveCount, type SegmentState } from './commit.ts';
import type { Parts, Snapshot } from './contract.ts';
import { checkFilter } from './documents/check-filter.ts';
import type { Column } from './documents/columns.ts';
import { partReader } from './reader.ts';
import type { Kinds } from './segment.ts';

/** Releases the commits of snapshots that were never released: callers of `writer.commit()` often drop its result. */
const forgotten = new FinalizationRegistry<Commit>((commit) => commit.release());

/**
 * Holds `commit` until it is released. If the caller never releases it, the garbage collector does, some time after
 * the snapshot and all of its readers became unreachable: they all refer to `hold`.
 */
export function openSnapshot<P extends Parts>(library: object, commit: Commit, kinds: Kinds): Snapshot<P> {
  const { manifest, states } = commit;
  const readers = new Map<string, IndexReader>();
  const hold = { isReleased: false };
  commit.retain();
  forgotten.register(hold, commit, hold);
  const assertOpen = () => {
    if (hold.isReleased)
      throw new EngineError('CLOSED', `The snapshot of generation ${manifest.generation} was released`);
  };
  const accepts = async (filter: Filter | undefined) => {
    assertOpen();
    if (filter !== undefined) checkFilter(filter);
    return Promise.all(states.map((state) => acceptedBy(state, filter)));
  };
  const find = (id: DocId) => {
    assertOpen();
    checkString('id', id);
    for (const state of states) {
      const ord = state.segment.table.ids.find(id);
      if (ord >= 0 && !state.deleted?.has(ord)) return { table: state.segment.table, ord };
    }
    return undefined;
  };
  const part = (name: string): IndexReader => {
    assertOpen();
    const kind = kinds.get(name);
    if (kind === undefined) {
      throw new EngineError('INVALID_ARGUMENT', `The library was opened without a part ${JSON.stringify(name)}`, {
        hint: `Its parts are: ${[...kinds.keys()].join(', ') || 'none'}.`,
      });
    }
    const reader = readers.get(name) ?? partReader(name, kind, states, assertOpen);
    readers.set(name, reader);
    return reader;
  };
  return {
    library,
    generation: manifest.generation,
    size: states.reduce((sum, state) => sum + liveCount(state), 0),
    metadata: manifest.metadata,
    segments: states.map((state) => ({
      name: state.info.name,
      size: state.info.size,
      deleted: state.info.deletes?.count ?? 0,
      bytes: state.segment.bytes + (state.info.deletes?.bytes ?? 0),
    })),
    part: part as Snapshot<P>['part'], // the kind under `name` is P[name]: openLibrary checked it against the manifest
    has: async (id) => find(id) !== undefined,
    get: async (id) => {
      const found = find(id);
      return await found?.table.document(found.ord); // awaited here, so that the snapshot stays reachable until then
    },
    count: async (filter) => (await accepts(filter)).reduce((sum, set) => sum + set.count(), 0),
    ids: async ({ after, limit = Number.POSITIVE_INFINITY, filter } = {}) => {
      checkCount('limit', limit, { max: Number.POSITIVE_INFINITY });
      return listIds(states, await accepts(filter), after, limit);
    },
    facet: async (column, { filter, limit = Number.POSITIVE_INFINITY } = {}) => {
      checkCount('limit', limit, { max: Number.POSITIVE_INFINITY });
      const counts = await countValues(states, await accepts(filter), column);
      return counts.slice(0, limit);
    },
    sorted: async (column, { descending = false, filter, offset = 0, limit } = {}) => {
      checkCount('offset', offset);
      if (limit !== undefined) checkCount('limit', limit, { max: Number.POSITIVE_INFINITY });
      const sets = await accepts(filter);
      const wanted = limit === undefined ? sets.reduce((sum, set) => sum + set.count(), 0) : offset + limit;
      return (await sortIds(states, sets, column, descending, wanted)).slice(offset, wanted);
    },
    release: () => {
      if (hold.isReleased) return;
      hold.isReleased = true;
      forgotten.unregister(hold);
      commit.release();
    },
  };
}

async function acceptedBy(state: SegmentState, filter: Filter | undefined): Promise<BitSet> {
  const live = state.live ?? BitSet.full(state.info.size);
  return filter === undefined ? live : (await state.segment.filtered(filter)).and(live);
}

function listIds(
  states: readonly SegmentState[],
  accepts: readonly BitSet[],
  after: DocId | undefined,
  limit: number,
): readonly DocId[] {
  const out: DocId[] = [];
  for (const [s, { segment }] of states.entries()) {
    const { ids } = segment.table;
    let first = after === undefined ? 0 : ids.lowerBound(after);
    if (first < ids.size && after !== undefined && ids.at(first) === after) first++;
    let taken = 0;
    for (let ord = first; ord < ids.size && taken < limit; ord++) {
      if (!accepts[s]!.has(ord)) continue;
      out.push(ids.at(ord));
      taken++;
    }
  }
  if (states.length > 1) out.sort(compareUtf8);
  return out.length > limit ? out.slice(0, limit) : out;
}

async function countValues(states: readonly SegmentState[], accepts: readonly BitSet[], name: string) {
  const counts = new Map<ColumnValue, number>();
  for (const [s, { segment }] of states.entries()) {
    const column = await segment.table.column(name);
    countColumn(column, accepts[s]!.and(column.present), (value, n) => counts.set(value, (counts.get(value) ?? 0) + n));
  }
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || compareValues(a.value, b.value));
}

function countColumn(column: Column, documents: BitSet, add: (value: ColumnValue, count: number) => void): void {
  if (column.type === 'number') {
    for (const ord of documents) add(column.values[ord]!, 1);
  } else if (column.type === 'boolean') {
    const yes = documents.and(column.values).count();
    const no = documents.count() - yes;
    if (yes > 0) add(true, yes);
    if (no > 0) add(false, no);
  } else {
    const perCode = new Uint32Array(column.dictionary.length);
    for (const ord of documents) {
      if (column.type === 'keyword') perCode[column.codes[ord]!]!++;
      else for (let i = column.starts[ord]!; i < column.starts[ord + 1]!; i++) perCode[column.codes[i]!]!++;
    }
    for (const [code, n] of perCode.entries()) if (n > 0) add(column.dictionary[code]!, n);
  }
}

function compareValues(a: ColumnValue, b: ColumnValue): number {
  return typeof a === 'string' && typeof b === 'string' ? compareUtf8(a, b) : Number(a) - Number(b);
}

type Sortable = string | number | undefined;

/** The first `wanted` ids by column value; missing values last in both directions, ties by id. */
async function sortIds(
  states: readonly SegmentState[],
  accepts: readonly BitSet[],
  name: string,
  descending: boolean,
  wanted: number,
): Promise<readonly DocId[]> {
  const rows: { readonly id: DocId; readonly value: Sortable }[] = [];
  for (const [s, { segment }] of states.entries()) {
    const column = await segment.table.column(name);
    const rankOf = rankIn(column);
    const heap = new TopK(Math.min(wanted, accepts[s]!.size));
    for (const ord of accepts[s]!) {
      const rank = rankOf(ord);
      heap.push(rank === undefined ? Number.NEGATIVE_INFINITY : descending ? rank : -rank, ord);
    }
    for (const ord of heap.drain().ords) rows.push({ id: segment.table.ids.at(ord), value: sortValue(column, ord) });
  }
  const sign = descending ? -1 : 1;
  rows.sort((a, b) => {
    if (a.value === undefined || b.value === undefined) {
      return Number(a.value === undefined) - Number(b.value === undefined) || compareUtf8(a.id, b.id);
    }
    return sign * compareValues(a.value, b.value) || compareUtf8(a.id, b.id);
  });
  return rows.map((row) => row.id);
}

/** A number with the order of the column's values within one segment; undefined when missing. */
function rankIn(column: Column): (ord: number) => number | undefined {
  if (column.type === 'keywords') {
    throw new EngineError('INVALID_QUERY', `Column ${column.name} holds sets: there is no order to sort by`);
  }
  return (ord) => {
    if (!column.present.has(ord)) return undefined;
    if (column.type === 'keyword') return column.codes[ord]!;
    return column.type === 'number' ? column.values[ord]! : Number(column.values.has(ord));
  };
}

function sortValue(column: Column, ord: number): Sortable {
  if (!column.present.has(ord)) return undefined;
  if (column.type === 'keyword') return column.dictionary[column.codes[ord]!]!;
  return column.type === 'number'
    ? column.values[ord]!
    : column.type === 'boolean'
      ? Number(column.values.has(ord))
      : 0;
}
