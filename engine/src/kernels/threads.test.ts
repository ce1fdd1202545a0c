// One thread if several are not available, with the reason, in Node and in a page that is not isolated.

import type { TraceEvent } from '@quire/engine/core';
import {
  type Arena,
  Heap,
  type KernelModule,
  KernelPool,
  openThreads,
  type PoolWorker,
  type WorkerAdapter,
} from '@quire/engine/kernels';
import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => void vi.unstubAllGlobals());

/** Workers that answer everything, and count themselves. */
function answering(open: { count: number }): WorkerAdapter {
  return () => {
    let answer: (message: unknown) => void = () => {};
    open.count++;
    return {
      post: (message) => queueMicrotask(() => answer({ id: (message as { id: number }).id })),
      listen: (onMessage) => {
        answer = onMessage;
      },
      close: () => void open.count--,
    };
  };
}
/** A worker that breaks down as soon as somebody listens: what a CSP without `worker-src blob:` does. */
const refused: WorkerAdapter = (): PoolWorker => ({
  post: () => {},
  listen: (_onMessage, onError) => queueMicrotask(() => onError(new Error('blocked by policy'))),
  close: () => {},
});
const throwing: WorkerAdapter = () => {
  throw new Error('no workers here');
};

/** The globals that `shared: true` needs, on a page with them and on one without. */
const withSharedMemory = () => vi.stubGlobal('SharedArrayBuffer', globalThis.SharedArrayBuffer ?? ArrayBuffer);

describe('openThreads', () => {
  it('takes one thread without shared memory, and gives the reason', async () => {
    if (globalThis.crossOriginIsolated !== false || typeof document !== 'object') {
      vi.stubGlobal('SharedArrayBuffer', undefined); // a page that is not isolated has none to begin with
    }
    const events: TraceEvent[] = [];
    const open = { count: 0 };
    const trace = (event: TraceEvent) => void events.push(event);
    const scan = await openThreads({ workers: answering(open), threads: 2, trace });
    expect(scan).toMatchObject({ options: {}, threads: 1, reason: expect.stringMatching(/not cross-origin isolated/) });
    expect(events).toEqual([{ name: 'kernels.one-thread', message: scan.reason }]);
    expect(open.count).toBe(0);
    expect(() => new Heap({ shared: true })).toThrow(/no shared memory here/);
    scan.close();
  });

  it.each([
    ['break down', refused, /broke down: blocked by policy/],
    ['cannot be started', throwing, /no workers here/],
  ])('takes one thread where workers %s, and gives the reason', async (_what, workers, reason) => {
    withSharedMemory();
    const scan = await openThreads({ workers, threads: 2 });
    expect(scan).toMatchObject({ options: {}, threads: 1, reason: expect.stringMatching(reason) });
  });

  it('starts the workers of the requested number, and stops them', async () => {
    withSharedMemory();
    const open = { count: 0 };
    const scan = await openThreads({ workers: answering(open), threads: 3 });
    expect([scan.threads, scan.options.pool?.threads, open.count]).toEqual([3, 3, 3]);
    scan.close();
    scan.close();
    expect(open.count).toBe(0);
  });

  it.each([0, 1.5, 65])('refuses %d threads', async (threads) => {
    withSharedMemory();
    await expect(openThreads({ workers: answering({ count: 0 }), threads })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});

describe('a pool whose worker failed', () => {
  it('refuses work instead of waiting for an answer that never comes', async () => {
    const pool = new KernelPool({ workers: refused, threads: 1 });
    await Promise.resolve(); // it breaks down before it is asked anything
    await expect(pool.ready()).rejects.toMatchObject({ code: 'UNSUPPORTED', hint: /worker-src blob:/ });
    pool.close();
  });

  it('stops the workers that did start', () => {
    const open = { count: 0 };
    let started = 0;
    const workers: WorkerAdapter = (source) => (started++ === 0 ? answering(open)(source) : throwing(source));
    expect(() => new KernelPool({ workers, threads: 2 })).toThrow('no workers here');
    expect(open.count).toBe(0);
  });
});

describe('a pool', () => {
  it('waits for all workers where one fails: they may still write to the memory of the call', async () => {
    const posted: { readonly id: number; readonly answer: (message: unknown) => void }[] = [];
    const slow: WorkerAdapter = () => {
      let answer: (message: unknown) => void = () => {};
      return {
        post: (message) => void posted.push({ id: (message as { id: number }).id, answer }),
        listen: (onMessage) => {
          answer = onMessage;
        },
        close: () => {},
      };
    };
    const pool = new KernelPool({ workers: slow, threads: 2 });
    const arena = { isShared: true, memory: undefined, moduleOf: () => undefined } as unknown as Arena;
    const module = {} as KernelModule; // nothing is compiled: the workers are made up
    let isOver = false;
    const run = pool.run(arena, module, [[], []]).finally(() => {
      isOver = true;
    });
    run.catch(() => undefined); // looked at below
    posted[0]!.answer({ id: posted[0]!.id, error: 'it trapped' });
    for (let turns = 0; turns < 10; turns++) await Promise.resolve();
    expect(isOver).toBe(false);
    posted[1]!.answer({ id: posted[1]!.id });
    await expect(run).rejects.toMatchObject({ code: 'UNSUPPORTED', message: /it trapped/ });
    pool.close();
  });
});
