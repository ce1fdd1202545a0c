// Sign codes in kernel memory and the search among them: the R nearest by code distance, ties to the lower row. Codes
// are in row order (binary), or in another order with the row number beside each (ivf). For queries of one bit they are
// stored one after another as in the file; for other queries in blocks of 32 (engine/assembly/fastscan.ts).

import { bytesOf } from '../../core/bytes.ts';
import { EngineError } from '../../core/errors.ts';
import type { Cancellable } from '../../core/types.ts';
import type { Heap } from '../../kernels/heap.ts';
import type { KernelModule } from '../../kernels/module.ts';
import type { KernelCall, KernelPool } from '../../kernels/pool.ts';
import { BLOCK_CODES, codeInBlock, type Ranked, scan as referenceScan } from '../../kernels/reference.ts';
import { topkSize } from '../../kernels/topk.ts';
import type { VectorsKernels } from '../../kernels/vectors.ts';
import type { SectionReader } from '../../storage/part.ts';
import { checkSize } from '../rows/head.ts';
import type { RowFilter } from '../rows/row-filter.ts';
import { type Chunk, Chunks, type Column } from '../scan/chunks.ts';
import { parallelScan } from '../scan/parallel.ts';
import { Scan, type ScanInput } from '../scan/scan.ts';
import type { CodeQuery, QueryBits } from './code-query.ts';
import { wordsOf } from './signs.ts';

export interface CodesOptions extends Cancellable {
  readonly dim: number;
  readonly count: number;
  /** Section of u32 rows, one a code; without it, code i is row i. */
  readonly slots?: string;
  /** Bits of all later queries. */
  readonly queryBits: QueryBits;
  readonly heap: Heap;
  readonly module: KernelModule<VectorsKernels>;
}

export interface RankedOptions {
  readonly k: number;
  /** Only distances below it. Default all. */
  readonly limit?: number;
  /** Bit set of the accepted rows. Default all. */
  readonly accept?: Uint32Array | undefined;
}

export class Codes {
  readonly words: number; // 64-bit words of a code
  readonly #chunks: Chunks;
  readonly #module: KernelModule<VectorsKernels>;
  readonly #hasSlots: boolean;
  readonly #isBlocked: boolean;

  private constructor(chunks: Chunks, options: CodesOptions) {
    this.words = wordsOf(options.dim);
    this.#chunks = chunks;
    this.#module = options.module;
    this.#hasSlots = options.slots !== undefined;
    this.#isBlocked = options.queryBits !== 1;
  }

  static async open(sections: SectionReader, options: CodesOptions): Promise<Codes> {
    const words = wordsOf(options.dim);
    const columns: Column[] = [{ section: 'codes', rowBytes: 8 * words }];
    if (options.slots !== undefined) columns.push({ section: options.slots, rowBytes: 4 });
    for (const { section, rowBytes } of columns) checkSize(sections, section, options.count * rowBytes);
    const multiple = options.queryBits === 1 ? 1 : BLOCK_CODES;
    const chunks = await Chunks.load(options.heap, sections, columns, options.count, { ...options, multiple });
    try {
      if (options.slots !== undefined && !chunks.list.every((chunk) => holdsRows(chunk, options.count))) {
        throw new EngineError('CORRUPT', `Section ${options.slots} names a row beyond ${options.count}`);
      }
      if (options.queryBits !== 1) for (const chunk of chunks.list) block(chunk, words, options.module);
      return new Codes(chunks, options);
    } catch (error) {
      chunks.free();
      throw error;
    }
  }

  get bytes(): number {
    return this.#chunks.bytes;
  }
  close(): void {
    this.#chunks.free();
  }

  /**
   * The `k` nearest accepted rows among the codes of the ranges that `next` returns (positions from … to−1), with their
   * distances: smallest first, ties to the lower row. `next` is called until it returns undefined, with the number of
   * rows kept so far.
   */
  ranked(
    query: CodeQuery,
    { k, limit, accept }: RankedOptions,
    next: (kept: number) => readonly [from: number, to: number] | undefined,
  ): Ranked {
    const inputs = inputsOf(query, accept);
    const scan = new Scan(this.#module, { k, inputs, ...(limit !== undefined && { limit }) });
    let kept = 0;
    for (let range = next(kept); range !== undefined; range = next(kept)) {
      const [from, to] = range;
      this.#chunks.pieces(from, to, (chunk, at, count) => {
        const { arena, kernels, at: input, top } = scan.in(chunk.arena);
        const scanKernel = kernels[query.kernel] as (...args: readonly number[]) => void; // the arguments that #call makes
        scanKernel(...this.#call(query, chunk, at, count, input, top).args);
        kept = topkSize(arena, top);
      });
    }
    return scan.take();
  }

  /** `ranked` over all codes on the workers of a pool. Only for codes in row order. */
  rankedParallel(pool: KernelPool, query: CodeQuery, { k, limit, accept }: RankedOptions): Promise<Ranked> {
    return parallelScan({
      pool,
      module: this.#module,
      chunks: this.#chunks,
      k,
      inputs: inputsOf(query, accept),
      ...(limit !== undefined && { limit }),
      call: ({ at, top }, chunk, from, count) => this.#call(query, chunk, from, count, at, top),
    });
  }

  /** Twin of `ranked`: plain TypeScript over the same codes. */
  reference(
    query: CodeQuery,
    k: number,
    accept: RowFilter | undefined,
    next: (kept: number) => readonly [from: number, to: number] | undefined,
  ): Ranked {
    const positions: number[] = [];
    let kept = 0;
    for (let range = next(kept); range !== undefined; range = next(kept)) {
      for (let i = range[0]; i < range[1]; i++) {
        positions.push(i);
        if (accept === undefined || accept.bits.has(this.rowAt(i))) kept = Math.min(k, kept + 1);
      }
    }
    const rank = (i: number) => query.distance(this.codeAt(positions[i]!));
    return referenceScan(positions.length, k, (i) => this.rowAt(positions[i]!), rank, accept?.bits);
  }

  /** The call that scans `count` codes from position `at` of a chunk; inputs: the query and, if any, the filter. */
  #call(query: CodeQuery, chunk: Chunk, at: number, count: number, inputs: readonly number[], top: number): KernelCall {
    const codes = chunk.at[0]!;
    const slots = this.#hasSlots ? chunk.at[1]! : 0;
    const first = this.#hasSlots ? 0 : chunk.first;
    const [input, accept = 0] = inputs as [number, number?];
    if (query.kernel === 'scanTables') {
      return { name: query.kernel, args: [codes, at, at + count, this.words, input, first, slots, accept, top] };
    }
    const from = codes + at * 8 * this.words;
    return {
      name: query.kernel,
      args: [from, count, this.words, input, first + at, slots && slots + 4 * at, accept, top],
    };
  }

  codeAt(position: number): Uint32Array {
    const chunk = this.#chunks.chunkOf(position);
    const memory = chunk.arena.memory.buffer;
    const i = position - chunk.first;
    const bytes = 8 * this.words;
    if (!this.#isBlocked) return new Uint32Array(memory, chunk.at[0]! + i * bytes, 2 * this.words);
    const at = chunk.at[0]! + (i - (i % BLOCK_CODES)) * bytes;
    return codeInBlock(new Uint8Array(memory, at, BLOCK_CODES * bytes), i % BLOCK_CODES);
  }
  rowAt(position: number): number {
    if (!this.#hasSlots) return position;
    const chunk = this.#chunks.chunkOf(position);
    return new Uint32Array(chunk.arena.memory.buffer, chunk.at[1]!, chunk.count)[position - chunk.first]!;
  }
}

function inputsOf(query: CodeQuery, accept: Uint32Array | undefined): readonly ScanInput[] {
  return [{ bytes: query.bytes }, ...(accept === undefined ? [] : [{ bytes: bytesOf(accept) }])];
}

/** Rearranges the codes of a chunk in blocks. */
function block(chunk: Chunk, words: number, module: KernelModule<VectorsKernels>): void {
  const blocks = Math.ceil(chunk.count / BLOCK_CODES);
  const room = chunk.arena.scratch(8 * words * BLOCK_CODES);
  chunk.arena.kernels(module).blockCodes(chunk.at[0]!, blocks, words, room.ptr);
}

/** Whether every slot of the chunk is a row. A scan would read memory at any address that a slot gives. */
function holdsRows(chunk: Chunk, count: number): boolean {
  const slots = new Uint32Array(chunk.arena.memory.buffer, chunk.at[1]!, chunk.count);
  return slots.every((row) => row < count);
}
