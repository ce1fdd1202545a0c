// A TokenStream that grows: the output of analyzers. Not usable after `finish`.

import type { TokenStream } from '../core/index.ts';

export class TokenWriter {
  #length = 0;
  #terms: string[] = [];
  #positions = new Uint32Array(64);
  #starts = new Uint32Array(64);
  #ends = new Uint32Array(64);

  push(term: string, position: number, start: number, end: number): void {
    const i = this.#length++;
    if (i === this.#starts.length) this.#grow();
    this.#terms.push(term);
    this.#positions[i] = position;
    this.#starts[i] = start;
    this.#ends[i] = end;
  }

  /** The tokens written since the last `finish`. */
  finish(): TokenStream {
    const length = this.#length;
    const stream = {
      length,
      terms: this.#terms,
      positions: this.#positions.slice(0, length),
      starts: this.#starts.slice(0, length),
      ends: this.#ends.slice(0, length),
    };
    this.#length = 0;
    this.#terms = [];
    return stream;
  }

  #grow(): void {
    const double = (old: Uint32Array): Uint32Array<ArrayBuffer> => {
      const next = new Uint32Array(old.length * 2);
      next.set(old);
      return next;
    };
    this.#positions = double(this.#positions);
    this.#starts = double(this.#starts);
    this.#ends = double(this.#ends);
  }
}
