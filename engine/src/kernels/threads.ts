// Several threads where the platform has shared memory and lets workers run, one thread where it does not: the same
// results either way. Which of the two it is, and why, is a value and a trace event, never a silent slowdown.

import { EngineError } from '../core/errors.ts';
import type { Trace } from '../core/types.ts';
import { Heap } from './heap.ts';
import { KernelPool, type PoolOptions } from './pool.ts';
import { hasSharedMemory } from './probe.ts';

export interface ThreadsOptions extends PoolOptions {
  /** Hears `kernels.one-thread`, with the reason, where several are not to be had. */
  readonly trace?: Trace | undefined;
}

export interface ScanThreads {
  /** For the options of flat, binary or ivf. Empty where one thread must do. */
  readonly options: { readonly heap?: Heap; readonly pool?: KernelPool };
  /** Threads that scan: what was asked for, or 1. */
  readonly threads: number;
  /** Why there is only one. */
  readonly reason: string | undefined;
  /** Stops the workers; searches of parts that use them then throw CLOSED. Idempotent. */
  close(): void;
}

/**
 * Workers and shared memory for scans, ready to work; without them, a reason and one thread. Throws INVALID_ARGUMENT for
 * a number of threads out of range.
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
