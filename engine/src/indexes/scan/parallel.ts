// A scan divided into one range of rows per worker, each with its own heap. The heaps are merged by (rank, row), so the
// result is that of one thread. Twin: the same scan through scan.ts.

import { EngineError } from '../../core/errors.ts';
import { RankedMerge } from '../../core/ranked-merge.ts';
import type { Arena, Heap } from '../../kernels/heap.ts';
import type { KernelModule } from '../../kernels/module.ts';
import type { KernelCall, KernelPool } from '../../kernels/pool.ts';
import type { Ranked } from '../../kernels/reference.ts';
import { topkBytes, topkReset, topkTake } from '../../kernels/topk.ts';
import type { VectorsKernels } from '../../kernels/vectors.ts';
import type { Chunk, Chunks } from './chunks.ts';
import type { ScanOptions, ScanPlace } from './scan.ts';

/** A range below this many bytes is not worth the message to a worker. */
const MIN_SHARE_BYTES = 1 << 20;

/** Throws INVALID_ARGUMENT unless workers can access the memory of `heap`. */
export function checkPool(pool: KernelPool | undefined, heap: Heap | undefined): void {
  if (pool === undefined || heap?.isShared === true) return;
  throw new EngineError('INVALID_ARGUMENT', 'A worker pool was given without a heap of shared memory', {
    hint: 'Pass heap: new Heap({ shared: true }) beside pool.',
  });
}

export interface ParallelOptions extends ScanOptions {
  readonly pool: KernelPool;
  readonly module: KernelModule<VectorsKernels>;
  readonly chunks: Chunks;
  /** The kernel call for `count` rows of a chunk from its row `at` on. */
  readonly call: (place: ScanPlace, chunk: Chunk, at: number, count: number) => KernelCall;
}

/** The best k of all rows. The scan has its own memory, so other searches may run at the same time. */
export async function parallelScan(options: ParallelOptions): Promise<Ranked> {
  const arenas = [...new Set(options.chunks.list.map((chunk) => chunk.arena))];
  const found: Ranked[] = [];
  for (const arena of arenas) found.push(...(await scanArena(arena, options)));
  return mergeRanked(found, options.k);
}

async function scanArena(arena: Arena, options: ParallelOptions): Promise<Ranked[]> {
  const { pool, module, chunks, k, limit, inputs, prepare } = options;
  const own = chunks.list.filter((chunk) => chunk.arena === arena);
  const rows = own.reduce((sum, chunk) => sum + chunk.count, 0);
  const bytesPerRow = chunks.bytes / Math.max(1, chunks.count);
  const shares = Math.max(1, Math.min(pool.threads, Math.ceil((rows * bytesPerRow) / MIN_SHARE_BYTES)));
  const topStride = topkBytes(k);
  const rooms = inputs.map((input) => Math.ceil((input.room ?? input.bytes.length) / 64) * 64);
  const region = arena.temporary(rooms.reduce((sum, room) => sum + room, shares * topStride));
  try {
    let ptr = region.ptr + shares * topStride;
    const at = inputs.map((input, i) => {
      new Uint8Array(arena.memory.buffer, ptr, rooms[i]!).set(input.bytes);
      ptr += rooms[i]!;
      return ptr - rooms[i]!;
    });
    const kernels = arena.kernels(module);
    const places = Array.from({ length: shares }, (_, share): ScanPlace => {
      const top = region.ptr + share * topStride;
      topkReset(arena, top, k, limit);
      return { arena, kernels, at, top };
    });
    prepare?.(places[0]!);
    const lists = places.map((place, share) => {
      const from = Math.floor((rows * share) / shares);
      const to = Math.floor((rows * (share + 1)) / shares);
      return callsFor(own, from, to, (chunk, first, count) => options.call(place, chunk, first, count));
    });
    await pool.run(arena, module, lists);
    return places.map(({ top }) => topkTake(arena, kernels, top));
  } finally {
    region.free();
  }
}

/** Calls for rows from … to−1 of the chunks of one arena, counted over these chunks. */
function callsFor(
  chunks: readonly Chunk[],
  from: number,
  to: number,
  call: (chunk: Chunk, at: number, count: number) => KernelCall,
): KernelCall[] {
  const calls: KernelCall[] = [];
  let before = 0;
  for (const chunk of chunks) {
    const begin = Math.max(from - before, 0);
    const end = Math.min(to - before, chunk.count);
    if (begin < end) calls.push(call(chunk, begin, end - begin));
    before += chunk.count;
  }
  return calls;
}

/** A smaller rank is better: the score is −rank, exact in a double. */
function mergeRanked(found: readonly Ranked[], k: number): Ranked {
  const merge = new RankedMerge(k, (listA, a, listB, b) => found[listA]!.ords[a]! - found[listB]!.ords[b]!);
  for (const [list, { ranks }] of found.entries())
    merge.add(
      list,
      Float64Array.from(ranks, (rank) => -rank),
    );
  const { lists, entries, scores } = merge.best;
  return {
    ords: lists.map((list, i) => found[list]!.ords[entries[i]!]!),
    ranks: Uint32Array.from(scores, (score) => -score),
  };
}
