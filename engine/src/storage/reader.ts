// One named part over all segments of a commit. Statistics are summed over segments (deleted documents count until
// merged, as in Lucene). Each segment is searched with live ∧ filter and the k-th best score so far as floor. The
// result is ordered by score descending, then id ascending.

import type { BitSet } from '../core/bitset.ts';
import { checkCount, checkFunction, checkList, checkObject, checkString } from '../core/check.ts';
import { EngineError, throwIfAborted } from '../core/errors.ts';
import { assertRankable, compareHits } from '../core/order.ts';
import type {
  DocId,
  DocumentRep,
  Hit,
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
import type { Candidates, PartKind, Scope, SegmentPart } from './part.ts';
import { acceptsOf, assertQuery, documentsOf } from './part-defaults.ts';

export function partReader<Q extends Kind, D extends Kind>(
  name: string,
  kind: PartKind<Q, D, unknown>,
  states: readonly SegmentState[],
  assertOpen: () => void,
): IndexReader<Q, D> {
  const parts: readonly SegmentPart<Q, D>[] = states.map((state) => state.segment.part(name).part);
  const isSync =
    states.every(({ segment }) => segment.table.isSync) &&
    parts.every((part) => part.searchSync !== undefined && part.statisticsSync !== undefined);
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
    return new Merger(states, k);
  };

  const statistics = async (query: QueryRep<Q>): Promise<Statistics> => {
    assertOpen();
    assertQuery(name, kind, query);
    const sums = sumStatistics(await Promise.all(parts.map((part) => part.statistics(query))));
    last.set(query, sums);
    return sums;
  };

  const searchSync = (query: QueryRep<Q>, k: number, options: SearchOptions = {}): Ranking => {
    const merger = begin(query, k, options);
    if (k === 0) return [];
    const sums = options.statistics ?? sumStatistics(parts.map((part) => part.statisticsSync!(query)));
    for (const [s, state] of states.entries()) {
      const accept = acceptOf(state, options.filter && state.segment.filteredSync(options.filter));
      if (accept === 'none') continue;
      merger.add(s, parts[s]!.searchSync!(query, k, scopeOf(accept, sums, merger.floor, options)));
    }
    return merger.finish();
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
      return ords.length === 0 ? [] : [{ state, part: parts[s]!, ords, places }];
    });
  };

  const scoreSync = (query: QueryRep<Q>, ids: readonly DocId[], options: SearchOptions = {}) => {
    begin(query, 1, options);
    checkIds(ids);
    const sums = options.statistics ?? sumStatistics(parts.map((part) => part.statisticsSync!(query)));
    const scores = new Array<number | undefined>(ids.length).fill(undefined);
    for (const { state, part, ords, places } of place(ids)) {
      const accept = acceptOf(state, options.filter && state.segment.filteredSync(options.filter));
      if (accept === 'none') continue;
      const scope = scopeOf(accept, sums, Number.NEGATIVE_INFINITY, options);
      putScores(scores, places, part.scoreSync!(query, ords, scope));
    }
    return scores;
  };

  return {
    queryKind: kind.queryKind,
    documentKind: kind.documentKind,
    space: kind.space,
    documents: documentsOf(kind),
    accepts: acceptsOf(kind),
    get size() {
      size ??= states.reduce(
        (sum, state, s) => sum + state.segment.part(name).part.count - deletedIn(state, parts[s]!),
        0,
      );
      return size;
    },
    statistics,
    search: async (query, k, options = {}) => {
      const merger = begin(query, k, options);
      if (k === 0) return [];
      const sums = options.statistics ?? (await statistics(query));
      for (const [s, state] of states.entries()) {
        throwIfAborted(options.signal);
        const accept = acceptOf(state, options.filter && (await state.segment.filtered(options.filter)));
        if (accept === 'none') continue;
        merger.add(s, await parts[s]!.search(query, k, scopeOf(accept, sums, merger.floor, options)));
      }
      return merger.finish();
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
      const scores = new Array<number | undefined>(ids.length).fill(undefined);
      for (const { state, part, ords, places } of place(ids)) {
        const accept = acceptOf(state, options.filter && (await state.segment.filtered(options.filter)));
        if (accept === 'none') continue;
        const scope = scopeOf(accept, sums, Number.NEGATIVE_INFINITY, options);
        putScores(scores, places, await part.score(query, ords, scope));
      }
      return scores;
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

/** Joins the candidates of segments into one ranking. */
class Merger {
  readonly #states: readonly SegmentState[];
  readonly #k: number;
  readonly #lists: { readonly segment: number; readonly candidates: Candidates }[] = [];
  #best: Float64Array = new Float64Array(0); // scores so far, descending, at most k
  /** The k-th best score so far. */
  floor = Number.NEGATIVE_INFINITY;

  constructor(states: readonly SegmentState[], k: number) {
    this.#states = states;
    this.#k = k;
  }

  add(segment: number, candidates: Candidates): void {
    if (candidates.ords.length === 0) return;
    this.#lists.push({ segment, candidates });
    this.#best = mergeDescending(this.#best, candidates.scores, this.#k);
    if (this.#best.length === this.#k) this.floor = this.#best[this.#k - 1]!;
  }

  finish(): Ranking {
    const hits: Hit[] = [];
    for (const { segment, candidates } of this.#lists) {
      const { ids } = this.#states[segment]!.segment.table;
      for (let i = 0; i < candidates.ords.length; i++) {
        const score = candidates.scores[i]!;
        if (score < this.floor) break;
        const id = ids.at(candidates.ords[i]!);
        assertRankable(score, id);
        hits.push({ id, score });
      }
    }
    if (this.#lists.length > 1) hits.sort(compareHits); // one segment is in order: Ord order is id order
    return hits.length > this.#k ? hits.slice(0, this.#k) : hits;
  }
}

/** The first k of two descending lists. */
function mergeDescending(a: Float64Array, b: Float64Array, k: number): Float64Array {
  const out = new Float64Array(Math.min(k, a.length + b.length));
  let i = 0;
  let j = 0;
  for (let n = 0; n < out.length; n++) {
    out[n] = j >= b.length || (i < a.length && a[i]! >= b[j]!) ? a[i++]! : b[j++]!;
  }
  return out;
}
