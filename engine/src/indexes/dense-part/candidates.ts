// The two steps of a search over codes, of one part: the nearest codes, then the exact scores of those that a reader keeps
// of all segments. Distances of parts with one codec are comparable, as they are sums over the same bits.

import type { DenseRep } from '../../core/types.ts';
import type { Ranked } from '../../kernels/reference.ts';
import type { CandidateChoice, CandidateSearch, Candidates, Scope } from '../../storage/part.ts';
import type { RowFilter } from '../rows/row-filter.ts';
import type { RowMap } from '../rows/row-map.ts';

/** The codes of a part whose mean is that of a codec. */
export interface ComparableCodes {
  readonly codec: object;
  readonly wanted: CandidateChoice['wanted'];
  /** The n nearest accepted rows at distances below `limit`: nearest first, ties to the lower row. */
  nearest(query: Float32Array, options: NearestOptions): Ranked;
  /** `nearest` on a worker pool; absent without one. */
  nearestParallel?: ((query: Float32Array, options: NearestOptions) => Promise<Ranked>) | undefined;
}

export interface NearestOptions {
  readonly n: number;
  readonly limit: number | undefined;
  readonly accept: RowFilter | undefined;
  readonly isExhaustive: boolean;
}

/** What a search of a part needs of it. */
export interface SearchedPart {
  readonly map: RowMap;
  /** Throws for a query that the part cannot answer, and after it was closed. */
  check(query: DenseRep, scope: Scope): void;
  /** The accepted rows; undefined: all. */
  filterOf(scope: Scope): RowFilter | undefined;
  /** How many rows `filter` accepts for this query; 0 for a vector of zeros. */
  acceptedBy(query: DenseRep, filter: RowFilter | undefined): number;
  /** The best k of some rows, ascending; undefined: of all accepted ones. */
  readonly scored: ScoreRows<Candidates | Promise<Candidates>>;
  /** `scored` without waiting; absent where rows are in a file. */
  readonly scoredSync?: ScoreRows<Candidates> | undefined;
}

export type ScoreRows<R> = (
  query: Float32Array,
  rows: Uint32Array | undefined,
  filter: RowFilter | undefined,
  k: number,
  scope: Scope,
) => R;

export function candidateChoice(codes: ComparableCodes, part: SearchedPart): CandidateChoice<'dense'> {
  const begin = <R>(query: DenseRep, scope: Scope, nearest: Nearest<R>, scored: ScoreRows<R>): CandidateSearch<R> => {
    part.check(query, scope);
    const filter = part.filterOf(scope);
    const accepted = part.acceptedBy(query, filter);
    return {
      accepted,
      nearest: (n, floor) => {
        part.check(query, scope);
        const limit = floor === Number.NEGATIVE_INFINITY ? undefined : 1 - floor;
        return nearest(query.vec, { n: Math.min(n, accepted), limit, accept: filter, isExhaustive: scope.exhaustive });
      },
      rescore: (ords, k, floor) => {
        part.check(query, scope);
        const rows = ords?.map((ord) => part.map.rangeOf(ord).from);
        return scored(query.vec, rows, filter, Math.min(k, rows?.length ?? accepted), { ...scope, floor });
      },
    };
  };
  const nearestSync = (query: Float32Array, options: NearestOptions) => toCandidates(codes.nearest(query, options));
  const nearest = (query: Float32Array, options: NearestOptions) => {
    if (codes.nearestParallel === undefined || options.isExhaustive) return nearestSync(query, options);
    return codes.nearestParallel(query, options).then(toCandidates);
  };
  const toCandidates = ({ ords, ranks }: Ranked): Candidates => ({
    ords: part.map.ordsOf(ords),
    scores: Float64Array.from(ranks, (distance) => -distance),
  });
  const { scored, scoredSync } = part;
  return {
    codec: codes.codec,
    wanted: codes.wanted,
    begin: (query, scope) => begin(query, scope, nearest, scored),
    ...(scoredSync && { beginSync: (query, scope) => begin(query, scope, nearestSync, scoredSync) }),
  };
}

type Nearest<R> = (query: Float32Array, options: NearestOptions) => R;
