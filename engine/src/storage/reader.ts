// One named part over all segments of a commit. Statistics are summed over segments (deleted documents count until
// merged, as in Lucene). Each segment is searched with live ∧ filter and the k-th best score so far as floor. A kind that
// scores only candidates has them chosen over all segments first, so that a ranking does not depend on segments (ADR 22).
// The result is ordered by score descending, then id ascending.

import type { BitSet } from '../core/bitset.ts';
import { checkCount, checkFunction, checkList, checkObject, checkString } from '../core/check.ts';
import { EngineError, throwIfAborted } from '../core/errors.ts';
import type {
  DocId,
  DocumentRep,
  IndexReader,
  Kind,
  Ord,
  QueryRep,
  Ranking,
  SearchOptions,
  Statistics,
} from '../core/types.ts';
import type { SegmentState } from './commit.ts';
import { checkFilter } from './documents/check-filter.ts';
import type { CandidateChoice, PartKind, Scope, SegmentPart } from './part.ts';
import { acceptsOf, assertQuery, documentsOf } from './part-defaults.ts';
import { SegmentLists } from './segment-lists.ts';
import { runSync, runWaiting, type Waiting, waitFor } from './waiting.ts';

/** A segment to be searched. */
interface Searched<Q extends Kind> {
  readonly segment: number;
  readonly part: SegmentPart<Q, Kind>;
  readonly scope: (floor: number) => Scope;
}

export function partReader<Q extends Kind, D extends Kind>(
  name: string,
  kind: PartKind<Q, D, unknown>,
  states: readonly SegmentState[],
  assertOpen: () => void,
): IndexReader<Q, D> {
  const parts: readonly SegmentPart<Q, D>[] = states.map((state) => state.segment.part(name).part);
  const isSync =
    states.every(({ segment }) => segment.table.isSync) &&
    parts.every((part) => part.searchSync !== undefined && part.statisticsSync !== undefined) &&
    parts.every(({ candidates }) => candidates === undefined || candidates.beginSync !== undefined);
  const canScoreSync = isSync && parts.every((part) => part.scoreSync !== undefined);
  const last = new WeakMap<QueryRep<Q>, Statistics>(); // hits are explained one by one, with the same query
  let size: number | undefined;

  const begin = (query: QueryRep<Q>, k: number, options: SearchOptions) => {
    assertOpen();
    throwIfAborted(options?.signal);
    assertQuery(name, kind, query);
    checkObject('options', options as unknown);
    checkCount('k', k);
    if (options.statistics !== undefined) checkFunction('statistics.get', options.statistics?.get);
    if (options.filter !== undefined) checkFilter(options.filter);
  };

  const statistics = async (query: QueryRep<Q>): Promise<Statistics> => {
    assertOpen();
    assertQuery(name, kind, query);
    const sums = sumStatistics(await Promise.all(parts.map((part) => part.statistics(query))));
    last.set(query, sums);
    return sums;
  };

  const sizeOf = () => {
    size ??= states.reduce((sum, state, s) => sum + parts[s]!.count - deletedIn(state, parts[s]!), 0);
    return size;
  };

  /** The segments in which the filter passes a document, with what a search of each may return. */
  function* scopes(
    sums: Statistics,
    options: SearchOptions,
    isWaiting: boolean,
    segments: Iterable<number> = states.keys(),
  ): Waiting<readonly Searched<Q>[]> {
    const searched: Searched<Q>[] = [];
    const { filter } = options;
    for (const segment of segments) {
      const state = states[segment]!;
      const passing = filter && (isWaiting ? state.segment.filtered(filter) : state.segment.filteredSync(filter));
      const accept = acceptOf(state, passing && (yield* waitFor(passing)));
      if (accept === 'none') continue;
      const scope = (floor: number) => scopeOf(accept, sums, floor, options);
      searched.push({ segment, part: parts[segment]!, scope });
    }
    return searched;
  }

  function* searchAll(
    query: QueryRep<Q>,
    k: number,
    sums: Statistics,
    options: SearchOptions,
    isWaiting: boolean,
  ): Waiting<Ranking> {
    const searched = yield* scopes(sums, options, isWaiting);
    const [choice] = parts.map(({ candidates }) => candidates);
    if (choice !== undefined && parts.every(({ candidates }) => candidates?.codec === choice.codec)) {
      return yield* searchCandidates(query, k, choice, searched, options, isWaiting);
    }
    const lists = new SegmentLists(states, k);
    for (const { segment, part, scope } of searched) {
      throwIfAborted(options.signal);
      const own = scope(lists.floor);
      lists.add(segment, yield* waitFor(isWaiting ? part.search(query, k, own) : part.searchSync!(query, k, own)));
    }
    return lists.ranking();
  }

  /** Candidates are chosen over all segments, then scored. */
  function* searchCandidates(
    query: QueryRep<Q>,
    k: number,
    choice: CandidateChoice<Q>,
    searched: readonly Searched<Q>[],
    options: SearchOptions,
    isWaiting: boolean,
  ): Waiting<Ranking> {
    const begun = searched
      .map(({ segment, part: { candidates }, scope }) => {
        const own = scope(Number.NEGATIVE_INFINITY);
        return { segment, search: isWaiting ? candidates!.begin(query, own) : candidates!.beginSync!(query, own) };
      })
      .filter(({ search }) => search.accepted > 0);
    const accepted = begun.reduce((sum, { search }) => sum + search.accepted, 0);
    if (accepted === 0) return [];
    const best = Math.min(k, accepted);
    const wanted = choice.wanted(best, accepted, options.filter === undefined ? accepted : sizeOf());
    let chosen: ReadonlyMap<number, Uint32Array> | undefined;
    if (wanted !== undefined) {
      const nearest = new SegmentLists(states, wanted);
      for (const { segment, search } of begun) {
        throwIfAborted(options.signal);
        nearest.add(segment, yield* waitFor(search.nearest(wanted, nearest.floor)));
      }
      chosen = nearest.ords();
    }
    const lists = new SegmentLists(states, best);
    for (const { segment, search } of begun) {
      if (chosen !== undefined && !chosen.has(segment)) continue;
      lists.add(segment, yield* waitFor(search.rescore(chosen?.get(segment), best, lists.floor)));
    }
    return lists.ranking();
  }

  const searchSync = (query: QueryRep<Q>, k: number, options: SearchOptions = {}): Ranking => {
    begin(query, k, options);
    if (k === 0) return [];
    const sums = options.statistics ?? sumStatistics(parts.map((part) => part.statisticsSync!(query)));
    return runSync(searchAll(query, k, sums, options, false));
  };

  const checkIds = (ids: readonly DocId[]) => {
    checkList('ids', ids);
    for (const [i, id] of ids.entries()) checkString(`ids[${i}]`, id);
  };

  /** The live ones of `ids`, by segment: their Ords and where they stand in `ids`. */
  const place = (ids: readonly DocId[]) => {
    return states.flatMap((state, s) => {
      const ords: Ord[] = [];
      const places: number[] = [];
      for (const [i, id] of ids.entries()) {
        const ord = state.segment.table.ids.find(id);
        if (ord < 0 || state.deleted?.has(ord)) continue;
        ords.push(ord as Ord); // find() gives Ords of this segment
        places.push(i);
      }
      return ords.length === 0 ? [] : [{ segment: s, part: parts[s]!, ords, places }];
    });
  };

  function* scoreAll(
    query: QueryRep<Q>,
    ids: readonly DocId[],
    sums: Statistics,
    options: SearchOptions,
    isWaiting: boolean,
  ): Waiting<(number | undefined)[]> {
    const scores = new Array<number | undefined>(ids.length).fill(undefined);
    const placed = place(ids);
    const wanted = placed.map(({ segment }) => segment);
    for (const { segment, part, scope } of yield* scopes(sums, options, isWaiting, wanted)) {
      const { ords, places } = placed.find((each) => each.segment === segment)!; // scopes returns some of them
      const own = scope(Number.NEGATIVE_INFINITY);
      const found = isWaiting ? part.score(query, ords, own) : part.scoreSync!(query, ords, own);
      putScores(scores, places, yield* waitFor(found));
    }
    return scores;
  }

  const scoreSync = (query: QueryRep<Q>, ids: readonly DocId[], options: SearchOptions = {}) => {
    begin(query, 1, options);
    checkIds(ids);
    const sums = options.statistics ?? sumStatistics(parts.map((part) => part.statisticsSync!(query)));
    return runSync(scoreAll(query, ids, sums, options, false));
  };

  return {
    queryKind: kind.queryKind,
    documentKind: kind.documentKind,
    space: kind.space,
    documents: documentsOf(kind),
    accepts: acceptsOf(kind),
    get size() {
      return sizeOf();
    },
    statistics,
    search: async (query, k, options = {}) => {
      begin(query, k, options);
      if (k === 0) return [];
      const sums = options.statistics ?? (await statistics(query));
      return runWaiting(searchAll(query, k, sums, options, true));
    },
    ...(isSync && { searchSync }),
    explain: async (query, id, options = {}) => {
      begin(query, 1, options);
      checkString('id', id);
      const sums = options.statistics ?? last.get(query) ?? (await statistics(query));
      for (const [s, state] of states.entries()) {
        const ord = state.segment.table.ids.find(id);
        if (ord < 0 || state.deleted?.has(ord)) continue;
        const accept = acceptOf(state, options.filter && (await state.segment.filtered(options.filter)));
        if (accept === 'none' || (accept !== undefined && !accept.has(ord))) return undefined;
        const scope = scopeOf(accept, sums, Number.NEGATIVE_INFINITY, options);
        // find() gives Ords of this segment. Awaited here, so that the snapshot stays reachable until then.
        return await parts[s]!.explain(query, ord as Ord, scope);
      }
      return undefined;
    },
    score: async (query, ids, options = {}) => {
      begin(query, 1, options);
      checkIds(ids);
      const sums = options.statistics ?? last.get(query) ?? (await statistics(query));
      return runWaiting(scoreAll(query, ids, sums, options, true));
    },
    ...(canScoreSync && { scoreSync }),
    gather: async (ids, options = {}) => {
      assertOpen();
      throwIfAborted(options.signal);
      checkIds(ids);
      const reps = new Array<DocumentRep<D> | undefined>(ids.length).fill(undefined);
      for (const { part, ords, places } of place(ids)) {
        if (part.gather === undefined) {
          throw new EngineError('UNSUPPORTED', `Part ${name} (${kind.name}) cannot give representations back`, {
            hint: 'Encode the stored text again, or keep the representations in a part of another kind.',
          });
        }
        for (const [i, rep] of (await part.gather(ords, options)).entries()) reps[places[i]!] = rep;
      }
      return reps;
    },
  };
}

/** NaN becomes undefined: the document has no score. */
function putScores(scores: (number | undefined)[], places: readonly number[], found: Float64Array): void {
  for (const [i, score] of found.entries()) if (!Number.isNaN(score)) scores[places[i]!] = score;
}

/** Adds sums by name: over segments here, over shards for callers. */
export function sumStatistics(all: readonly Statistics[]): Statistics {
  if (all.length === 1) return all[0]!;
  const sums = new Map<string, number>();
  for (const one of all) for (const [key, value] of one) sums.set(key, (sums.get(key) ?? 0) + value);
  return sums;
}

function deletedIn(state: SegmentState, part: { has(ord: Ord): boolean }): number {
  let n = 0;
  if (state.deleted !== undefined) for (const ord of state.deleted) if (part.has(ord as Ord)) n++; // bits are Ords
  return n;
}

/** live ∧ filter; undefined = all, 'none' = nothing to search. */
function acceptOf(state: SegmentState, filtered: BitSet | undefined): BitSet | undefined | 'none' {
  if (filtered === undefined) return state.live;
  const accept = state.live === undefined ? filtered : filtered.and(state.live);
  return accept.words.some((word) => word !== 0) ? accept : 'none';
}

function scopeOf(accept: BitSet | undefined, statistics: Statistics, floor: number, options: SearchOptions): Scope {
  return {
    accept,
    statistics,
    floor,
    exhaustive: options.exhaustive === true,
    signal: options.signal,
    trace: options.trace,
  };
}
