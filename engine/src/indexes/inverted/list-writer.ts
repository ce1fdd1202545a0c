// Writes one term's postings: blocks of 128 packed (gap, tf) after a table of block entries, then a tail of varints;
// and its positions in a separate list. Bytes: docs/format/inverted.md. Readers: list-cursor.ts, positions.ts and the
// kernels (assembly/postings.ts).

import { ByteWriter } from '../../core/bytes.ts';
import { BLOCK, pack, packedBytes, widthOf } from './packed128.ts';

/** One entry a block: last Ord u32, offset u32, widths of gap and tf u8 each, three (tf, length byte) pairs. */
export const ENTRY_BYTES = 16;
/** Number of (tf, length byte) pairs in an entry. No document of the block scores above the best of them. */
const PAIRS = 3;
/** A tf of at least this in a pair means "any tf". */
const TF_CAP = 255;

/** Growing arrays of one term's occurrences. Ords ascend. */
export class TermBuffer {
  docs = new Uint32Array(BLOCK); // (df)
  tfs = new Uint32Array(BLOCK); // (df)
  positions = new Uint32Array(BLOCK); // (occurrences), absolute, ascending within a document
  df = 0;
  occurrences = 0;

  clear(): void {
    this.df = 0;
    this.occurrences = 0;
  }
  /** Starts a document with `tf` occurrences; calls of `position` follow (none if positions are not stored). */
  document(ord: number, tf: number): void {
    if (this.df === this.docs.length) {
      this.docs = doubled(this.docs);
      this.tfs = doubled(this.tfs);
    }
    this.docs[this.df] = ord;
    this.tfs[this.df++] = tf;
  }
  position(position: number): void {
    if (this.occurrences === this.positions.length) this.positions = doubled(this.positions);
    this.positions[this.occurrences++] = position;
  }
}

/** Encodes lists one after another, reusing its memory. */
export class ListWriter {
  readonly #values = new Uint32Array(BLOCK);
  readonly #tfs = new Uint32Array(BLOCK);
  readonly #out = new ByteWriter(4096);
  #packed = new Uint8Array(16 * 32);

  /** Bytes of (doc, tf) postings; `norms` are the length bytes by Ord. The view is valid until the next call. */
  postings(term: TermBuffer, norms: Uint8Array): Uint8Array {
    const out = this.#out;
    out.clear();
    const blocks = Math.floor(term.df / BLOCK);
    const bodies: Uint8Array[] = [];
    let offset = 0;
    for (let b = 0; b < blocks; b++) {
      const body = this.#block(term, b * BLOCK);
      out.u32(term.docs[b * BLOCK + BLOCK - 1]!);
      out.u32(offset);
      out.u8(body.gapWidth);
      out.u8(body.tfWidth);
      for (const byte of frontier(term, b * BLOCK, BLOCK, norms)) out.u8(byte);
      offset += body.bytes.length;
      bodies.push(body.bytes);
    }
    for (const bytes of bodies) out.bytes(bytes);
    this.#tail(term, blocks * BLOCK);
    return out.view();
  }

  /** Bytes of positions: occurrences of each full document block, widths, packed blocks, tail. */
  positions(term: TermBuffer): Uint8Array {
    const out = this.#out;
    out.clear();
    const docBlocks = Math.floor(term.df / BLOCK);
    for (let b = 0; b < docBlocks; b++) {
      let sum = 0;
      for (let i = 0; i < BLOCK; i++) sum += term.tfs[b * BLOCK + i]!;
      out.varint(sum);
    }
    const deltas = positionDeltas(term);
    const blocks = Math.floor(term.occurrences / BLOCK);
    const widths = new Uint8Array(blocks);
    for (let b = 0; b < blocks; b++) widths[b] = widthOf(deltas.subarray(b * BLOCK));
    out.bytes(widths);
    for (let b = 0; b < blocks; b++) out.bytes(this.#pack(deltas.subarray(b * BLOCK, (b + 1) * BLOCK), widths[b]!));
    for (let i = blocks * BLOCK; i < term.occurrences; i++) out.varint(deltas[i]!);
    return out.view();
  }

  #block(term: TermBuffer, at: number): { bytes: Uint8Array; gapWidth: number; tfWidth: number } {
    let previous = at === 0 ? -1 : term.docs[at - 1]!;
    for (let i = 0; i < BLOCK; i++) {
      this.#values[i] = term.docs[at + i]! - previous - 1;
      previous = term.docs[at + i]!;
      this.#tfs[i] = term.tfs[at + i]! - 1;
    }
    const gapWidth = widthOf(this.#values);
    const tfWidth = widthOf(this.#tfs);
    const bytes = new Uint8Array(packedBytes(gapWidth) + packedBytes(tfWidth));
    const view = new DataView(bytes.buffer);
    pack(this.#values, gapWidth, view, 0);
    pack(this.#tfs, tfWidth, view, packedBytes(gapWidth));
    return { bytes, gapWidth, tfWidth };
  }

  #tail(term: TermBuffer, from: number): void {
    let previous = from === 0 ? -1 : term.docs[from - 1]!;
    for (let i = from; i < term.df; i++) {
      const gap = term.docs[i]! - previous - 1;
      previous = term.docs[i]!;
      const tf = term.tfs[i]!;
      this.#out.varint(gap * 2 + (tf === 1 ? 1 : 0));
      if (tf !== 1) this.#out.varint(tf - 2);
    }
  }

  #pack(values: Uint32Array, width: number): Uint8Array {
    this.#packed.fill(0);
    pack(values, width, new DataView(this.#packed.buffer), 0);
    return this.#packed.subarray(0, packedBytes(width));
  }
}

/** Within a document, each position minus the one before it; the first unchanged. */
function positionDeltas(term: TermBuffer): Uint32Array {
  const deltas = new Uint32Array(term.occurrences);
  let at = 0;
  for (let d = 0; d < term.df; d++) {
    let previous = 0;
    for (let i = 0; i < term.tfs[d]!; i++, at++) {
      deltas[at] = term.positions[at]! - previous;
      previous = term.positions[at]!;
    }
  }
  return deltas;
}

/**
 * Three (tf, length byte) pairs such that every document of the block has a pair with tf no smaller and length no
 * larger. Starts from the Pareto frontier and joins the neighbours with the smallest loss, by area in (log tf, byte).
 */
function frontier(term: TermBuffer, from: number, count: number, norms: Uint8Array): Uint8Array {
  const best = new Uint32Array(256); // largest tf by length byte
  for (let i = from; i < from + count; i++) {
    const norm = norms[term.docs[i]!]!;
    best[norm] = Math.max(best[norm]!, Math.min(term.tfs[i]!, TF_CAP));
  }
  const pairs: { tf: number; norm: number }[] = [];
  for (let norm = 0; norm < 256; norm++) {
    const last = pairs[pairs.length - 1];
    if (best[norm]! > (last?.tf ?? 0)) pairs.push({ tf: best[norm]!, norm });
  }
  while (pairs.length > PAIRS) joinCheapest(pairs);
  const out = new Uint8Array(2 * PAIRS);
  for (let p = 0; p < PAIRS; p++) {
    const pair = pairs[Math.min(p, pairs.length - 1)]!;
    out[2 * p] = pair.tf;
    out[2 * p + 1] = pair.norm;
  }
  return out;
}

/**
 * Joins two neighbours into (the larger tf, the smaller length). The cost is an integer, so every runtime chooses the
 * same.
 */
function joinCheapest(pairs: { tf: number; norm: number }[]): void {
  let cheapest = 0;
  let cost = Infinity;
  for (let p = 0; p + 1 < pairs.length; p++) {
    const a = pairs[p]!;
    const b = pairs[p + 1]!;
    const c = ((b.tf - a.tf) * (b.norm - a.norm) * 1024) / b.tf;
    if (c < cost) {
      cost = c;
      cheapest = p;
    }
  }
  pairs.splice(cheapest, 2, { tf: pairs[cheapest + 1]!.tf, norm: pairs[cheapest]!.norm });
}

function doubled(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const out = new Uint32Array(array.length * 2);
  out.set(array);
  return out;
}
