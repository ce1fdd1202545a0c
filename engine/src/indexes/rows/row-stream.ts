// The vectors of a segment as a stream of rows in Ord order, as they are stored: from new representations, or from the
// parts of a merge. Means, codes and clusters are derived from the stored values, so a merge makes the same bytes as a
// write of the kept documents.

import { asFloat32, bytesOf } from '../../core/bytes.ts';
import { EngineError, throwIfAborted } from '../../core/errors.ts';
import { nextTurn } from '../../core/turn.ts';
import type { Cancellable, DenseRep, Space } from '../../core/types.ts';
import type { MergeSource, PartInput, SectionReader, SectionWriter } from '../../storage/part.ts';
import { writeSection } from '../../storage/write-section.ts';
import { checkVector } from './check.ts';
import { checkSize, type Head, readHead, type VectorFormat, writeHead } from './head.ts';
import { dequantise, quantise } from './int8.ts';

/** Rows between two checks of the AbortSignal, which cost a turn of the event loop. */
const ROWS_A_TURN = 4096;

/** One stored row; the arrays are reused for the next row. */
export interface Row {
  /** The stored value as f32: for int8, code × scale. */
  readonly vec: Float32Array; // (dim)
  /** The bytes to write: f32 or int8, dim of them. */
  readonly bytes: Uint8Array;
  readonly scale: number;
}

export interface RowStream {
  readonly head: Head;
  /** Ords of the rows, ascending; undefined when row = Ord. */
  readonly ords: Uint32Array | undefined;
  /** Calls `visit` for every row in order and awaits its promises. May be called again for another pass. */
  each(visit: (row: Row, index: number) => Promise<void> | undefined): Promise<void>;
}

/**
 * RowStream from representations. Throws ENCODER_MISMATCH or INVALID_ARGUMENT for a vector of another space or
 * dimension.
 */
export async function rowsOfInput(
  input: PartInput<'dense'>,
  space: Space,
  dim: number,
  format: VectorFormat,
  options: Cancellable = {},
): Promise<RowStream> {
  const reps: DenseRep[] = [];
  const present = new Uint32Array(input.size);
  let count = 0;
  let ord = -1;
  for await (const rep of input.reps) {
    ord++;
    if (rep === undefined) continue;
    checkVector(rep, space, dim, `The vector of document ${ord} of the segment`);
    present[count++] = ord;
    reps.push(rep);
  }
  const row = newRow(dim, format);
  return {
    head: { size: input.size, count, dim, format },
    ords: count === input.size ? undefined : present.slice(0, count),
    each: async (visit) => {
      for (let i = 0; i < count; i++) {
        if (i % ROWS_A_TURN === 0) await pause(i, options);
        row.set(reps[i]!.vec);
        const wait = visit(row, i);
        if (wait !== undefined) await wait;
      }
    },
  };
}

/** RowStream of several parts merged: the kept rows of each part ascend in the new Ords, so this is a k-way merge. */
export async function rowsOfMerge(
  sources: readonly MergeSource<'dense'>[],
  size: number,
  dim: number,
  format: VectorFormat,
  options: Cancellable = {},
): Promise<RowStream> {
  const streams = await Promise.all(sources.map((s) => StoredStream.open(s, dim, format)));
  const origin = new Int32Array(size).fill(-1); // new Ord → stream
  for (const [i, stream] of streams.entries()) for (const ord of stream.kept()) origin[ord] = i;
  const present = Uint32Array.from([...origin.keys()].filter((ord) => origin[ord]! >= 0));
  const row = newRow(dim, format);
  return {
    head: { size, count: present.length, dim, format },
    ords: present.length === size ? undefined : present,
    each: async (visit) => {
      for (const stream of streams) stream.rewind();
      for (let i = 0; i < present.length; i++) {
        if (i % ROWS_A_TURN === 0) await pause(i, options);
        const stream = streams[origin[present[i]!]!]!;
        if (!stream.isBuffered()) await stream.fill();
        stream.next(row);
        const wait = visit(row, i);
        if (wait !== undefined) await wait;
      }
    },
  };
}

/** Lets an abort and other work run between blocks of rows. */
async function pause(row: number, options: Cancellable): Promise<void> {
  if (row > 0) await nextTurn();
  throwIfAborted(options.signal);
}

/**
 * Ords of the rows stored in a part: undefined when row = Ord. Throws CORRUPT for Ords that do not ascend or are too
 * large.
 */
export async function readOrds(sections: SectionReader, head: Head): Promise<Uint32Array | undefined> {
  if (head.count === head.size) return undefined;
  checkSize(sections, 'ords', 4 * head.count);
  const ords = new Uint32Array(new Uint8Array(await sections.readAll('ords')).buffer);
  if (ords.every((ord, row) => ord < head.size && (row === 0 || ord > ords[row - 1]!))) return ords;
  throw new EngineError('CORRUPT', `Section ords does not ascend below ${head.size}`);
}

/** Writes head, ords, vectors and scales, the first sections of all dense parts; `also` is called with every row. */
export async function writeRows(
  rows: RowStream,
  out: SectionWriter,
  also: (row: Row) => void = () => {},
): Promise<void> {
  const { count, dim, format } = rows.head;
  await writeHead(out, rows.head);
  if (rows.ords !== undefined) await writeSection(out, 'ords', bytesOf(rows.ords));
  const rowBytes = format === 'f32' ? 4 * dim : dim;
  const sink = await out.section('vectors');
  const buffer = new Uint8Array(rowBytes * Math.max(1, Math.min(count, Math.floor((1 << 20) / rowBytes))));
  const scales = new Float32Array(format === 'int8' ? count : 0);
  let at = 0;
  await rows.each((row, i) => {
    buffer.set(row.bytes, at);
    at += rowBytes;
    if (format === 'int8') scales[i] = row.scale;
    also(row);
    if (at < buffer.length) return undefined;
    at = 0;
    return sink.append(buffer);
  });
  await sink.append(buffer.subarray(0, at));
  await sink.close();
  if (format === 'int8') await writeSection(out, 'scales', bytesOf(scales));
}

interface MutableRow extends Row {
  scale: number;
  /** Appends a new representation. */
  set(vec: Float32Array): void;
  /** Appends stored bytes. */
  load(bytes: Uint8Array, scale: number): void;
}

function newRow(dim: number, format: VectorFormat): MutableRow {
  const vec = new Float32Array(dim);
  const codes = new Int8Array(dim);
  const bytes = format === 'f32' ? bytesOf(vec) : bytesOf(codes);
  return {
    vec,
    bytes,
    scale: 0,
    set(source) {
      if (format === 'f32') return void vec.set(source);
      this.scale = quantise(source, codes);
      dequantise(codes, this.scale, vec);
    },
    load(source, scale) {
      bytes.set(source);
      this.scale = scale;
      if (format === 'int8') dequantise(codes, scale, vec);
    },
  };
}

const STREAM_ROWS = 4096;

/** The kept rows of one stored part, read forward in blocks. */
class StoredStream {
  readonly #sections: SectionReader;
  readonly #head: Head;
  readonly #news: Int32Array; // (count) new Ord of each row, −1 dropped
  readonly #rowBytes: number;
  #first = 0;
  #end = 0;
  #at = 0;
  #bytes = new Uint8Array(0);
  #scales: Float32Array<ArrayBufferLike> = new Float32Array(0);

  private constructor(sections: SectionReader, head: Head, news: Int32Array) {
    this.#sections = sections;
    this.#head = head;
    this.#news = news;
    this.#rowBytes = head.format === 'f32' ? 4 * head.dim : head.dim;
  }

  static async open(source: MergeSource<'dense'>, dim: number, format: VectorFormat): Promise<StoredStream> {
    const head = await readHead(source.sections, dim, format);
    const ords = await readOrds(source.sections, head);
    const news = Int32Array.from({ length: head.count }, (_, row) => source.ords[ords?.[row] ?? row]!);
    return new StoredStream(source.sections, head, news);
  }

  kept(): Int32Array {
    return this.#news.filter((ord) => ord >= 0);
  }

  rewind(): void {
    this.#at = 0;
    this.#first = 0;
    this.#end = 0;
  }

  /** Skips dropped rows; returns whether the next kept one is in memory. */
  isBuffered(): boolean {
    while (this.#news[this.#at] === -1) this.#at++;
    return this.#at >= this.#first && this.#at < this.#end;
  }

  async fill(): Promise<void> {
    this.#first = this.#at;
    this.#end = Math.min(this.#head.count, this.#at + STREAM_ROWS);
    const n = this.#end - this.#first;
    this.#bytes = (await this.#sections.read(
      'vectors',
      this.#first * this.#rowBytes,
      n * this.#rowBytes,
    )) as Uint8Array<ArrayBuffer>;
    if (this.#head.format === 'int8') {
      this.#scales = asFloat32(await this.#sections.read('scales', this.#first * 4, n * 4));
    }
  }

  next(row: MutableRow): void {
    const i = this.#at++ - this.#first;
    row.load(this.#bytes.subarray(i * this.#rowBytes, (i + 1) * this.#rowBytes), this.#scales[i] ?? 0);
  }
}
