// Positions of one term, read for the documents that a phrase looks at. Bytes: docs/format/inverted.md.

import { ByteReader } from '../../core/bytes.ts';
import type { ListCursor } from './list-cursor.ts';
import { BLOCK, packedBytes, unpack } from './packed128.ts';

export class PositionReader {
  readonly #view: DataView;
  readonly #docBlockStarts: Float64Array; // (full document blocks + 1) occurrences before each
  readonly #blockAt: Float64Array; // (full position blocks + 1) byte offsets
  readonly #widths: Uint8Array; // (full position blocks)
  readonly #tail: Uint32Array; // the occurrences after the last full block
  #deltas: Uint32Array | undefined; // (128)
  #decoded = -1;
  // Where the documents walked so far end, so that ascending documents need no second count.
  #nextIndex = 0;
  #nextStart = 0;
  readonly #openWalk: () => ListCursor;
  #walk: ListCursor | undefined;

  /** `walk` opens a cursor over the same term, used to count the occurrences in documents that are passed over. */
  constructor(bytes: Uint8Array, walk: () => ListCursor, df: number, occurrences: number) {
    const reader = new ByteReader(bytes, 'a position list');
    const docBlocks = Math.floor(df / BLOCK);
    this.#openWalk = walk;
    this.#docBlockStarts = new Float64Array(docBlocks + 1);
    for (let b = 0; b < docBlocks; b++) this.#docBlockStarts[b + 1] = this.#docBlockStarts[b]! + reader.varint();
    const blocks = Math.floor(occurrences / BLOCK);
    this.#widths = reader.take(blocks);
    this.#blockAt = new Float64Array(blocks + 1);
    this.#blockAt[0] = reader.offset;
    for (let b = 0; b < blocks; b++) this.#blockAt[b + 1] = this.#blockAt[b]! + packedBytes(this.#widths[b]!);
    reader.offset = this.#blockAt[blocks]!;
    this.#tail = Uint32Array.from({ length: occurrences - blocks * BLOCK }, () => reader.varint());
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Positions of the term in the document at list index `index` with `tf` occurrences. Indexes must ascend. */
  at(index: number, tf: number): Uint32Array {
    let start = this.#startOf(index);
    this.#nextIndex = index + 1;
    this.#nextStart = start + tf;
    const out = new Uint32Array(tf);
    let position = 0;
    for (let i = 0; i < tf; i++, start++) {
      position += this.#delta(start);
      out[i] = position;
    }
    return out;
  }

  /** Occurrences before document `index`. */
  #startOf(index: number): number {
    const block = Math.floor(index / BLOCK);
    if (this.#nextIndex < block * BLOCK) {
      this.#nextIndex = block * BLOCK;
      this.#nextStart = this.#docBlockStarts[block]!;
    }
    while (this.#nextIndex < index) {
      this.#walk ??= this.#openWalk();
      this.#walk.skipTo(this.#nextIndex++);
      this.#nextStart += this.#walk.tf;
    }
    return this.#nextStart;
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
