// The worker of encode-ahead.ts: encodes documents until its port is closed.

import { parentPort } from 'node:worker_threads';
import type { EncodeAnswer, EncodeRequest } from './encode-ahead.ts';
import { loadModel } from './model.ts';

const port = parentPort;
if (port === null) throw new Error('library/encode-thread.ts runs only as a worker thread');

const model = loadModel();

port.on('message', async ({ id, space, documents }: EncodeRequest) => {
  try {
    if (model?.space !== space) throw new Error(`The thread has the encoder ${model?.space}, not ${space}`);
    const reps = await model.encodeDocuments(documents);
    const vectors = new Float32Array(reps.length * model.dim);
    for (const [i, { vec }] of reps.entries()) vectors.set(vec, i * model.dim);
    port.postMessage({ id, vectors } satisfies EncodeAnswer, [vectors.buffer]);
  } catch (error) {
    port.postMessage({ id, error: error instanceof Error ? error.message : String(error) } satisfies EncodeAnswer);
  }
});
