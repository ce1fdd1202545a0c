// The ids of a segment, ascending as UTF-8 bytes, so that the order of Ords is the order of ids (ADR 0004). Blocks of
// 16, each id as (bytes shared with the id before, rest); the first of a block shares nothing. An id is found by a
// binary search over blocks and a scan of one block. The compressed bytes stay in memory: about 10 a paper.

import { sharedPrefix } from '../../core/byte-strings.ts';
import { ByteWriter } from '../../core/bytes.ts';
import { EngineError } from '../../core/errors.ts';
import { compareUtf8 } from '../../core/order.ts';
import { decodeUtf8, encodeUtf8 } from '../../core/utf8.ts';
import type { SectionReader, SectionSink, SectionWriter } from '../part.ts';
import { writeSection } from '../write-section.ts';

const IDS_PER_BLOCK = 16;
const CHUNK_BYTES = 65536;

/** Writes the sections `<name>` and `<name>.index` from strings that strictly ascend. */
export async function writeStrings(name: string, strings: Iterable<string>, out: SectionWriter): Promise<void> {
  const blocks = new ByteWriter();
  blocks.u32(0);
  const sink = await out.section(name);
  let count = 0;
  let before = new Uint8Array(0);
  const buffer = new ByteWriter(CHUNK_BYTES);
  for (const text of strings) {
    const bytes = encodeUtf8(text);
    if (count % IDS_PER_BLOCK === 0) {
      if (count > 0) blocks.u32(sink.size + buffer.length);
      before = new Uint8Array(0);
    }
    const shared = sharedPrefix(before, bytes);
    buffer.varint(shared);
    buffer.varint(bytes.length - shared);
    buffer.bytes(bytes.subarray(shared));
    before = bytes;
    count++;
    if (buffer.length >= CHUNK_BYTES) await drain(buffer, sink);
  }
  await drain(buffer, sink);
  await sink.close();
  await writeSection(out, `${name}.index`, blocks.view());
}

async function drain(buffer: ByteWriter, sink: SectionSink): Promise<void> {
  await sink.append(buffer.view());
  buffer.clear();
}

/** Sorted strings by position, and positions by string. */
export interface SortedStrings extends Iterable<string> {
  readonly size: number;
  at(position: number): string;
  /** −1 if it is absent. */
  find(text: string): number;
  /** Position of the first string that is not below `text`; `size` when all are. */
  lowerBound(text: string): number;
  readonly residentBytes: number;
}

/** Opens the output of writeStrings. */
export async function openStrings(name: string, size: number, sections: SectionReader): Promise<SortedStrings> {
  return sortedStrings(name, size, await sections.readAll(name), await sections.readAll(`${name}.index`));
}

export function sortedStrings(name: string, size: number, bytes: Uint8Array, index: Uint8Array): SortedStrings {
  const blockCount = Math.max(1, Math.ceil(size / IDS_PER_BLOCK));
  if (index.length !== blockCount * 4) {
    throw new EngineError('CORRUPT', `${name}: ${index.length / 4} blocks for ${size} strings`);
  }
  const starts = new DataView(index.buffer, index.byteOffset, index.byteLength);
  const firsts = new Array<string | undefined>(blockCount); // decoded on the first comparison
  const cursor = new Cursor(name, bytes);
  const first = (block: number): string => {
    let text = firsts[block];
    if (text === undefined) {
      text = cursor.start(starts.getUint32(block * 4, true)).next();
      firsts[block] = text;
    }
    return text;
  };
  const lowerBound = (text: string): number => {
    if (size === 0) return 0;
    let low = 0; // the last block whose first string is ≤ text
    let high = blockCount;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (compareUtf8(first(middle), text) <= 0) low = middle;
      else high = middle;
    }
    cursor.start(starts.getUint32(low * 4, true));
    const end = Math.min(size, (low + 1) * IDS_PER_BLOCK);
    let position = low * IDS_PER_BLOCK;
    while (position < end && compareUtf8(cursor.next(), text) < 0) position++;
    return position;
  };
  const at = (position: number): string => {
    if (!(position >= 0 && position < size)) {
      throw new EngineError('INVALID_ARGUMENT', `${name}: position ${position} is not between 0 and ${size - 1}`);
    }
    const block = Math.floor(position / IDS_PER_BLOCK);
    cursor.start(starts.getUint32(block * 4, true));
    for (let skip = position % IDS_PER_BLOCK; skip > 0; skip--) cursor.skip();
    return cursor.next();
  };
  return {
    size,
    at,
    lowerBound,
    find: (text) => {
      const position = lowerBound(text);
      return position < size && at(position) === text ? position : -1;
    },
    residentBytes: bytes.length + index.length,
    *[Symbol.iterator]() {
      const own = new Cursor(name, bytes);
      for (let i = 0; i < size; i++) yield own.next(); // blocks are contiguous: the first of one shares 0 bytes
    },
  };
}

/** Reads prefix-compressed entries in order; keeps the bytes of the current one. */
class Cursor {
  readonly #name: string;
  readonly #bytes: Uint8Array;
  #offset = 0;
  #current = new Uint8Array(256);
  #length = 0;

  constructor(name: string, bytes: Uint8Array) {
    this.#name = name;
    this.#bytes = bytes;
  }

  start(offset: number): this {
    this.#offset = offset;
    this.#length = 0;
    return this;
  }
  next(): string {
    this.skip();
    return decodeUtf8(this.#current.subarray(0, this.#length));
  }
  skip(): void {
    const shared = this.#varint();
    const rest = this.#varint();
    const length = shared + rest;
    if (shared > this.#length || rest > this.#bytes.length - this.#offset) {
      throw new EngineError('CORRUPT', `${this.#name}: an entry at offset ${this.#offset} that cannot be`);
    }
    if (length > this.#current.length) {
      const grown = new Uint8Array(length * 2);
      grown.set(this.#current.subarray(0, shared));
      this.#current = grown;
    }
    for (let i = 0; i < rest; i++) this.#current[shared + i] = this.#bytes[this.#offset + i]!;
    this.#offset += rest;
    this.#length = length;
  }

  #varint(): number {
    let value = 0;
    for (let shift = 0; shift < 32; shift += 7) {
      const byte = this.#bytes[this.#offset++];
      if (byte === undefined) break; // past the end
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new EngineError('CORRUPT', `${this.#name}: a length at offset ${this.#offset} that cannot be`);
  }
}
