// Rows of equal length in kernel memory: an array of regions, each a whole number of rows. So the number of rows is not
// limited by the size of one memory (docs/adr/0012-memory-model.md).

import type { Cancellable } from '../../core/types.ts';
import type { Arena, Heap, Region } from '../../kernels/heap.ts';
import type { SectionReader } from '../../storage/part.ts';

const CHUNK_BYTES = 256 << 20;
/** Sections are read in pieces of this size, so that no whole section is held twice. */
const READ_BYTES = 1 << 20;

/** One section of fixed-size rows that every chunk holds. */
export interface Column {
  readonly section: string;
  readonly rowBytes: number;
}

export interface ChunksOptions extends Cancellable {
  /**
   * Chunks begin at multiples of this many rows and have room for a multiple; the space after the last row is 0.
   * Default 1.
   */
  readonly multiple?: number;
}

export interface Chunk {
  readonly arena: Arena;
  /** Index of its first row. */
  readonly first: number;
  readonly count: number;
  /** Address of each column's rows, in the order given to `load`. */
  readonly at: readonly number[];
}

export class Chunks {
  readonly count: number;
  readonly bytes: number;
  readonly list: readonly Chunk[];
  readonly #regions: readonly Region[];
  readonly #rowsPerChunk: number;

  private constructor(count: number, rowsPerChunk: number, list: Chunk[], regions: Region[]) {
    this.count = count;
    this.#rowsPerChunk = rowsPerChunk;
    this.list = list;
    this.#regions = regions;
    this.bytes = regions.reduce((sum, region) => sum + region.bytes, 0);
  }

  /** Reads `count` rows of every column, block by block, into memory of `heap`. */
  static async load(
    heap: Heap,
    sections: SectionReader,
    columns: readonly Column[],
    count: number,
    options: ChunksOptions = {},
  ): Promise<Chunks> {
    const { multiple = 1 } = options;
    const rowBytes = columns.reduce((sum, c) => sum + c.rowBytes, 0);
    const room = Math.min(CHUNK_BYTES, heap.largestRegion) - 64 * columns.length;
    const rowsPerChunk = Math.max(1, Math.floor(room / rowBytes / multiple)) * multiple;
    const list: Chunk[] = [];
    const regions: Region[] = [];
    try {
      for (let first = 0; first < count; first += rowsPerChunk) {
        const rows = Math.min(rowsPerChunk, count - first);
        const offsets: number[] = [];
        let size = 0;
        for (const column of columns) {
          offsets.push(size);
          const reserved = Math.ceil(rows / multiple) * multiple;
          size += Math.ceil((reserved * column.rowBytes) / 64) * 64;
        }
        const region = heap.alloc(size, 64);
        regions.push(region);
        for (const [c, column] of columns.entries()) {
          await readInto(sections, column, first, rows, region, offsets[c]!, options);
        }
        list.push({ arena: region.arena, first, count: rows, at: offsets.map((offset) => region.ptr + offset) });
      }
    } catch (error) {
      for (const region of regions) region.free();
      throw error;
    }
    return new Chunks(count, rowsPerChunk, list, regions);
  }

  /**
   * Calls `visit` for each range of rows from … to−1 that lies in one chunk; `at` is the range's first row in its
   * chunk.
   */
  pieces(from: number, to: number, visit: (chunk: Chunk, at: number, count: number) => void): void {
    for (let row = from; row < to; ) {
      const chunk = this.list[Math.floor(row / this.#rowsPerChunk)]!;
      const count = Math.min(to, chunk.first + chunk.count) - row;
      visit(chunk, row - chunk.first, count);
      row += count;
    }
  }

  /** The chunk that holds a row. */
  chunkOf(row: number): Chunk {
    return this.list[Math.floor(row / this.#rowsPerChunk)]!;
  }

  free(): void {
    for (const region of this.#regions) region.free();
  }
}

async function readInto(
  sections: SectionReader,
  column: Column,
  first: number,
  rows: number,
  region: Region,
  offset: number,
  options: Cancellable,
): Promise<void> {
  const total = rows * column.rowBytes;
  for (let done = 0; done < total; done += READ_BYTES) {
    const length = Math.min(READ_BYTES, total - done);
    const bytes = await sections.read(column.section, first * column.rowBytes + done, length, options);
    region.u8().set(bytes, offset + done); // a new view: another part may have grown the memory
  }
}
