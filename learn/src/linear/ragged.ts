// Lists of token ids of different lengths in two flat arrays: row i is ids[offsets[i]] … ids[offsets[i + 1] − 1].

export interface Ragged {
  readonly offsets: Uint32Array; // (rows + 1)
  readonly ids: Uint32Array; // (offsets[rows])
}

/** Number of rows. */
export function rowsOf(ragged: Ragged): number {
  return ragged.offsets.length - 1;
}

/** The rows from row `from` on, as a view of the same numbers. */
export function rowsFrom({ offsets, ids }: Ragged, from: number): Ragged {
  return { offsets: offsets.subarray(from), ids };
}

/** Row i, as a view. */
export function rowOf(ragged: Ragged, i: number): Uint32Array {
  return ragged.ids.subarray(ragged.offsets[i]!, ragged.offsets[i + 1]!);
}

/** Collects rows one by one. */
export class RaggedBuilder {
  readonly #offsets: number[] = [0];
  #ids = new Uint32Array(1024);
  #length = 0;

  push(row: ArrayLike<number>): void {
    if (this.#length + row.length > this.#ids.length) {
      const grown = new Uint32Array(Math.max(2 * this.#ids.length, this.#length + row.length));
      grown.set(this.#ids.subarray(0, this.#length));
      this.#ids = grown;
    }
    this.#ids.set(row, this.#length);
    this.#length += row.length;
    this.#offsets.push(this.#length);
  }

  build(): Ragged {
    return { offsets: Uint32Array.from(this.#offsets), ids: this.#ids.slice(0, this.#length) };
  }
}
