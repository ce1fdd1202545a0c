// Reads one term's postings in Ord order: the readable twin of the kernel's decoder. Bytes: docs/format/inverted.md.

import { EngineError } from '../../core/errors.ts';
import { ENTRY_BYTES } from './list-writer.ts';
import { BLOCK, packedBytes, unpack } from './packed128.ts';

/** The Ord of a cursor past its last document. */
export const END = 0x7fffffff;

/**
 * Runs code that reads lists. The bytes of a list are trusted once their checksums are right. If they still lead
 * outside a view or the kernels' memory, another program wrote them: CORRUPT.
 */
export function readingLists<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof WebAssembly.RuntimeError)) throw error;
    throw new EngineError('CORRUPT', `A list of postings leads out of its part: ${error.message}`, {
      hint: 'Rebuild the index from the store.',
      cause: error,
    });
  }
}

export class ListCursor {
  readonly df: number;
  /** Index of the current document in the list, −1 before the first. */
  index = -1;
  /** Current Ord: −1 before the first, END past the last. */
  doc = -1;
  readonly #view: DataView;
  readonly #at: number; // where the list begins
  readonly #end: number;
  readonly #blocks: number; // full blocks
  readonly #docs: Uint32Array; // (128, or df when that is less)
  readonly #tfs: Uint32Array;
  #block = -1;
  #count = 0; // documents decoded in the current block
  #tfsOf = -1; // block whose tfs are decoded
  #before = new Float64Array(0); // (128) running sums of tfs, for phrases
  #beforeOf = -1;

  /** `view` holds the list's bytes at `at … at+length−1`. */
  constructor(view: DataView, at: number, length: number, df: number) {
    this.#view = view;
    this.#at = at;
    this.#end = at + length;
    this.df = df;
    this.#blocks = Math.floor(df / BLOCK);
    this.#docs = new Uint32Array(Math.min(df, BLOCK));
    this.#tfs = new Uint32Array(Math.min(df, BLOCK));
  }

  /** Occurrences in the current document. */
  get tf(): number {
    if (this.#tfsOf !== this.#block) this.#decodeTfs();
    return this.#tfs[this.index - this.#block * BLOCK]!;
  }
  /** Occurrences in the documents of the current block before the current one. */
  get occurrencesBefore(): number {
    if (this.#tfsOf !== this.#block) this.#decodeTfs();
    if (this.#beforeOf !== this.#block) this.#sumTfs();
    return this.#before[this.index - this.#block * BLOCK]!;
  }

  next(): number {
    const within = this.index + 1 - this.#block * BLOCK;
    if (this.#block >= 0 && within < this.#count) {
      this.index++;
      this.doc = this.#docs[within]!;
      return this.doc;
    }
    if (!this.#decode(this.#block + 1)) return this.#finish();
    this.index = this.#block * BLOCK;
    this.doc = this.#docs[0]!;
    return this.doc;
  }

  /** Moves to the first document ≥ target; never backwards. */
  advance(target: number): number {
    if (this.doc >= target) return this.doc;
    if (this.#block < 0 || this.#docs[this.#count - 1]! < target) {
      let block = this.#block + 1;
      while (block < this.#blocks && this.#last(block) < target) block++;
      if (!this.#decode(block)) return this.#finish();
      this.index = block * BLOCK - 1;
    }
    let within = this.index + 1 - this.#block * BLOCK;
    while (within < this.#count && this.#docs[within]! < target) within++;
    if (within === this.#count) return this.#finish();
    this.index = this.#block * BLOCK + within;
    this.doc = this.#docs[within]!;
    return this.doc;
  }

  #finish(): number {
    this.index = this.df;
    this.doc = END;
    return END;
  }
  #entry(block: number): number {
    return this.#at + block * ENTRY_BYTES;
  }
  #last(block: number): number {
    return this.#view.getUint32(this.#entry(block), true);
  }
  #bodyAt(block: number): number {
    return this.#entry(this.#blocks) + this.#view.getUint32(this.#entry(block) + 4, true);
  }

  /** false when there is no such block. Block number #blocks is the tail. */
  #decode(block: number): boolean {
    if (block * BLOCK >= this.df) return false;
    this.#block = block;
    if (block === this.#blocks) this.#decodeTail();
    else {
      unpack(this.#view, this.#bodyAt(block), this.#view.getUint8(this.#entry(block) + 8), this.#docs);
      let previous = block === 0 ? -1 : this.#last(block - 1);
      for (let i = 0; i < BLOCK; i++) {
        previous += this.#docs[i]! + 1;
        this.#docs[i] = previous;
      }
      this.#count = BLOCK;
    }
    return true;
  }

  #decodeTfs(): void {
    const entry = this.#entry(this.#block);
    const gaps = packedBytes(this.#view.getUint8(entry + 8));
    unpack(this.#view, this.#bodyAt(this.#block) + gaps, this.#view.getUint8(entry + 9), this.#tfs);
    for (let i = 0; i < BLOCK; i++) this.#tfs[i]!++;
    this.#tfsOf = this.#block;
  }

  #sumTfs(): void {
    if (this.#before.length === 0) this.#before = new Float64Array(this.#tfs.length);
    let sum = 0;
    for (let i = 0; i < this.#count; i++) {
      this.#before[i] = sum;
      sum += this.#tfs[i]!;
    }
    this.#beforeOf = this.#block;
  }

  #decodeTail(): void {
    const blocks = this.#blocks;
    this.#count = this.df - blocks * BLOCK;
    let at = this.#entry(blocks);
    let previous = -1;
    if (blocks > 0) {
      const last = this.#entry(blocks - 1);
      const bytes = packedBytes(this.#view.getUint8(last + 8)) + packedBytes(this.#view.getUint8(last + 9));
      at = this.#bodyAt(blocks - 1) + bytes;
      previous = this.#last(blocks - 1);
    }
    const varint = () => {
      let value = 0;
      for (let shift = 0; at < this.#end; shift += 7) {
        const byte = this.#view.getUint8(at++);
        value += (byte & 127) * 2 ** shift;
        if (byte < 128) break;
      }
      return value;
    };
    for (let i = 0; i < this.#count; i++) {
      const code = varint();
      previous += Math.floor(code / 2) + 1;
      this.#docs[i] = previous;
      this.#tfs[i] = code % 2 === 1 ? 1 : varint() + 2;
    }
    this.#tfsOf = blocks;
  }
}
