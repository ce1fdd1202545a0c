// The worker of thread-calls.ts: runs the calls of one library until it receives "close".

import { parentPort, workerData } from 'node:worker_threads';
import { EngineError } from '@quire/engine/core';
import type { Place } from '../store/index.ts';
import { localCalls } from './calls.ts';
import type { FromThread, ToThread } from './thread-calls.ts';

const port = parentPort;
if (port === null) throw new Error('library/thread.ts runs only as a worker thread');

const calls = localCalls(workerData as Place); // set by thread-calls.ts alone
const running = new Map<number, AbortController>();
const send = (message: FromThread) => port.postMessage(message);

port.on('message', async (request: ToThread) => {
  const { id } = request;
  if (request.call === 'cancel') {
    running.get(id)?.abort();
    return;
  }
  const abort = new AbortController();
  running.set(id, abort);
  try {
    send({ id, result: await perform(request, abort.signal) });
  } catch (error) {
    send({ id, error: plain(error) });
  } finally {
    running.delete(id);
  }
});

function perform(request: Exclude<ToThread, { call: 'cancel' }>, signal: AbortSignal): Promise<unknown> {
  const onEvent = (event: unknown) => send({ id: request.id, event });
  switch (request.call) {
    case 'import':
      return calls.importFiles(request.paths, { ...request.options, signal, onEvent });
    case 'index':
      return calls.index({ signal, onEvent, compact: request.compact });
    case 'encode':
      return calls.encode({ signal, onEvent });
    case 'switch':
      return calls.switchEncoder({ signal, onEvent });
    case 'close':
      return calls.close();
    default:
      return request satisfies never;
  }
}

function plain(error: unknown): { code?: string; message: string; hint?: string } {
  if (error instanceof EngineError) {
    return { code: error.code, message: error.message, ...(error.hint !== undefined && { hint: error.hint }) };
  }
  return { message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
