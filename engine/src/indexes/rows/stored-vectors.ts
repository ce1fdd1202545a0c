// The stored vectors of an open part: score all of them, or some rows. They are in kernel memory, or in their file and
// read row by row (rescoring only).

import { bytesOf } from '../../core/bytes.ts';
import { EngineError } from '../../core/errors.ts';
import { TopK } from '../../core/topk.ts';
import type { Cancellable } from '../../core/types.ts';
import type { Heap } from '../../kernels/heap.ts';
import type { KernelModule } from '../../kernels/module.ts';
import type { KernelPool } from '../../kernels/pool.ts';
import { dotF32, type Ranked, scoreI8 } from '../../kernels/reference.ts';
import { limitOf, scoresOf } from '../../kernels/topk.ts';
import type { VectorsKernels } from '../../kernels/vectors.ts';
import type { SectionReader } from '../../storage/part.ts';
import { Chunks } from '../scan/chunks.ts';
import { parallelScan } from '../scan/parallel.ts';
import { Scan, type ScanInput, type ScanPlace } from '../scan/scan.ts';
import { checkSize, type Head } from './head.ts';
import { quantiseQuery } from './int8.ts';
import type { RowScores, Scored } from './row-scores.ts';
import { bytesPerRow, newRow } from './vector-format.ts';

export interface VectorsOptions extends Cancellable {
  /** Keep the vectors in memory. */
  readonly resident: boolean;
  readonly heap: Heap;
  readonly module: KernelModule<VectorsKernels>;
}

/** Neighbouring rows with a gap below this are read together. */
const GAP_BYTES = 4096;

export class StoredVectors implements RowScores {
  readonly head: Head;
  readonly rowBytes: number;
  readonly #sections: SectionReader;
  readonly #module: KernelModule<VectorsKernels>;
  readonly #chunks: Chunks | undefined;
  readonly #scales: Float32Array | undefined; // (count), only if rows stay in the file

  private constructor(
    head: Head,
    sections: SectionReader,
    module: KernelModule<VectorsKernels>,
    chunks: Chunks | undefined,
    scales: Float32Array | undefined,
  ) {
    this.head = head;
    this.rowBytes = bytesPerRow(head.format, head.dim);
    this.#sections = sections;
    this.#module = module;
    this.#chunks = chunks;
    this.#scales = scales;
  }

  static async open(sections: SectionReader, head: Head, options: VectorsOptions): Promise<StoredVectors> {
    const rowBytes = bytesPerRow(head.format, head.dim);
    checkSize(sections, 'vectors', head.count * rowBytes);
    const isInt8 = head.format === 'int8';
    if (isInt8) checkSize(sections, 'scales', head.count * 4);
    const columns = [{ section: 'vectors', rowBytes }, ...(isInt8 ? [{ section: 'scales', rowBytes: 4 }] : [])];
    const chunks = options.resident
      ? await Chunks.load(options.heap, sections, columns, head.count, options)
      : undefined;
    const scales =
      isInt8 && !options.resident
        ? new Float32Array((await sections.readAll('scales', options)).slice().buffer)
        : undefined;
    return new StoredVectors(head, sections, options.module, chunks, scales);
  }

  get scored(): string {
    return `stored ${this.head.format} vector`;
  }
  get isResident(): boolean {
    return this.#chunks !== undefined;
  }
  get residentBytes(): number {
    return (this.#chunks?.bytes ?? 0) + (this.#scales?.byteLength ?? 0);
  }
  close(): void {
    this.#chunks?.free();
  }

  /** The best k of all accepted rows; `accept` is a bit set over rows, undefined = all. Resident only. */
  scan(query: Float32Array, k: number, floor: number, accept: Uint32Array | undefined): Scored {
    const { format, dim } = this.head;
    const prepared = this.#prepare(query);
    const inputs = accept === undefined ? prepared.inputs : [...prepared.inputs, { bytes: bytesOf(accept) }];
    const scan = new Scan(this.#module, { k, limit: limitOf(floor), inputs, prepare: prepared.prepare });
    for (const chunk of this.#resident().list) {
      const { kernels, at, top } = scan.in(chunk.arena);
      const bits = accept === undefined ? 0 : at[at.length - 1]!;
      const [rows, n, first] = [chunk.at[0]!, chunk.count, chunk.first];
      if (format === 'int8') {
        kernels.scanI8(rows, chunk.at[1]!, n, dim, at[0]!, prepared.scale, first, 0, bits, top);
      } else {
        const scanFloats = format === 'f32' ? kernels.scanF32 : kernels.scanF16;
        scanFloats(rows, n, dim, at[0]!, first, 0, bits, top);
      }
    }
    return scoredOf(scan.take());
  }

  /** `scan` for one query on the workers of a pool: the same hits. */
  async scanParallel(
    pool: KernelPool,
    query: Float32Array,
    k: number,
    floor: number,
    accept: Uint32Array | undefined,
  ): Promise<Scored> {
    const { format, dim } = this.head;
    const prepared = this.#prepare(query);
    const ranked = await parallelScan({
      pool,
      module: this.#module,
      chunks: this.#resident(),
      k,
      limit: limitOf(floor),
      inputs: accept === undefined ? prepared.inputs : [...prepared.inputs, { bytes: bytesOf(accept) }],
      prepare: prepared.prepare,
      call: ({ at, top }, chunk, from, count) => {
        const rows = chunk.at[0]! + from * this.rowBytes;
        const last = [chunk.first + from, 0, accept === undefined ? 0 : at[at.length - 1]!, top];
        if (format !== 'int8') {
          return { name: format === 'f32' ? 'scanF32' : 'scanF16', args: [rows, count, dim, at[0]!, ...last] };
        }
        const scales = chunk.at[1]! + 4 * from;
        return { name: 'scanI8', args: [rows, scales, count, dim, at[0]!, prepared.scale, ...last] };
      },
    });
    return scoredOf(ranked);
  }

  /** The best k of the given rows, ascending. Resident only. */
  offer(query: Float32Array, rows: Uint32Array, k: number, floor: number): Scored {
    const { inputs, prepare, scale } = this.#prepare(query);
    const { format, dim } = this.head;
    const scan = new Scan(this.#module, {
      k,
      limit: limitOf(floor),
      inputs: [...inputs, { bytes: bytesOf(rows) }, { bytes: new Uint8Array(0), room: rows.byteLength }],
      prepare,
    });
    for (let i = 0; i < rows.length; ) {
      const chunk = this.#resident().chunkOf(rows[i]!);
      const { arena, kernels, at, top } = scan.in(chunk.arena);
      const wanted = new Uint32Array(arena.memory.buffer, at[at.length - 1]!, rows.length);
      const start = i;
      const end = chunk.first + chunk.count;
      for (; i < rows.length && rows[i]! < end; i++) wanted[i] = rows[i]! - chunk.first;
      const [local, ids, n] = [at[at.length - 1]! + 4 * start, at[at.length - 2]! + 4 * start, i - start];
      if (format === 'int8') {
        kernels.offerI8(chunk.at[0]!, chunk.at[1]!, dim, at[0]!, scale, local, ids, n, top);
      } else {
        const offerFloats = format === 'f32' ? kernels.offerF32 : kernels.offerF16;
        offerFloats(chunk.at[0]!, dim, at[0]!, local, ids, n, top);
      }
    }
    return scoredOf(scan.take());
  }

  /** `offer` with rows read from the file. */
  async offerFromFile(query: Float32Array, rows: Uint32Array, k: number, options: Cancellable): Promise<Scored> {
    const runs = runsOf(rows, this.rowBytes);
    const blocks = await Promise.all(
      runs.map(({ from, to }) =>
        this.#sections.read('vectors', from * this.rowBytes, (to - from) * this.rowBytes, options),
      ),
    );
    const score = this.#scorer(query);
    const top = new TopK(Math.min(k, rows.length));
    let run = 0;
    for (const row of rows) {
      while (row >= runs[run]!.to) run++;
      const at = (row - runs[run]!.from) * this.rowBytes;
      top.push(score(blocks[run]!.subarray(at, at + this.rowBytes), this.#scales?.[row] ?? 0), row);
    }
    const { ords, scores } = top.drain();
    return { rows: ords, scores };
  }

  /** Twin of `scan` and `offer`: plain TypeScript over the same rows. Resident only. */
  reference(query: Float32Array, rows: Iterable<number>, k: number, floor: number): Scored {
    const score = this.#scorer(query);
    const top = new TopK(k);
    for (const row of rows) {
      const value = score(this.#rowInMemory(row), this.#scaleOf(row));
      if (value >= floor) top.push(value, row);
    }
    const { ords, scores } = top.drain();
    return { rows: ords, scores };
  }

  /** The scores of rows, in their order; NaN for −1, which is no row. */
  async score(query: Float32Array, rows: readonly number[]): Promise<Float64Array> {
    if (this.isResident) return this.scoreSync(query, rows);
    const score = this.#scorer(query);
    const scores = new Float64Array(rows.length).fill(Number.NaN);
    for (const [i, row] of rows.entries()) {
      if (row < 0) continue;
      const bytes = await this.#sections.read('vectors', row * this.rowBytes, this.rowBytes);
      scores[i] = score(bytes, this.#scaleOf(row));
    }
    return scores;
  }
  /** `score`, resident only. */
  scoreSync(query: Float32Array, rows: readonly number[]): Float64Array {
    const score = this.#scorer(query);
    return Float64Array.from(rows, (row) => (row < 0 ? Number.NaN : score(this.#rowInMemory(row), this.#scaleOf(row))));
  }

  /** The stored vector of one row; f16 and int8 are decoded. */
  async row(row: number): Promise<Float32Array> {
    const bytes = this.isResident
      ? this.#rowInMemory(row)
      : await this.#sections.read('vectors', row * this.rowBytes, this.rowBytes);
    const decoded = newRow(this.head.dim, this.head.format);
    decoded.load(bytes, this.#scaleOf(row));
    return decoded.vec;
  }

  /** A query in the form of the kernels: f32, or the int8 layout and its scale. */
  #prepare(query: Float32Array): {
    readonly inputs: readonly ScanInput[];
    readonly prepare: (place: ScanPlace) => void;
    readonly scale: number;
  } {
    const { dim, format } = this.head;
    if (format !== 'int8') return { inputs: [{ bytes: bytesOf(query) }], prepare: () => {}, scale: 1 };
    const { values, scale } = quantiseQuery(query);
    const input = { bytes: bytesOf(values), room: Math.ceil(dim / 16) * 80 };
    return { inputs: [input], prepare: ({ kernels, at }) => kernels.splitQueryI8(at[0]!, dim), scale };
  }

  /** The scalar scoring function of a query. */
  #scorer(query: Float32Array): (row: Uint8Array, scale: number) => number {
    const { dim, format } = this.head;
    if (format !== 'int8') {
      const stored = newRow(dim, format);
      return (row) => {
        stored.load(row, 0);
        return dotF32(stored.vec, query) + 0; // −0 as 0
      };
    }
    const quantised = quantiseQuery(query);
    return (row, scale) => {
      const codes = new Int8Array(row.buffer, row.byteOffset, row.length);
      return scoreI8(codes, scale, quantised.values, quantised.scale) + 0;
    };
  }

  #rowInMemory(row: number): Uint8Array {
    const chunk = this.#resident().chunkOf(row);
    const at = chunk.at[0]! + (row - chunk.first) * this.rowBytes;
    return new Uint8Array(chunk.arena.memory.buffer, at, this.rowBytes);
  }
  #scaleOf(row: number): number {
    if (this.#scales !== undefined) return this.#scales[row]!;
    if (this.#chunks === undefined || this.head.format !== 'int8') return 0;
    const chunk = this.#chunks.chunkOf(row);
    return new Float32Array(chunk.arena.memory.buffer, chunk.at[1]!, chunk.count)[row - chunk.first]!;
  }

  #resident(): Chunks {
    if (this.#chunks !== undefined) return this.#chunks;
    throw new EngineError('UNSUPPORTED', 'These vectors stay in their file', { hint: 'Open with resident: true.' });
  }
}

function scoredOf(ranked: Ranked): Scored {
  return { rows: ranked.ords, scores: scoresOf(ranked.ranks) };
}

/** Groups of rows to read together; `rows` ascend. */
function runsOf(rows: Uint32Array, rowBytes: number): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = [];
  for (const row of rows) {
    const last = runs.at(-1);
    if (last !== undefined && (row - last.to) * rowBytes < GAP_BYTES) last.to = row + 1;
    else runs.push({ from: row, to: row + 1 });
  }
  return runs;
}
