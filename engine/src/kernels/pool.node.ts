// Workers of Node for the kernel pool. They do not keep the process alive.

import { Worker } from 'node:worker_threads';
import type { WorkerAdapter } from './pool.ts';

export const nodeWorkers: WorkerAdapter = (source) => {
  const worker = new Worker(source, { eval: true });
  return {
    post: (message) => {
      worker.ref(); // while a call is under way
      worker.postMessage(message);
    },
    listen: (onMessage, onError) => {
      worker.on('message', (message) => {
        worker.unref();
        onMessage(message);
      });
      worker.on('error', onError);
      worker.unref();
    },
    close: () => void worker.terminate(),
  };
};
