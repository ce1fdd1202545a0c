// A commit seen through the public interface: parts, documents and counts; ids, facets and sorting are in listings.ts.
// All read-only.

import { BitSet } from '../core/bitset.ts';
import { checkCount, checkString } from '../core/check.ts';
import { EngineError } from '../core/errors.ts';
import type { DocId, Filter, IndexReader } from '../core/types.ts';
import { type Commit, liveCount, type SegmentState } from './commit.ts';
import type { Parts, Snapshot } from './contract.ts';
import { checkFilter } from './documents/check-filter.ts';
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
      if (after !== undefined) checkString('after', after);
      const sets = await accepts(filter);
      return (await import('./listings.ts')).listIds(states, sets, after, limit);
    },
    facet: async (column, { filter, limit = Number.POSITIVE_INFINITY } = {}) => {
      checkCount('limit', limit, { max: Number.POSITIVE_INFINITY });
      const sets = await accepts(filter);
      return (await (await import('./listings.ts')).countValues(states, sets, column)).slice(0, limit);
    },
    sorted: async (column, { descending = false, filter, offset = 0, limit } = {}) => {
      checkCount('offset', offset);
      if (limit !== undefined) checkCount('limit', limit, { max: Number.POSITIVE_INFINITY });
      const sets = await accepts(filter);
      const wanted = limit === undefined ? sets.reduce((sum, set) => sum + set.count(), 0) : offset + limit;
      const { sortIds } = await import('./listings.ts');
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
