// A worker of Node keeps the process alive while any call is under way, and no longer.

import { Worker } from 'node:worker_threads';
import { afterEach, expect, it, vi } from 'vitest';
import { nodeWorkers } from './pool.node.ts';

const ECHO = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', (message) => parentPort.postMessage(message));
`;

afterEach(() => void vi.restoreAllMocks());

it('holds the process until the last of several calls is answered', async () => {
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
