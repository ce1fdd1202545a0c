// A pool of workers that run kernels on shared memory: an optional faster path for scans over much memory, with the
// same results. A kernel call is a name and numbers, because kernels are pure functions over pointers. The only state
// of a worker is its instances. Platforms differ only in how a worker is started (`WorkerAdapter`).

import { checkCount } from '../core/check.ts';
import { EngineError } from '../core/errors.ts';
import { Replies } from '../core/replies.ts';
import type { Arena } from './heap.ts';
import type { KernelModule } from './module.ts';

/** One worker, as the pool uses it. */
export interface PoolWorker {
  post(message: unknown): void;
  /** Called once, before the first post. */
  listen(onMessage: (message: unknown) => void, onError: (error: unknown) => void): void;
  close(): void;
}

/**
 * Starts a worker that runs `source`, a classic script. Node: `nodeWorkers` of @quire/engine/node; pages: `webWorkers`.
 */
export type WorkerAdapter = (source: string) => PoolWorker;

/** The exported kernel `name`, called with `args`. */
export interface KernelCall {
  readonly name: string;
  readonly args: readonly number[];
}

export interface PoolOptions {
  readonly workers: WorkerAdapter;
  /** Number of workers, 1 … 64. */
  readonly threads: number;
}

/** The program of a worker. Plain JavaScript: it must start without a module loader in every runtime. */
const SOURCE = `
'use strict';
const node = typeof self === 'undefined';
const port = node ? require('node:worker_threads').parentPort : self;
const instances = new Map();
const answer = ({ id, memoryId, memory, module, calls, forget }) => {
  try {
    instances.delete(forget);
    if (module) instances.set(memoryId, new WebAssembly.Instance(module, { env: { memory } }).exports);
    const kernels = instances.get(memoryId);
    for (const { name, args } of calls) kernels[name](...args);
    port.postMessage({ id });
  } catch (error) {
    port.postMessage({ id, error: String(error) });
  }
};
if (node) port.on('message', answer);
else port.onmessage = (event) => answer(event.data);
`;

interface Member {
  readonly worker: PoolWorker;
  /** Memories that the worker has an instance for. */
  readonly known: Set<number>;
}

export class KernelPool {
  readonly threads: number;
  readonly #members: readonly Member[];
  readonly #replies = new Replies();
  readonly #memoryIds = new WeakMap<Arena, Map<KernelModule, number>>();
  /**
   * Arenas that were garbage-collected: the instances in the workers would keep their memory until the pool is closed.
   */
  readonly #gone = new FinalizationRegistry<number>((memoryId) => this.#forget(memoryId));
  #nextMemoryId = 0;
  #isOpen = true;
  /** Why a worker failed. After that nothing is sent, because no answer would come. */
  #broken: EngineError | undefined;

  constructor({ workers, threads }: PoolOptions) {
    checkCount('threads', threads, { min: 1, max: 64 });
    this.threads = threads;
    this.#members = this.#start(workers);
  }

  /**
   * Resolves when every worker runs; throws UNSUPPORTED when one cannot (for example a CSP without `worker-src blob:`).
   */
  async ready(): Promise<void> {
    this.#assertWorks();
    await Promise.all(this.#members.map((member) => this.#post(member, { calls: [] })));
  }

  /**
   * Runs each list of calls on one worker (at most `threads` lists), the calls of a list in order. If one fails, the
   * call still waits for the others: the caller may then free the memory that they write to.
   */
  async run(arena: Arena, module: KernelModule, lists: readonly (readonly KernelCall[])[]): Promise<void> {
    this.#assertWorks();
    if (!arena.isShared || lists.length > this.threads) {
      throw new EngineError('INVALID_ARGUMENT', `${lists.length} lists of calls for ${this.threads} workers`, {
        hint: 'Use a heap made with shared: true, and at most one list a worker.',
      });
    }
    const memoryId = this.#memoryId(arena, module);
    const sent = lists.map((calls, i) => this.#send(this.#members[i]!, arena, module, memoryId, calls));
    for (const done of await Promise.allSettled(sent)) if (done.status === 'rejected') throw done.reason;
  }

  /** Stops the workers. Idempotent. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const { worker } of this.#members) worker.close();
    this.#replies.fail(new EngineError('CLOSED', 'The worker pool was closed'));
  }

  #start(workers: WorkerAdapter): readonly Member[] {
    const members: Member[] = [];
    try {
      while (members.length < this.threads) {
        const worker = workers(SOURCE);
        members.push({ worker, known: new Set() });
        worker.listen(
          (message) => this.#settle(message as { id: number; error?: string }), // SOURCE posts nothing else
          (error) => this.#break(error),
        );
      }
    } catch (error) {
      for (const { worker } of members) worker.close();
      throw error;
    }
    return members;
  }

  async #send(
    member: Member,
    arena: Arena,
    module: KernelModule,
    memoryId: number,
    calls: readonly KernelCall[],
  ): Promise<void> {
    const first = member.known.has(memoryId) ? {} : { memory: arena.memory, module: arena.moduleOf(module) };
    const done = this.#post(member, { memoryId, calls, ...first });
    member.known.add(memoryId); // messages arrive in order
    try {
      await done;
    } catch (error) {
      member.known.delete(memoryId); // the call may have failed before an instance existed
      throw error;
    }
  }

  #post(member: Member, message: Readonly<Record<string, unknown>>): Promise<void> {
    return this.#replies.request((id) => member.worker.post({ ...message, id }));
  }

  #assertWorks(): void {
    if (!this.#isOpen) throw new EngineError('CLOSED', 'The worker pool was closed');
    if (this.#broken !== undefined) throw this.#broken;
  }

  #memoryId(arena: Arena, module: KernelModule): number {
    const ids = this.#memoryIds.get(arena) ?? new Map<KernelModule, number>();
    this.#memoryIds.set(arena, ids);
    let id = ids.get(module);
    if (id === undefined) {
      id = this.#nextMemoryId++;
      ids.set(module, id);
      this.#gone.register(arena, id);
    }
    return id;
  }

  #forget(memoryId: number): void {
    if (!this.#isOpen || this.#broken !== undefined) return;
    for (const member of this.#members) {
      if (!member.known.delete(memoryId)) continue;
      this.#post(member, { calls: [], forget: memoryId }).catch(() => undefined); // the worker is gone as well
    }
  }

  #settle({ id, error }: { readonly id: number; readonly error?: string }): void {
    if (error === undefined) this.#replies.resolve(id, undefined);
    else this.#replies.reject(id, new EngineError('UNSUPPORTED', `A worker of the kernel pool failed: ${error}`));
  }

  #break(cause: unknown): void {
    const message = cause instanceof Error && cause.message !== '' ? cause.message : 'it could not start';
    this.#broken ??= new EngineError('UNSUPPORTED', `A worker of the kernel pool broke down: ${message}`, {
      hint: "A page's CSP must allow worker-src blob: and wasm-unsafe-eval; or search without a pool.",
      cause,
    });
    this.#replies.fail(this.#broken);
  }
}

/** Workers of a page. Its CSP, if any, must allow `worker-src blob:`, and the page must be cross-origin isolated. */
export const webWorkers: WorkerAdapter = (source) => {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const worker = new Worker(url);
  return {
    post: (message) => worker.postMessage(message),
    listen: (onMessage, onError) => {
      worker.onmessage = (event) => onMessage(event.data);
      worker.onerror = (event) => onError(new Error(event.message));
    },
    close: () => {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
};
