// The term dictionary of one field: terms sorted by UTF-8 bytes, prefix-compressed in blocks of 32, each with the
// location of its postings. Bytes: docs/format/inverted.md.

import { compareBytes, sharedPrefix } from '../../core/byte-strings.ts';
import { ByteReader, ByteWriter } from '../../core/bytes.ts';
import { EngineError } from '../../core/errors.ts';
import { encodeUtf8 } from '../../core/utf8.ts';
import { type DictionaryBlocks, DictionaryCursor, TERMS_A_BLOCK, type TermEntry } from './dictionary-cursor.ts';

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
  readonly #blocks: DictionaryBlocks;

  constructor(terms: Uint8Array, index: Uint8Array, count: number) {
    const blocks = Math.ceil(count / TERMS_A_BLOCK);
    const reader = new ByteReader(index, 'a term dictionary index');
    if (3 * blocks > index.length)
      throw new EngineError('CORRUPT', `${count} terms in an index of ${index.length} bytes`);
    this.count = count;
    const starts = new Float64Array(blocks + 1);
    const postings = new Float64Array(blocks + 1);
    const positions = new Float64Array(blocks + 1);
    for (let b = 0; b < blocks; b++) {
      starts[b + 1] = starts[b]! + reader.varint();
      postings[b + 1] = postings[b]! + reader.varint();
      positions[b + 1] = positions[b]! + reader.varint();
    }
    if (starts[blocks] !== terms.length || reader.remaining !== 0) {
      throw new EngineError('CORRUPT', `A term dictionary has ${terms.length} bytes, its index says ${starts[blocks]}`);
    }
    this.#blocks = { count, bytes: terms, starts, postings, positions };
  }

  get residentBytes(): number {
    return this.#blocks.bytes.length + 24 * this.#blocks.starts.length;
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
      if (cursor.startsWith(bytes)) yield cursor;
      else if (compareBytes(cursor.term(), bytes) > 0) return;
    }
  }

  /** A cursor at or before the first term ≥ `from`; at the first term without `from`. */
  from(from: Uint8Array = new Uint8Array(0)): DictionaryCursor {
    let low = 0; // the last block whose first term is ≤ from, or block 0
    let high = this.#blocks.starts.length - 2;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (compareBytes(this.#firstTerm(middle), from) <= 0) low = middle;
      else high = middle - 1;
    }
    return new DictionaryCursor(this.#blocks, low);
  }

  #firstTerm(block: number): Uint8Array {
    const reader = new ByteReader(this.#blocks.bytes, 'a term dictionary', this.#blocks.starts[block]);
    return reader.take(reader.varint());
  }
}
