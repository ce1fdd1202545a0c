// Calls on a thread of their own: one message a call, one or more a reply. Errors keep code, message and hint.

import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { EngineError, type ErrorCode } from '@quire/engine/core';
import { Replies } from '@quire/engine/internals';
import type { Place } from '../store/index.ts';
import type { Calls } from './calls.ts';
import type { ImportOptions, ImportReport } from './import-files.ts';
import type { IndexEvent } from './indexer.ts';
import type { EncodedEvent } from './reencode.ts';

export type ToThread =
  | {
      readonly id: number;
      readonly call: 'import';
      readonly paths: readonly string[];
      readonly options: { readonly source?: string; readonly again?: boolean };
    }
  | { readonly id: number; readonly call: 'index'; readonly compact: boolean }
  | { readonly id: number; readonly call: 'encode' }
  | { readonly id: number; readonly call: 'switch' }
  | { readonly id: number; readonly call: 'cancel' }
  | { readonly id: number; readonly call: 'close' };
export type FromThread = { readonly id: number } & (
  | { readonly event: unknown }
  | { readonly result: unknown }
  | { readonly error: { readonly code?: string; readonly message: string; readonly hint?: string } }
);

/** Starts a thread for the library at `place`. It ends with `close`. */
export function threadCalls(place: Place): Calls {
  const thread = new Thread(place);
  return {
    importFiles: (paths, { signal, onEvent, source, again }) =>
      thread.call<ImportReport, Parameters<NonNullable<ImportOptions['onEvent']>>[0]>(
        { call: 'import', paths, options: { ...(source && { source }), ...(again && { again }) } },
        signal,
        onEvent,
      ),
    index: ({ signal, onEvent, compact = false }) =>
      thread.call<void, IndexEvent>({ call: 'index', compact }, signal, onEvent),
    encode: ({ signal, onEvent }) => thread.call<boolean, EncodedEvent>({ call: 'encode' }, signal, onEvent),
    switchEncoder: ({ signal, onEvent }) => thread.call<void, IndexEvent>({ call: 'switch' }, signal, onEvent),
    close: () => thread.close(),
  };
}

class Thread {
  readonly #worker: Worker;
  readonly #replies = new Replies();
  #hasEnded = false;

  constructor(place: Place) {
    this.#worker = new Worker(fileURLToPath(new URL('./thread.js', import.meta.url)), { workerData: place });
    this.#worker.on('message', (message: FromThread) => this.#receive(message));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new EngineError('CLOSED', 'The thread that takes papers in has ended')));
    this.#worker.unref(); // an idle thread keeps no process alive
  }

  call<R, E>(
    request: DistributiveOmit<ToThread, 'id'>,
    signal?: AbortSignal,
    onEvent?: (event: E) => void,
  ): Promise<R> {
    let cancel = () => {};
    const answer = this.#replies.request<R, E>((id) => {
      cancel = () => this.#worker.postMessage({ id, call: 'cancel' } satisfies ToThread);
      this.#worker.ref();
      this.#worker.postMessage({ ...request, id });
      if (signal?.aborted) cancel();
      else signal?.addEventListener('abort', cancel, { once: true });
    }, onEvent);
    return answer.finally(() => {
      signal?.removeEventListener('abort', cancel);
      if (this.#replies.pending === 0) this.#worker.unref();
    });
  }

  async close(): Promise<void> {
    if (!this.#hasEnded) await this.call({ call: 'close' });
    await this.#worker.terminate();
  }

  #receive(message: FromThread): void {
    if ('event' in message) this.#replies.report(message.id, message.event);
    else if ('result' in message) this.#replies.resolve(message.id, message.result);
    else this.#replies.reject(message.id, revived(message.error));
  }

  #fail(error: unknown): void {
    this.#hasEnded = true;
    this.#replies.fail(error);
  }
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function revived({ code, message, hint }: { code?: string; message: string; hint?: string }): Error {
  if (code === undefined) return new Error(message);
  return new EngineError(code as ErrorCode, message, hint === undefined ? {} : { hint });
}
