// The rows of a part that stores sign codes alone: a row is a code, and its score is that of the code (level-query.ts).

import { TopK } from '../../core/topk.ts';
import type { KernelPool } from '../../kernels/pool.ts';
import type { Ranked } from '../../kernels/reference.ts';
import type { Head } from '../rows/head.ts';
import type { RowScores, Scored } from '../rows/row-scores.ts';
import type { Codes } from './codes.ts';
import { type LevelQuery, levelQuery } from './level-query.ts';
import { decode, type SignCodec } from './sign-codec.ts';

export class ScoredCodes implements RowScores {
  readonly head: Head<'none'>;
  readonly scored = 'vector that the sign code stands for';
  readonly isResident = true;
  readonly #codes: Codes;
  readonly #codec: SignCodec;

  constructor(head: Head<'none'>, codes: Codes, codec: SignCodec) {
    this.head = head;
    this.#codes = codes;
    this.#codec = codec;
  }

  /** Without the codec, which the library holds once for all segments. */
  get residentBytes(): number {
    return this.#codes.bytes;
  }
  close(): void {
    this.#codes.close();
  }

  scan(query: Float32Array, k: number, floor: number, accept: Uint32Array | undefined): Scored {
    const levels = levelQuery(query, this.#codec);
    let range: readonly [number, number] | undefined = [0, this.head.count];
    const once = () => {
      const all = range;
      range = undefined;
      return all;
    };
    return scoredOf(this.#codes.ranked(levels, { k, limit: levels.limit(floor), accept }, once), levels);
  }

  async scanParallel(
    pool: KernelPool,
    query: Float32Array,
    k: number,
    floor: number,
    accept: Uint32Array | undefined,
  ): Promise<Scored> {
    const levels = levelQuery(query, this.#codec);
    const options = { k, limit: levels.limit(floor), accept };
    return scoredOf(await this.#codes.rankedParallel(pool, levels, options), levels);
  }

  offer(query: Float32Array, rows: Uint32Array, k: number, floor: number): Scored {
    return this.reference(query, rows, k, floor); // few rows: a kernel would gain nothing
  }

  reference(query: Float32Array, rows: Iterable<number>, k: number, floor: number): Scored {
    const score = this.#scorer(query);
    const top = new TopK(k);
    for (const row of rows) {
      const value = score(row);
      if (value >= floor) top.push(value, row);
    }
    const { ords, scores } = top.drain();
    return { rows: ords, scores };
  }

  async score(query: Float32Array, rows: readonly number[]): Promise<Float64Array> {
    return this.scoreSync(query, rows);
  }

  scoreSync(query: Float32Array, rows: readonly number[]): Float64Array {
    const score = this.#scorer(query);
    return Float64Array.from(rows, (row) => (row < 0 ? Number.NaN : score(row)));
  }

  async row(row: number): Promise<Float32Array> {
    return decode(this.#codec, this.#codes.codeAt(row));
  }

  #scorer(query: Float32Array): (row: number) => number {
    const levels = levelQuery(query, this.#codec);
    return (row) => levels.score(levels.distance(this.#codes.codeAt(row)));
  }
}

function scoredOf({ ords, ranks }: Ranked, levels: LevelQuery): Scored {
  return { rows: ords, scores: Float64Array.from(ranks, levels.score) };
}
