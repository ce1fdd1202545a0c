// Shared by flat, binary and ivf: one row per document that has a vector, rows in Ord order, searches that filter,
// rescore and translate rows back to Ords. The kinds differ in how they find candidate rows (`Finder`).

import type { BitSet } from '../../core/bitset.ts';
import { EngineError, throwIfAborted } from '../../core/errors.ts';
import type { DenseRep, Explanation, Fingerprint, Ord, Space, Statistics } from '../../core/types.ts';
import type { KernelPool } from '../../kernels/pool.ts';
import type { Candidates, Scope, SegmentPart } from '../../storage/part.ts';
import { checkVector } from '../rows/check.ts';
import type { RowFilter } from '../rows/row-filter.ts';
import type { RowMap } from '../rows/row-map.ts';
import type { RowScores, Scored } from '../rows/row-scores.ts';
import { isZero } from '../rows/vector-format.ts';

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

  const check = (query: DenseRep) => {
    if (!isOpen) throw new EngineError('CLOSED', `This part of kind '${name}' was closed`);
    checkVector(query, space, vectors.head.dim, 'The query vector');
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

  /** Rows to score, or undefined for all of them. */
  const plan = (query: DenseRep, k: number, filter: RowFilter | undefined, scope: Scope): Uint32Array | undefined =>
    finder.candidates(query.vec, k, filter, scope.exhaustive);

  const searchSync = (query: DenseRep, k: number, scope: Scope): Candidates => {
    check(query);
    throwIfAborted(scope.signal);
    const filter = filterOf(scope);
    const want = Math.min(k, filter?.count ?? count);
    if (want === 0 || isZero(query.vec)) return NOTHING;
    const rows = plan(query, want, filter, scope);
    if (scope.exhaustive) {
      const all = rows ?? filter?.bits ?? Array(count).keys();
      return toCandidates(vectors.reference(query.vec, all, want, scope.floor));
    }
    if (rows !== undefined) return toCandidates(vectors.offer(query.vec, rows, want, scope.floor));
    return toCandidates(vectors.scan(query.vec, want, scope.floor, filter?.bits.words));
  };

  const searchFile = async (query: DenseRep, k: number, scope: Scope): Promise<Candidates> => {
    check(query);
    throwIfAborted(scope.signal);
    const filter = filterOf(scope);
    const want = Math.min(k, filter?.count ?? count);
    if (want === 0 || isZero(query.vec)) return NOTHING;
    const rows = plan(query, want, filter, scope) ?? Uint32Array.from(filter?.bits ?? Array(count).keys());
    return toCandidates(await vectors.offerFromFile!(query.vec, rows, want, scope)); // not resident, so it is there
  };

  const searchPool = async (pool: KernelPool, query: DenseRep, k: number, scope: Scope): Promise<Candidates> => {
    check(query);
    throwIfAborted(scope.signal);
    const filter = filterOf(scope);
    const want = Math.min(k, filter?.count ?? count);
    if (want === 0 || isZero(query.vec)) return NOTHING;
    const rows = await (finder.candidatesParallel ?? finder.candidates)(query.vec, want, filter, false);
    check(query); // throws if the part was closed in the meantime
    if (rows !== undefined) return toCandidates(vectors.offer(query.vec, rows, want, scope.floor));
    const bits = filter?.bits.words;
    return toCandidates(await vectors.scanParallel(pool, query.vec, want, scope.floor, bits));
  };

  const search = async (query: DenseRep, k: number, scope: Scope) => {
    if (!vectors.isResident) return searchFile(query, k, scope);
    return pool === undefined || scope.exhaustive ? searchSync(query, k, scope) : searchPool(pool, query, k, scope);
  };

  const part: SegmentPart<'dense'> = {
    count,
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
