// A walk over the terms of a dictionary in order, which can pass over all terms that have a beginning in common.

import { ByteReader } from '../../core/bytes.ts';
import { EngineError } from '../../core/errors.ts';

export const TERMS_A_BLOCK = 32;

export interface TermEntry {
  /** Documents that hold the term, deleted ones included. */
  readonly df: number;
  /** Occurrences in all documents. */
  readonly occurrences: number;
  readonly postingsAt: number; // byte offset in the field's postings
  readonly postingsBytes: number;
  readonly positionsAt: number; // byte offset in the field's positions
  readonly positionsBytes: number; // 0 where none are stored
}

/** An open dictionary, as cursors read it. */
export interface DictionaryBlocks {
  /** Terms. */
  readonly count: number;
  readonly bytes: Uint8Array;
  readonly starts: Float64Array; // (blocks + 1) offset of each block in bytes
  readonly postings: Float64Array; // (blocks + 1) offset of its first list
  readonly positions: Float64Array; // (blocks + 1)
}

/** A walk over the terms in order. `term()` is valid until the next move. */
export class DictionaryCursor {
  readonly #blocks: DictionaryBlocks;
  readonly #reader: ByteReader;
  #number = 0;
  #term = new Uint8Array(64);
  #length = 0;
  #df = 0;
  #occurrences = 0;
  #postingsAt = 0;
  #postingsBytes = 0;
  #positionsAt = 0;
  #positionsBytes = 0;

  /** Before the first term of a block. */
  constructor(blocks: DictionaryBlocks, block: number) {
    this.#blocks = blocks;
    this.#reader = new ByteReader(blocks.bytes, 'a term dictionary');
    this.#moveTo(block);
  }

  next(): boolean {
    return this.#read(Number.POSITIVE_INFINITY);
  }

  /**
   * Moves to the next term that does not begin with the first `length` bytes of the present one; false: there is none.
   * Whole blocks are passed over unread.
   */
  skip(length: number): boolean {
    const prefix = this.#term.slice(0, length);
    const blocks = this.#blocks.starts.length - 1;
    const begins = (block: number) => block < blocks && this.#beginsWith(block, prefix);
    let low = Math.ceil(this.#number / TERMS_A_BLOCK); // the first block of which no term has been read
    if (begins(low)) {
      let step = 1;
      while (begins(low + step)) {
        low += step;
        step *= 2;
      }
      for (; step > 1; step >>= 1) if (begins(low + (step >> 1))) low += step >> 1;
      this.#moveTo(low);
    }
    while (this.#read(length)) if (!this.startsWith(prefix)) return true;
    return false;
  }

  /** The present term's bytes: a view. */
  term(): Uint8Array<ArrayBuffer> {
    return this.#term.subarray(0, this.#length);
  }
  /** The term's bytes are the first `length` ones: without a view, which a walk over all terms would make for each. */
  get buffer(): Uint8Array<ArrayBuffer> {
    return this.#term;
  }
  get length(): number {
    return this.#length;
  }
  startsWith(prefix: Uint8Array): boolean {
    if (prefix.length > this.#length) return false;
    for (let i = 0; i < prefix.length; i++) if (prefix[i] !== this.#term[i]) return false;
    return true;
  }
  get df(): number {
    return this.#df;
  }
  entry(): TermEntry {
    return {
      df: this.#df,
      occurrences: this.#occurrences,
      postingsAt: this.#postingsAt,
      postingsBytes: this.#postingsBytes,
      positionsAt: this.#positionsAt,
      positionsBytes: this.#positionsBytes,
    };
  }

  #moveTo(block: number): void {
    const { starts, postings, positions } = this.#blocks;
    this.#reader.offset = starts[block] ?? 0;
    this.#number = block * TERMS_A_BLOCK;
    this.#postingsAt = postings[block] ?? 0;
    this.#positionsAt = positions[block] ?? 0;
    this.#postingsBytes = 0;
    this.#positionsBytes = 0;
  }

  /** Moves to the next term that shares less than `most` bytes with the one before; the bytes of others are not copied. */
  #read(most: number): boolean {
    const reader = this.#reader;
    while (this.#number < this.#blocks.count) {
      const shared = this.#number++ % TERMS_A_BLOCK === 0 ? 0 : reader.varint();
      const suffix = reader.varint();
      const isPassed = shared >= most;
      if (isPassed) reader.offset += suffix;
      else this.#append(shared, suffix);
      this.#postingsAt += this.#postingsBytes;
      this.#positionsAt += this.#positionsBytes;
      this.#df = reader.varint();
      this.#occurrences = reader.varint() + this.#df;
      this.#postingsBytes = reader.varint();
      this.#positionsBytes = reader.varint();
      if (!isPassed) return true;
    }
    return false;
  }

  /** The present term becomes its first `shared` bytes and the next `suffix` bytes. Without a view: there are many terms. */
  #append(shared: number, suffix: number): void {
    const reader = this.#reader;
    if (shared > this.#length) throw new EngineError('CORRUPT', 'A dictionary term shares more bytes than there are');
    if (suffix > reader.remaining) throw new EngineError('CORRUPT', 'A dictionary term leads out of its dictionary');
    this.#length = shared + suffix;
    if (this.#length > this.#term.length) {
      const longer = new Uint8Array(this.#length * 2);
      longer.set(this.#term.subarray(0, shared));
      this.#term = longer;
    }
    const from = reader.offset;
    for (let i = 0; i < suffix; i++) this.#term[shared + i] = reader.bytes[from + i]!;
    reader.offset = from + suffix;
  }

  /** Does the first term of a block begin so? */
  #beginsWith(block: number, prefix: Uint8Array): boolean {
    const { bytes, starts } = this.#blocks;
    let at = starts[block]!;
    let length = bytes[at]! & 127; // a varint, read without a reader: a jump asks many blocks
    for (let scale = 128; bytes[at]! >= 128; scale *= 128) length += (bytes[++at]! & 127) * scale;
    if (length < prefix.length) return false;
    for (let i = 0; i < prefix.length; i++) if (bytes[at + 1 + i] !== prefix[i]) return false;
    return true;
  }
}
