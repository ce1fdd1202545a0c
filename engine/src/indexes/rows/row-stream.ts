// The vectors of a segment as a stream of rows in Ord order, as they are stored: from new representations, or from the
// parts that a merge joins. Whatever an index derives (means, codes, clusters) it derives from the stored values, so a
// merge makes the same bytes as a write of the kept documents would. Vectors are never all in memory: new ones wait in a
// temporary file for the second pass.

import { asFloat32, bytesOf } from '../../core/bytes.ts';
import { throwIfAborted } from '../../core/errors.ts';
import { nextTurn } from '../../core/turn.ts';
import type { Cancellable, Kind } from '../../core/types.ts';
import type { MergeSource, Scratch, SectionReader, SectionWriter } from '../../storage/part.ts';
import { writeSection } from '../../storage/write-section.ts';
import { checkSize, type Head, readHead, writeHead } from './head.ts';
import { RowMap, readRowMap } from './row-map.ts';
import { bytesPerRow, isZero, type MutableRow, newRow, type Row, type VectorFormat } from './vector-format.ts';
import { zeroRows } from './zero-rows.ts';

/** Rows between two checks of the AbortSignal, which cost a turn of the event loop. */
const ROWS_A_TURN = 4096;
const BUFFER_BYTES = 1 << 20;
/** Rows read from a file at once. */
const STREAM_ROWS = 4096;

export interface RowStream {
  readonly head: Head;
  readonly map: RowMap;
  readonly payloadBytes: number;
  /** Calls `visit` for every row in order and awaits its promises. May be called again for another pass. */
  each(visit: (row: Row, index: number) => Promise<void> | undefined): Promise<void>;
}

export interface RowOptions extends Cancellable {
  readonly dim: number;
  readonly format: VectorFormat;
  /** Bytes that stand beside each vector in the section `payload`. Default 0. */
  readonly payloadBytes?: number;
  /** Vectors that would be stored as zeros are left out: for scores that compare directions. Default false. */
  readonly dropZeros?: boolean;
}

/** The vectors of one document: (rows, dim), and the bytes beside them: (rows, payloadBytes). */
export interface DocumentRows {
  readonly vecs: Float32Array;
  readonly payload?: Uint8Array;
}

/** Rows of new documents, one element a document; undefined: it has none. */
export async function rowsOfInput(
  size: number,
  documents: AsyncIterable<DocumentRows | undefined>,
  out: SectionWriter,
  options: RowOptions,
): Promise<RowStream> {
  const { dim, format, payloadBytes = 0, dropZeros = false } = options;
  const kept = new KeptRows(await out.scratch(), options);
  const counts = new Uint32Array(size);
  const row = newRow(dim, format);
  let ord = 0;
  let seen = 0;
  for await (const document of documents) {
    const n = document === undefined ? 0 : document.vecs.length / dim;
    for (let i = 0; i < n; i++) {
      if (++seen % ROWS_A_TURN === 0) await pause(options);
      row.set(document!.vecs.subarray(i * dim, (i + 1) * dim)); // n is 0 without a document
      if (dropZeros && isZero(row.vec)) continue;
      if (payloadBytes > 0) row.payload = document!.payload!.subarray(i * payloadBytes, (i + 1) * payloadBytes);
      const wait = kept.add(row);
      if (wait !== undefined) await wait;
      counts[ord]!++;
    }
    ord++;
  }
  const map = RowMap.ofCounts(counts);
  const source = await kept.finish();
  const stream = new StoredRows(source, undefined, map.rows, bytesPerRow(format, dim), payloadBytes);
  return joined([stream], new Int32Array(size), map, options);
}

/** Rows of several parts merged: the kept rows of each part ascend in the new Ords, so this is a k-way merge of streams. */
export async function rowsOfMerge<Q extends Kind, D extends Kind>(
  sources: readonly MergeSource<Q, D>[],
  size: number,
  options: RowOptions,
): Promise<RowStream> {
  const { dim, format, payloadBytes = 0, dropZeros = false } = options;
  const counts = new Uint32Array(size);
  const origin = new Int32Array(size).fill(-1); // new Ord → stream
  const streams: StoredRows[] = [];
  for (const [i, { sections, ords, version }] of sources.entries()) {
    const head = await readHead(sections, dim, format);
    const map = await readRowMap(sections, head);
    const zeros = dropZeros ? await zeroRows(sections, head, version) : undefined;
    const news = Int32Array.from({ length: head.count }, (_, row) => (zeros?.has(row) ? -1 : ords[map.ordOf(row)]!));
    for (const ord of news) {
      if (ord < 0) continue;
      counts[ord]!++;
      origin[ord] = i;
    }
    streams.push(
      new StoredRows(sectionSource(sections, head), news, head.count, bytesPerRow(format, dim), payloadBytes),
    );
  }
  return joined(streams, origin, RowMap.ofCounts(counts), options);
}

/** Streams taken in turn: `origin` says which stream the rows of an Ord come from. */
function joined(streams: readonly StoredRows[], origin: Int32Array, map: RowMap, options: RowOptions): RowStream {
  const { dim, format, payloadBytes = 0 } = options;
  const row = newRow(dim, format);
  return {
    head: { size: map.size, count: map.rows, dim, format },
    map,
    payloadBytes,
    each: async (visit) => {
      for (const stream of streams) stream.rewind();
      for (let i = 0; i < map.rows; i++) {
        if (i % ROWS_A_TURN === 0) await pause(options);
        const stream = streams[origin[map.ordOf(i)]!]!;
        if (!stream.isBuffered()) await stream.fill();
        stream.next(row);
        const wait = visit(row, i);
        if (wait !== undefined) await wait;
      }
    },
  };
}

/** Lets an abort and other work run between blocks of rows. */
async function pause(options: Cancellable): Promise<void> {
  await nextTurn();
  throwIfAborted(options.signal);
}

/** Writes head, row map, vectors, scales and payloads, which all dense parts begin with; `also` is called with every row. */
export async function writeRows(
  rows: RowStream,
  out: SectionWriter,
  also: (row: Row) => void = () => {},
): Promise<void> {
  const { count, dim, format } = rows.head;
  await writeHead(out, rows.head);
  await rows.map.write(out);
  const rowBytes = bytesPerRow(format, dim);
  const sink = await out.section('vectors');
  const buffer = new Uint8Array(rowBytes * Math.max(1, Math.min(count, Math.floor(BUFFER_BYTES / rowBytes))));
  const scales = new Float32Array(format === 'int8' ? count : 0);
  const payload = new Uint8Array(count * rows.payloadBytes);
  let at = 0;
  await rows.each((row, i) => {
    buffer.set(row.bytes, at);
    at += rowBytes;
    if (format === 'int8') scales[i] = row.scale;
    payload.set(row.payload, i * rows.payloadBytes);
    also(row);
    if (at < buffer.length) return undefined;
    at = 0;
    return sink.append(buffer);
  });
  await sink.append(buffer.subarray(0, at));
  await sink.close();
  if (format === 'int8') await writeSection(out, 'scales', bytesOf(scales));
  if (rows.payloadBytes > 0) await writeSection(out, 'payload', payload);
}

/** Stored rows that can be read again. */
interface RowSource {
  /** Bytes of a column: `vectors`, `scales` (f32) or `payload`. */
  read(column: 'vectors' | 'scales' | 'payload', offset: number, length: number): Promise<Uint8Array>;
  readonly hasScales: boolean;
}

function sectionSource(sections: SectionReader, { count, format }: Head): RowSource {
  const hasScales = format === 'int8';
  if (hasScales) checkSize(sections, 'scales', 4 * count);
  return { hasScales, read: (column, offset, length) => sections.read(column, offset, length) };
}

/** Rows on their way to the second pass: vectors in a temporary file, the few bytes beside each in memory. */
class KeptRows {
  readonly #file: Scratch;
  readonly #hasScales: boolean;
  readonly #buffer: Uint8Array;
  readonly #scales: number[] = [];
  readonly #payloads: Uint8Array[] = [];
  #at = 0;

  constructor(file: Scratch, { dim, format }: RowOptions) {
    const rowBytes = bytesPerRow(format, dim);
    this.#file = file;
    this.#hasScales = format === 'int8';
    this.#buffer = new Uint8Array(rowBytes * Math.max(1, Math.floor(BUFFER_BYTES / rowBytes)));
  }

  add(row: Row): Promise<void> | undefined {
    this.#buffer.set(row.bytes, this.#at);
    this.#at += row.bytes.length;
    if (this.#hasScales) this.#scales.push(row.scale);
    if (row.payload.length > 0) this.#payloads.push(row.payload.slice());
    if (this.#at < this.#buffer.length) return undefined;
    this.#at = 0;
    return this.#file.append(this.#buffer);
  }

  async finish(): Promise<RowSource> {
    if (this.#at > 0) await this.#file.append(this.#buffer.subarray(0, this.#at));
    const payload = new Uint8Array(this.#payloads.reduce((sum, bytes) => sum + bytes.length, 0));
    let end = 0;
    for (const bytes of this.#payloads) {
      payload.set(bytes, end);
      end += bytes.length;
    }
    const besides = { scales: bytesOf(Float32Array.from(this.#scales)), payload };
    return {
      hasScales: this.#hasScales,
      read: async (column, offset, length) =>
        column === 'vectors' ? this.#file.read(offset, length) : besides[column].subarray(offset, offset + length),
    };
  }
}

/** The kept rows of one source, read forward in blocks. */
class StoredRows {
  readonly #source: RowSource;
  readonly #news: Int32Array | undefined; // (count) new Ord of each row, −1 dropped; undefined: all kept
  readonly #count: number;
  readonly #rowBytes: number;
  readonly #payloadBytes: number;
  #first = 0;
  #end = 0;
  #at = 0;
  #bytes = new Uint8Array(0);
  #scales: Float32Array<ArrayBufferLike> = new Float32Array(0);
  #payload = new Uint8Array(0);

  constructor(source: RowSource, news: Int32Array | undefined, count: number, rowBytes: number, payloadBytes: number) {
    this.#source = source;
    this.#news = news;
    this.#count = count;
    this.#rowBytes = rowBytes;
    this.#payloadBytes = payloadBytes;
  }

  rewind(): void {
    this.#at = 0;
    this.#first = 0;
    this.#end = 0;
  }

  /** Skips dropped rows; is the next kept one in memory? */
  isBuffered(): boolean {
    if (this.#news !== undefined) while (this.#news[this.#at] === -1) this.#at++;
    return this.#at >= this.#first && this.#at < this.#end;
  }

  async fill(): Promise<void> {
    const block = Math.max(1, Math.min(STREAM_ROWS, Math.floor((4 * BUFFER_BYTES) / this.#rowBytes)));
    this.#first = this.#at;
    this.#end = Math.min(this.#count, this.#at + block);
    const n = this.#end - this.#first;
    this.#bytes = await this.#read('vectors', this.#rowBytes, n);
    if (this.#source.hasScales) this.#scales = asFloat32(await this.#read('scales', 4, n));
    if (this.#payloadBytes > 0) this.#payload = await this.#read('payload', this.#payloadBytes, n);
  }

  next(row: MutableRow): void {
    const i = this.#at++ - this.#first;
    row.load(this.#bytes.subarray(i * this.#rowBytes, (i + 1) * this.#rowBytes), this.#scales[i] ?? 0);
    row.payload = this.#payload.subarray(i * this.#payloadBytes, (i + 1) * this.#payloadBytes);
  }

  async #read(column: 'vectors' | 'scales' | 'payload', bytes: number, n: number): Promise<Uint8Array<ArrayBuffer>> {
    return (await this.#source.read(column, this.#first * bytes, n * bytes)) as Uint8Array<ArrayBuffer>; // never shared
  }
}
