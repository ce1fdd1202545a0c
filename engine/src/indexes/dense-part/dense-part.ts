// Shared by flat, binary and ivf: one row per document that has a vector, rows in Ord order, searches that filter,
// rescore and translate rows back to Ords. The kinds differ in how they find candidate rows (`Finder`).

import type { BitSet } from '../../core/bitset.ts';
import { EngineError, throwIfAborted } from '../../core/errors.ts';
import type { Cancellable, DenseRep, Explanation, Fingerprint, Ord, Space, Statistics } from '../../core/types.ts';
import type { KernelPool } from '../../kernels/pool.ts';
import type { Candidates, Scope, SegmentPart } from '../../storage/part.ts';
import { checkVector } from '../rows/check.ts';
import { membersOf, type RowFilter } from '../rows/row-filter.ts';
import type { RowMap } from '../rows/row-map.ts';
import type { RowScores, Scored } from '../rows/row-scores.ts';
import { isZero } from '../rows/vector-format.ts';
import { type ComparableCodes, candidateChoice, type ScoreRows } from './candidates.ts';

/** The search of a kind, in rows. All functions get k ≥ 1 and existing rows. */
export interface Finder {
  /** Rows to score exactly, ascending; undefined = all accepted ones. `accept` is over rows. */
  candidates(
    query: Float32Array,
    k: number,
    accept: RowFilter | undefined,
    isExhaustive: boolean,
  ): Uint32Array | undefined;
  /** `candidates` on a worker pool; absent without a pool or without a benefit. */
  candidatesParallel?(query: Float32Array, k: number, accept: RowFilter | undefined): Promise<Uint32Array | undefined>;
  /** Present where a reader can choose candidates over several parts. */
  readonly codes?: ComparableCodes | undefined;
  /** How a row was found, for explanations. */
  explain(query: Float32Array, row: number): Readonly<Record<string, string | number>>;
  readonly residentBytes: number;
  close(): void;
}

const NO_STATISTICS: Statistics = new Map();
const NOTHING: Candidates = { ords: new Uint32Array(0), scores: new Float64Array(0) };

export interface DensePartOptions {
  readonly name: string;
  readonly space: Space;
  readonly documents: Fingerprint;
  readonly vectors: RowScores;
  /** One row a document. */
  readonly map: RowMap;
  /** Rows that no search may find; undefined: none. */
  readonly hidden?: BitSet | undefined;
  readonly finder: Finder;
  readonly pool?: KernelPool | undefined;
}

export function densePart({
  name,
  space,
  documents,
  vectors,
  map,
  hidden,
  finder,
  pool,
}: DensePartOptions): SegmentPart<'dense'> {
  const count = vectors.head.count - (hidden?.count() ?? 0);
  const visible = hidden?.not();
  let isOpen = true;

  const check = (query: DenseRep, { signal }: Cancellable = {}) => {
    if (!isOpen) throw new EngineError('CLOSED', `This part of kind '${name}' was closed`);
    checkVector(query, space, vectors.head.dim, 'The query vector');
    throwIfAborted(signal);
  };
  const filterOf = (scope: Scope): RowFilter | undefined => {
    const accepted = scope.accept === undefined ? undefined : map.rowsOf(scope.accept);
    const bits = accepted === undefined || visible === undefined ? (accepted ?? visible) : accepted.and(visible);
    return bits && { bits, count: bits.count() };
  };
  const toCandidates = ({ rows, scores }: Scored): Candidates => ({
    ords: map.ordsOf(rows),
    scores,
  });

  /** Row of a document, or −1. */
  const rowOf = (ord: Ord): number => {
    const { from, to } = map.rangeOf(ord);
    return from < to && hidden?.has(from) !== true ? from : -1;
  };

  /** The row of each document that has a score, else −1. */
  const scoredRows = (query: DenseRep, wanted: readonly Ord[], { accept }: Scope): number[] => {
    const hasNone = isZero(query.vec);
    return wanted.map((ord) => (hasNone || accept?.has(ord) === false ? -1 : rowOf(ord)));
  };

  const acceptedBy = (query: DenseRep, filter: RowFilter | undefined) =>
    isZero(query.vec) ? 0 : (filter?.count ?? vectors.head.count);

  const scoredInMemory: ScoreRows<Candidates> = (query, rows, filter, k, { exhaustive, floor }) => {
    if (exhaustive) {
      const all = rows ?? filter?.bits ?? Array(vectors.head.count).keys();
      return toCandidates(vectors.reference(query, all, k, floor));
    }
    if (rows !== undefined) return toCandidates(vectors.offer(query, rows, k, floor));
    return toCandidates(vectors.scan(query, k, floor, filter?.bits.words));
  };

  const scoredInFile: ScoreRows<Promise<Candidates>> = async (query, rows, filter, k, scope) => {
    const wanted = rows ?? (filter === undefined ? Uint32Array.from(Array(count).keys()) : membersOf(filter));
    return toCandidates(await vectors.offerFromFile!(query, wanted, k, scope)); // not resident, so it is there
  };

  const scored: ScoreRows<Candidates | Promise<Candidates>> = (query, rows, filter, k, scope) => {
    if (!vectors.isResident) return scoredInFile(query, rows, filter, k, scope);
    if (pool === undefined || scope.exhaustive || rows !== undefined) {
      return scoredInMemory(query, rows, filter, k, scope);
    }
    return vectors.scanParallel(pool, query, k, scope.floor, filter?.bits.words).then(toCandidates);
  };

  const searchSync = (query: DenseRep, k: number, scope: Scope): Candidates => {
    check(query, scope);
    const filter = filterOf(scope);
    const want = Math.min(k, acceptedBy(query, filter));
    if (want === 0) return NOTHING;
    const rows = finder.candidates(query.vec, want, filter, scope.exhaustive);
    return scoredInMemory(query.vec, rows, filter, want, scope);
  };

  const search = async (query: DenseRep, k: number, scope: Scope): Promise<Candidates> => {
    check(query, scope);
    const filter = filterOf(scope);
    const want = Math.min(k, acceptedBy(query, filter));
    if (want === 0) return NOTHING;
    const isParallel = pool !== undefined && !scope.exhaustive && finder.candidatesParallel !== undefined;
    const rows = isParallel
      ? await finder.candidatesParallel!(query.vec, want, filter)
      : finder.candidates(query.vec, want, filter, scope.exhaustive);
    check(query); // throws if the part was closed in the meantime
    return scored(query.vec, rows, filter, want, scope);
  };

  const scoredSync = vectors.isResident ? scoredInMemory : undefined;
  const searched = { map, check, filterOf, acceptedBy, scored, scoredSync };
  const part: SegmentPart<'dense'> = {
    count,
    ...(finder.codes && { candidates: candidateChoice(finder.codes, searched) }),
    get residentBytes() {
      return vectors.residentBytes + finder.residentBytes + map.bytes;
    },
    statistics: async () => NO_STATISTICS,
    search,
    explain: async (query, ord, scope) => {
      check(query);
      const row = rowOf(ord);
      if (row < 0 || isZero(query.vec) || scope.accept?.has(ord) === false) return undefined;
      return explanation(name, space, vectors, query.vec, row, finder.explain(query.vec, row));
    },
    score: async (query, wanted, scope) => {
      check(query);
      return vectors.score(query.vec, scoredRows(query, wanted, scope));
    },
    gather: async (wanted) => {
      const reps: (DenseRep | undefined)[] = [];
      for (const ord of wanted) {
        const row = rowOf(ord);
        const vec = row < 0 ? undefined : await vectors.row(row);
        reps.push(vec && { kind: 'dense', space, fingerprint: documents, vec });
      }
      return reps;
    },
    has: (ord) => rowOf(ord) >= 0,
    close: () => {
      if (!isOpen) return;
      isOpen = false;
      vectors.close();
      finder.close();
    },
  };
  if (!vectors.isResident) return part;
  return {
    ...part,
    get residentBytes() {
      return part.residentBytes;
    },
    searchSync,
    statisticsSync: () => NO_STATISTICS,
    scoreSync: (query, wanted, scope) => {
      check(query);
      return vectors.scoreSync(query.vec, scoredRows(query, wanted, scope));
    },
  };
}

async function explanation(
  name: string,
  space: Space,
  vectors: RowScores,
  query: Float32Array,
  row: number,
  facts: Readonly<Record<string, string | number>>,
): Promise<Explanation> {
  const value = (await vectors.score(query, [row]))[0]!;
  const { dim, format } = vectors.head;
  return {
    value,
    description: `dot product of the query with the ${vectors.scored}, found by ${name}`,
    facts: { space, metric: 'dot', dim, format, dot: value, ...facts },
    details: [],
  };
}
