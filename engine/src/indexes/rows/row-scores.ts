// How an open dense part scores its rows: with stored vectors (stored-vectors.ts) or with sign codes alone
// (codes/scored-codes.ts).

import type { Cancellable } from '../../core/types.ts';
import type { KernelPool } from '../../kernels/pool.ts';
import type { Head } from './head.ts';
import type { HeadFormat } from './vector-format.ts';

/** Rows and scores, best first: score descending, then row ascending. */
export interface Scored {
  readonly rows: Uint32Array; // (n)
  readonly scores: Float64Array; // (n)
}

export interface RowScores {
  readonly head: Head<HeadFormat>;
  /** What a query is multiplied with, for explanations: 'stored int8 vector'. */
  readonly scored: string;
  /** false: rows are in their file, and only the functions that return a promise may be called. */
  readonly isResident: boolean;
  readonly residentBytes: number;
  /** The best k of all accepted rows; `accept` is a bit set over rows, undefined = all. */
  scan(query: Float32Array, k: number, floor: number, accept: Uint32Array | undefined): Scored;
  /** `scan` for one query on the workers of a pool: the same hits. */
  scanParallel(
    pool: KernelPool,
    query: Float32Array,
    k: number,
    floor: number,
    accept: Uint32Array | undefined,
  ): Promise<Scored>;
  /** The best k of the given rows, ascending. */
  offer(query: Float32Array, rows: Uint32Array, k: number, floor: number): Scored;
  /** `offer` with rows read from the file. Present where rows can be there. */
  offerFromFile?(query: Float32Array, rows: Uint32Array, k: number, options: Cancellable): Promise<Scored>;
  /** Twin of `scan` and `offer`: plain TypeScript over the same rows. */
  reference(query: Float32Array, rows: Iterable<number>, k: number, floor: number): Scored;
  /** The scores of rows, in their order; NaN for −1, which is no row. */
  score(query: Float32Array, rows: readonly number[]): Promise<Float64Array>;
  /** `score` without waiting. */
  scoreSync(query: Float32Array, rows: readonly number[]): Float64Array;
  /** The vector of one row; f16, int8 and codes are decoded. */
  row(row: number): Promise<Float32Array>;
  close(): void;
}
