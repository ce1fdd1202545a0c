// Vectors of documents, made here or on a thread of their own: the one that writes the index tokenizes, inverts and
// merges meanwhile. The same model makes the same bytes in both places.

import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type DenseRep, EngineError, plainFingerprint } from '@quire/engine/core';
import type { StaticEncoder } from '@quire/engine/encoders';
import { Replies } from '@quire/engine/internals';
import { canUseThreads } from './threads.ts';

type Documents = readonly Readonly<Record<string, string>>[];

export interface EncodeRequest {
  readonly id: number;
  /** Of the encoder meant. */
  readonly space: string;
  readonly documents: Documents;
}

export type EncodeAnswer = { readonly id: number } & (
  | {
      /** (documents, dim) */
      readonly vectors: Float32Array;
    }
  | { readonly error: string }
);

export interface Encoding {
  encode(documents: Documents): Promise<readonly DenseRep[]>;
  close(): Promise<void>;
}

/** Fewer documents are encoded before a thread has read the model. */
const THREAD_DOCUMENTS = 5_000;

/** An encoding for about `documents` documents. */
export function encodingFor(model: StaticEncoder, documents: number): Encoding {
  if (documents >= THREAD_DOCUMENTS && canUseThreads()) return new EncodeThread(model);
  return { encode: (batch) => model.encodeDocuments(batch), close: async () => {} };
}

class EncodeThread implements Encoding {
  readonly #model: StaticEncoder;
  readonly #worker: Worker;
  readonly #replies = new Replies();

  constructor(model: StaticEncoder) {
    this.#model = model;
    this.#worker = new Worker(fileURLToPath(new URL('./encode-thread.js', import.meta.url)));
    this.#worker.on('message', (answer: EncodeAnswer) => this.#receive(answer));
    this.#worker.on('error', (error) => this.#replies.fail(error));
    this.#worker.on('exit', () => this.#replies.fail(new EngineError('CLOSED', 'The thread that encodes has ended')));
  }

  encode(documents: Documents): Promise<readonly DenseRep[]> {
    const { space } = this.#model;
    return this.#replies.request((id) => {
      this.#worker.postMessage({ id, space, documents } satisfies EncodeRequest);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #receive(answer: EncodeAnswer): void {
    if ('error' in answer) this.#replies.reject(answer.id, new EngineError('ENCODER_MISMATCH', answer.error));
    else this.#replies.resolve(answer.id, split(answer.vectors, this.#model));
  }
}

function split(vectors: Float32Array, { space, dim }: StaticEncoder): readonly DenseRep[] {
  const reps: DenseRep[] = [];
  for (let at = 0; at < vectors.length; at += dim) {
    reps.push({
      kind: 'dense',
      space,
      fingerprint: plainFingerprint(space, 'document'),
      vec: vectors.subarray(at, at + dim),
    });
  }
  return reps;
}
