// Several threads if the platform has shared memory and allows workers, else one thread, with the same results. The
// number and the reason are returned and traced, so that a slower mode is visible.

import { EngineError } from '../core/errors.ts';
import type { Trace } from '../core/types.ts';
import { Heap } from './heap.ts';
import { KernelPool, type PoolOptions } from './pool.ts';
import { hasSharedMemory } from './probe.ts';

export interface ThreadsOptions extends PoolOptions {
  /** Receives `kernels.one-thread`, with the reason, if several threads are not available. */
  readonly trace?: Trace | undefined;
}

export interface ScanThreads {
  /** For the options of flat, binary or ivf. Empty with one thread. */
  readonly options: { readonly heap?: Heap; readonly pool?: KernelPool };
  /** Number of scanning threads: the requested number, or 1. */
  readonly threads: number;
  /** Why there is only one thread. */
  readonly reason: string | undefined;
  /** Stops the workers; searches of parts that use them then throw CLOSED. Idempotent. */
  close(): void;
}

/**
 * Starts workers and shared memory for scans; if they are not available, returns one thread and the reason. Throws
 * INVALID_ARGUMENT for a number of threads out of range.
 *
 * ```ts
 * import { flat } from '@quire/engine/indexes';
 * import { openThreads } from '@quire/engine/kernels';
 * import { nodeWorkers } from '@quire/engine/node';
 *
 * const scan = await openThreads({ workers: nodeWorkers, threads: 2 }); // in a page: webWorkers
 * const vectors = flat({ space: 'mine', dim: 64, ...scan.options });
 * console.assert(vectors.name === 'flat' && scan.threads === 2 && scan.reason === undefined);
 * scan.close();
 * ```
 */
export async function openThreads({ workers, threads, trace }: ThreadsOptions): Promise<ScanThreads> {
  if (!hasSharedMemory()) return oneThread('There is no shared memory: the page is not cross-origin isolated', trace);
  let pool: KernelPool | undefined;
  try {
    const heap = new Heap({ shared: true });
    pool = new KernelPool({ workers, threads });
    await pool.ready();
    const running = pool;
    return { options: { heap, pool }, threads, reason: undefined, close: () => running.close() };
  } catch (error) {
    pool?.close();
    if (error instanceof EngineError && error.code === 'INVALID_ARGUMENT') throw error;
    return oneThread(error instanceof Error ? error.message : String(error), trace);
  }
}

function oneThread(reason: string, trace: Trace | undefined): ScanThreads {
  trace?.({ name: 'kernels.one-thread', message: reason });
  return { options: {}, threads: 1, reason, close: () => {} };
}
