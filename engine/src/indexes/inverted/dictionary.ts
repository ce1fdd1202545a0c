// The term dictionary of one field: terms sorted by UTF-8 bytes, prefix-compressed in blocks of 32, each with the
// location of its postings. Bytes: docs/format/inverted.md.

import { compareBytes, sharedPrefix } from '../../core/byte-strings.ts';
import { ByteReader, ByteWriter } from '../../core/bytes.ts';
import { EngineError } from '../../core/errors.ts';
import { encodeUtf8 } from '../../core/utf8.ts';

const TERMS_A_BLOCK = 32;

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

export class DictionaryWriter {
  readonly #out = new ByteWriter(1 << 16);
  readonly #index = new ByteWriter(1 << 12);
  #previous = new Uint8Array(0);
  #blockStart = 0;
  #blockPostings = 0;
  #blockPositions = 0;
  #count = 0;

  /** Terms written. */
  get count(): number {
    return this.#count;
  }

  /** Adds a term; terms come in ascending order. The list bytes follow one another in their sections. */
  add(
    term: Uint8Array<ArrayBuffer>,
    list: Pick<TermEntry, 'df' | 'occurrences' | 'postingsBytes' | 'positionsBytes'>,
  ): void {
    if (this.#count % TERMS_A_BLOCK === 0) this.#endBlock();
    const first = this.#count % TERMS_A_BLOCK === 0;
    const shared = first ? 0 : sharedPrefix(this.#previous, term);
    if (!first) this.#out.varint(shared);
    this.#out.varint(term.length - shared);
    this.#out.bytes(term.subarray(shared));
    this.#out.varint(list.df);
    this.#out.varint(list.occurrences - list.df);
    this.#out.varint(list.postingsBytes);
    this.#out.varint(list.positionsBytes);
    this.#blockPostings += list.postingsBytes;
    this.#blockPositions += list.positionsBytes;
    this.#previous = term;
    this.#count++;
  }

  /** Dictionary bytes and index bytes. */
  finish(): { terms: Uint8Array; index: Uint8Array } {
    this.#endBlock();
    return { terms: this.#out.view(), index: this.#index.view() };
  }

  #endBlock(): void {
    if (this.#out.length === this.#blockStart) return;
    this.#index.varint(this.#out.length - this.#blockStart);
    this.#index.varint(this.#blockPostings);
    this.#index.varint(this.#blockPositions);
    this.#blockStart = this.#out.length;
    this.#blockPostings = 0;
    this.#blockPositions = 0;
  }
}

export class Dictionary {
  /** Terms. */
  readonly count: number;
  readonly #bytes: Uint8Array;
  readonly #starts: Float64Array; // (blocks + 1) offset of each block in #bytes
  readonly #postings: Float64Array; // (blocks + 1) offset of its first list
  readonly #positions: Float64Array; // (blocks + 1)

  constructor(terms: Uint8Array, index: Uint8Array, count: number) {
    const blocks = Math.ceil(count / TERMS_A_BLOCK);
    const reader = new ByteReader(index, 'a term dictionary index');
    if (3 * blocks > index.length)
      throw new EngineError('CORRUPT', `${count} terms in an index of ${index.length} bytes`);
    this.count = count;
    this.#bytes = terms;
    this.#starts = new Float64Array(blocks + 1);
    this.#postings = new Float64Array(blocks + 1);
    this.#positions = new Float64Array(blocks + 1);
    for (let b = 0; b < blocks; b++) {
      this.#starts[b + 1] = this.#starts[b]! + reader.varint();
      this.#postings[b + 1] = this.#postings[b]! + reader.varint();
      this.#positions[b + 1] = this.#positions[b]! + reader.varint();
    }
    if (this.#starts[blocks] !== terms.length || reader.remaining !== 0) {
      throw new EngineError(
        'CORRUPT',
        `A term dictionary has ${terms.length} bytes, its index says ${this.#starts[blocks]}`,
      );
    }
  }

  get residentBytes(): number {
    return this.#bytes.length + 24 * this.#starts.length;
  }

  find(term: string): TermEntry | undefined {
    const bytes = encodeUtf8(term);
    for (const cursor = this.from(bytes); cursor.next(); ) {
      const order = compareBytes(cursor.term(), bytes);
      if (order >= 0) return order === 0 ? cursor.entry() : undefined;
    }
    return undefined;
  }

  /** Every term that begins with `prefix`, ascending, as the term of the cursor. */
  *startingWith(prefix: string): Generator<DictionaryCursor> {
    const bytes = encodeUtf8(prefix);
    for (const cursor = this.from(bytes); cursor.next(); ) {
      const term = cursor.term();
      if (sharedPrefix(term, bytes) === bytes.length) yield cursor;
      else if (compareBytes(term, bytes) > 0) return;
    }
  }

  /** A cursor at or before the first term ≥ `from`; at the first term without `from`. */
  from(from: Uint8Array = new Uint8Array(0)): DictionaryCursor {
    let low = 0; // the last block whose first term is ≤ from, or block 0
    let high = this.#starts.length - 2;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (compareBytes(this.#firstTerm(middle), from) <= 0) low = middle;
      else high = middle - 1;
    }
    const reader = new ByteReader(this.#bytes, 'a term dictionary', this.#starts[low] ?? 0);
    return new DictionaryCursor(
      reader,
      low * TERMS_A_BLOCK,
      this.count,
      this.#postings[low] ?? 0,
      this.#positions[low] ?? 0,
    );
  }

  #firstTerm(block: number): Uint8Array {
    const reader = new ByteReader(this.#bytes, 'a term dictionary', this.#starts[block]);
    return reader.take(reader.varint());
  }
}

/** Visits terms in order. `term()` is valid until the next call of `next`. */
export class DictionaryCursor {
  readonly #reader: ByteReader;
  readonly #count: number;
  #number: number;
  #term = new Uint8Array(64);
  #length = 0;
  #df = 0;
  #occurrences = 0;
  #postingsAt: number;
  #postingsBytes = 0;
  #positionsAt: number;
  #positionsBytes = 0;

  constructor(reader: ByteReader, number: number, count: number, postingsAt: number, positionsAt: number) {
    this.#reader = reader;
    this.#number = number;
    this.#count = count;
    this.#postingsAt = postingsAt;
    this.#positionsAt = positionsAt;
  }

  next(): boolean {
    if (this.#number >= this.#count) return false;
    const reader = this.#reader;
    const shared = this.#number++ % TERMS_A_BLOCK === 0 ? 0 : reader.varint();
    const suffix = reader.take(reader.varint());
    if (shared > this.#length) throw new EngineError('CORRUPT', 'A dictionary term shares more bytes than there are');
    this.#length = shared + suffix.length;
    if (this.#length > this.#term.length) {
      const longer = new Uint8Array(this.#length * 2);
      longer.set(this.#term.subarray(0, shared));
      this.#term = longer;
    }
    this.#term.set(suffix, shared);
    this.#postingsAt += this.#postingsBytes;
    this.#positionsAt += this.#positionsBytes;
    this.#df = reader.varint();
    this.#occurrences = reader.varint() + this.#df;
    this.#postingsBytes = reader.varint();
    this.#positionsBytes = reader.varint();
    return true;
  }

  /** The bytes of the current term: a view. */
  term(): Uint8Array<ArrayBuffer> {
    return this.#term.subarray(0, this.#length);
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
}
