// Reads a token sequence as a bag: its different tokens and the count of each. One reader is reused for millions of texts.

import type { Ragged } from '../linear/ragged.ts';

export class BagReader {
  /** Different tokens, by first occurrence; the first n of the last read are valid. */
  readonly ids: Uint32Array;
  /** The count of each; after weigh(), its weight in the unit-length bag. */
  readonly values: Float64Array;
  readonly #slot: Int32Array; // token → its index + 1, 0 = not in the bag
  #count = 0;

  constructor(vocabulary: number) {
    this.ids = new Uint32Array(vocabulary);
    this.values = new Float64Array(vocabulary);
    this.#slot = new Int32Array(vocabulary);
  }

  /** Number of different tokens in the bag. */
  get size(): number {
    return this.#count;
  }

  /** Reads row i; returns the number of different tokens. */
  read(texts: Ragged, i: number): number {
    this.clear();
    this.add(texts.ids, texts.offsets[i]!, texts.offsets[i + 1]!);
    return this.#count;
  }

  clear(): void {
    for (let x = 0; x < this.#count; x++) this.#slot[this.ids[x]!] = 0;
    this.#count = 0;
  }

  /** Adds tokens[start … end−1]; returns the number of different tokens so far. */
  add(tokens: Uint32Array, start: number, end: number): number {
    for (let p = start; p < end; p++) {
      const token = tokens[p]!;
      const slot = this.#slot[token]!;
      if (slot === 0) {
        this.ids[this.#count] = token;
        this.values[this.#count] = 1;
        this.#count++;
        this.#slot[token] = this.#count;
      } else this.values[slot - 1]! += 1;
    }
    return this.#count;
  }

  /** Turns the first n counts into √count × weight, scaled to unit length (a bag of zero weights stays zero). */
  weigh(weights: Float32Array, n: number): void {
    let squares = 0;
    for (let x = 0; x < n; x++) {
      const value = Math.sqrt(this.values[x]!) * weights[this.ids[x]!]!;
      this.values[x] = value;
      squares += value * value;
    }
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let x = 0; x < n; x++) this.values[x]! *= scale;
  }
}
