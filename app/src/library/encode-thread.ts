// The worker of encode-calls.ts: encodes texts until it is ended.

import { parentPort, workerData } from 'node:worker_threads';
import { EngineError } from '@quire/engine/core';
import { type LoadedEncoder, loadEncoder, type Model } from '../models/index.ts';
import { type EncodeAnswer, type EncodeRequest, encodeWith, type Space } from './encode-calls.ts';

const port = parentPort;
if (port === null) throw new Error('library/encode-thread.ts runs only as a worker thread');

const { model, meant } = workerData as { readonly model: Model; readonly meant: Space };
let loading: Promise<LoadedEncoder> | undefined;

port.on('message', async (request: EncodeRequest) => {
  const { id } = request;
  try {
    loading ??= loadEncoder(model);
    const encoder = await loading;
    const reps = await encodeWith(encoder, meant, request);
    const vectors = new Float32Array(reps.length * encoder.dim);
    for (const [i, { vec }] of reps.entries()) vectors.set(vec, i * encoder.dim);
    port.postMessage({ id, vectors } satisfies EncodeAnswer, [vectors.buffer]);
  } catch (error) {
    port.postMessage({ id, error: plain(error) } satisfies EncodeAnswer);
  }
});

function plain(error: unknown): { code: string; message: string; hint?: string } {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof EngineError)) return { code: 'STORAGE_FAILED', message };
  return { code: error.code, message, ...(error.hint !== undefined && { hint: error.hint }) };
}
