// A worker of Node keeps the process alive only while a call is in progress, and keeps no memory of a dropped arena.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { type Arena, Heap, KernelPool, loadVectors, type WorkerAdapter } from '@quire/engine/kernels';
import { afterEach, expect, it, vi } from 'vitest';
import { nodeWorkers } from './pool.node.ts';

const ECHO = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', (message) => parentPort.postMessage(message));
`;

afterEach(() => void vi.restoreAllMocks());

it('holds the process until the last of several calls has returned', async () => {
  let isHeld = true; // a new worker holds it
  vi.spyOn(Worker.prototype, 'ref').mockImplementation(() => {
    isHeld = true;
  });
  vi.spyOn(Worker.prototype, 'unref').mockImplementation(() => {
    isHeld = false;
  });
  const worker = nodeWorkers(ECHO);
  const held: boolean[] = [];
  const answered = new Promise<void>((resolve) => {
    worker.listen(
      () => {
        held.push(isHeld);
        if (held.length === 3) resolve();
      },
      (error) => void held.push(error === undefined),
    );
  });
  expect(isHeld).toBe(false);
  for (let call = 0; call < 3; call++) worker.post(call);
  expect(isHeld).toBe(true);
  await answered;
  expect(held).toEqual([true, true, false]);
  worker.close();
});

it('frees the memory of an arena that was garbage-collected', async () => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const module = await loadVectors();
  const posted: { readonly memoryId?: number; readonly forget?: number }[] = [];
  const recorded: WorkerAdapter = (source) => {
    const worker = nodeWorkers(source);
    return {
      ...worker,
      post: (message) => {
        posted.push(message as (typeof posted)[number]);
        worker.post(message);
      },
    };
  };
  const pool = new KernelPool({ workers: recorded, threads: 1 });
  const use = async (arena: Arena) => pool.run(arena, module, [[]]);
  const kept = new Heap({ shared: true }).alloc(64);
  await use(kept.arena);
  await (() => use(new Heap({ shared: true }).alloc(64).arena))();
  const [first, second] = posted.map(({ memoryId }) => memoryId);
  await vi.waitFor(
    () => {
      gc();
      expect(posted.at(-1)).toMatchObject({ forget: second });
    },
    { timeout: 10_000 },
  );
  await use(kept.arena); // and of no other
  expect(posted.at(-1)).toMatchObject({ memoryId: first, calls: [] });
  expect(posted.filter(({ forget }) => forget !== undefined)).toHaveLength(1);
  pool.close();
});
