// Workers of Node for the kernel pool. They do not keep the process alive.

import { Worker } from 'node:worker_threads';
import type { WorkerAdapter } from './pool.ts';

export const nodeWorkers: WorkerAdapter = (source) => {
  const worker = new Worker(source, { eval: true });
  let underWay = 0;
  return {
    post: (message) => {
      worker.postMessage(message);
      underWay++;
      worker.ref(); // while any call is in progress; ref and unref are not counted
    },
    listen: (onMessage, onError) => {
      worker.on('message', (message) => {
        if (--underWay === 0) worker.unref();
        onMessage(message);
      });
      worker.on('error', onError);
      worker.unref();
    },
    close: () => void worker.terminate(),
  };
};
