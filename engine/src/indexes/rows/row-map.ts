// Which rows belong to which document of a segment. Rows are in Ord order and the rows of one document are adjacent: one
// row a document for dense vectors, any number for one vector a token. Sections (docs/format/flat.md):
//
//   ords    u32 of each document that has rows, ascending     absent: every document has rows
//   firsts  u32 of each of these documents: its first row; then the number of rows     absent: one row a document

import { BitSet } from '../../core/bitset.ts';
import { bytesOf } from '../../core/bytes.ts';
import { EngineError } from '../../core/errors.ts';
import type { SectionReader, SectionWriter } from '../../storage/part.ts';
import { writeSection } from '../../storage/write-section.ts';
import { checkSize, type Head } from './head.ts';
import type { HeadFormat } from './vector-format.ts';

export class RowMap {
  /** Documents of the segment. */
  readonly size: number;
  readonly rows: number;
  /** Documents that have rows. */
  readonly documents: number;
  readonly #ords: Uint32Array | undefined; // (documents) ascending
  readonly #firsts: Uint32Array | undefined; // (documents + 1) ascending

  constructor(size: number, rows: number, ords: Uint32Array | undefined, firsts: Uint32Array | undefined) {
    this.size = size;
    this.rows = rows;
    this.#ords = ords;
    this.#firsts = firsts;
    this.documents = ords?.length ?? size;
  }

  /** `counts`: rows of each document of the segment. */
  static ofCounts(counts: Uint32Array): RowMap {
    const size = counts.length;
    const present = new Uint32Array(size);
    const firsts = new Uint32Array(size + 1);
    let documents = 0;
    let isSingle = true;
    for (let ord = 0; ord < size; ord++) {
      const count = counts[ord]!;
      if (count === 0) continue;
      if (count > 1) isSingle = false;
      present[documents] = ord;
      firsts[documents + 1] = firsts[documents]! + count;
      documents++;
    }
    const ords = documents === size ? undefined : present.slice(0, documents);
    return new RowMap(size, firsts[documents]!, ords, isSingle ? undefined : firsts.slice(0, documents + 1));
  }

  get bytes(): number {
    return (this.#ords?.byteLength ?? 0) + (this.#firsts?.byteLength ?? 0);
  }
  /** Has every document at most one row? */
  get isSingle(): boolean {
    return this.#firsts === undefined;
  }

  /** Rows from … to−1 of a document; empty when it has none. */
  rangeOf(ord: number): { readonly from: number; readonly to: number } {
    const document = this.#documentOf(ord);
    if (document < 0) return { from: 0, to: 0 };
    if (this.#firsts === undefined) return { from: document, to: document + 1 };
    return { from: this.#firsts[document]!, to: this.#firsts[document + 1]! };
  }

  /** The document of a row. */
  ordOf(row: number): number {
    const document = this.#firsts === undefined ? row : lastAtMost(this.#firsts, row);
    return this.#ords === undefined ? document : this.#ords[document]!;
  }

  ordsOf(rows: Uint32Array): Uint32Array {
    if (this.#ords === undefined && this.#firsts === undefined) return rows;
    return rows.map((row) => this.ordOf(row));
  }

  /** The rows of the accepted documents. */
  rowsOf(accept: BitSet): BitSet {
    if (this.#ords === undefined && this.#firsts === undefined) return accept;
    const bits = new BitSet(this.rows);
    for (let d = 0; d < this.documents; d++) {
      if (!accept.has(this.#ords?.[d] ?? d)) continue;
      const end = this.#firsts?.[d + 1] ?? d + 1;
      for (let row = this.#firsts?.[d] ?? d; row < end; row++) bits.add(row);
    }
    return bits;
  }

  async write(out: SectionWriter): Promise<void> {
    if (this.#ords !== undefined) await writeSection(out, 'ords', bytesOf(this.#ords));
    if (this.#firsts !== undefined) await writeSection(out, 'firsts', bytesOf(this.#firsts));
  }

  /** Place among the documents that have rows, or −1. */
  #documentOf(ord: number): number {
    if (this.#ords === undefined) return ord < this.size ? ord : -1;
    const document = lastAtMost(this.#ords, ord);
    return this.#ords[document] === ord ? document : -1;
  }
}

/** Throws CORRUPT unless the sections give every row of the head to one document. */
export async function readRowMap(sections: SectionReader, { size, count }: Head<HeadFormat>): Promise<RowMap> {
  const hasFirsts = sections.has('firsts');
  const firsts = hasFirsts ? await readNumbers(sections, 'firsts') : undefined;
  const documents = firsts === undefined ? count : firsts.length - 1;
  if (sections.has('ords') !== (documents !== size)) {
    throw new EngineError('CORRUPT', `The head says ${count} rows for ${size} documents, section ords does not`);
  }
  if (documents !== size) checkSize(sections, 'ords', 4 * documents);
  const ords = documents === size ? undefined : await readNumbers(sections, 'ords');
  if (ords?.every((ord, d) => ord < size && (d === 0 || ord > ords[d - 1]!)) === false) {
    throw new EngineError('CORRUPT', `Section ords does not ascend below ${size}`);
  }
  const isSound = firsts === undefined || (firsts[0] === 0 && firsts.at(-1) === count && ascends(firsts));
  if (!isSound) throw new EngineError('CORRUPT', `Section firsts does not ascend from 0 to ${count}`);
  return new RowMap(size, count, ords, firsts);
}

/** `readRowMap` for an index with one row a document: throws CORRUPT for any other. */
export async function readSingleRows(sections: SectionReader, head: Head<HeadFormat>): Promise<RowMap> {
  const map = await readRowMap(sections, head);
  if (map.isSingle && map.documents <= map.size) return map;
  throw new EngineError('CORRUPT', `The head says ${head.count} rows for ${head.size} documents`);
}

async function readNumbers(sections: SectionReader, name: string): Promise<Uint32Array> {
  return new Uint32Array(new Uint8Array(await sections.readAll(name)).buffer);
}

function ascends(firsts: Uint32Array): boolean {
  return firsts.every((start, d) => d === 0 || start > firsts[d - 1]!);
}

/** Index of the last element ≤ `value` of an ascending list; 0 when there is none. */
function lastAtMost(list: Uint32Array, value: number): number {
  let low = 0;
  let high = list.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (list[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
