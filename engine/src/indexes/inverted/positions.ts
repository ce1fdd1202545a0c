// Positions of one term, read for the documents that a phrase looks at. Bytes: docs/format/inverted.md.

import { ByteReader } from '../../core/bytes.ts';
import type { ListCursor } from './list-cursor.ts';
import { BLOCK, packedBytes, unpack } from './packed128.ts';

export class PositionReader {
  /** The result of `read`; only the first entries, up to its return value, belong to the current document. */
  positions = new Uint32Array(16);
  readonly #occurrences: number;
  readonly #view: DataView;
  readonly #docBlockStarts: Float64Array; // (full document blocks + 1) occurrences before each
  readonly #blockAt: Float64Array; // (full position blocks + 1) byte offsets
  readonly #widths: Uint8Array; // (full position blocks)
  readonly #tail: Uint32Array; // the occurrences after the last full block
  #deltas: Uint32Array | undefined; // (128)
  #decoded = -1;

  constructor(bytes: Uint8Array, df: number, occurrences: number) {
    const reader = new ByteReader(bytes, 'a position list');
    const docBlocks = Math.floor(df / BLOCK);
    this.#occurrences = occurrences;
    this.#docBlockStarts = new Float64Array(docBlocks + 1);
    for (let b = 0; b < docBlocks; b++) this.#docBlockStarts[b + 1] = this.#docBlockStarts[b]! + reader.varint();
    const blocks = Math.floor(occurrences / BLOCK);
    this.#widths = reader.take(blocks);
    this.#blockAt = new Float64Array(blocks + 1);
    this.#blockAt[0] = reader.offset;
    for (let b = 0; b < blocks; b++) this.#blockAt[b + 1] = this.#blockAt[b]! + packedBytes(this.#widths[b]!);
    reader.offset = this.#blockAt[blocks]!;
    this.#tail = new Uint32Array(occurrences - blocks * BLOCK);
    for (let i = 0; i < this.#tail.length; i++) this.#tail[i] = reader.varint();
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /**
   * Reads the positions in the current document of `cursor`, which must be over the same term; returns their number.
   * Throws RangeError (see readingLists) if the list has fewer.
   */
  read(cursor: ListCursor): number {
    const { tf } = cursor;
    let at = this.#docBlockStarts[Math.floor(cursor.index / BLOCK)]! + cursor.occurrencesBefore;
    if (at + tf > this.#occurrences) throw new RangeError(`${tf} positions after ${at} of ${this.#occurrences}`);
    if (tf > this.positions.length) this.positions = new Uint32Array(2 * tf);
    let position = 0;
    for (let i = 0; i < tf; i++, at++) {
      position += this.#delta(at);
      this.positions[i] = position;
    }
    return tf;
  }

  #delta(occurrence: number): number {
    const block = Math.floor(occurrence / BLOCK);
    if (block === this.#widths.length) return this.#tail[occurrence - block * BLOCK]!;
    this.#deltas ??= new Uint32Array(BLOCK);
    if (block !== this.#decoded) {
      unpack(this.#view, this.#blockAt[block]!, this.#widths[block]!, this.#deltas);
      this.#decoded = block;
    }
    return this.#deltas[occurrence - block * BLOCK]!;
  }
}
