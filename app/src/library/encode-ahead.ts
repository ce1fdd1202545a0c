// Vectors of documents, made here or on a thread of their own: the one that writes the index tokenizes, inverts and
// merges meanwhile. The same model makes the same bytes in both places.

import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type DenseRep, EngineError, plainFingerprint } from '@quire/engine/core';
import type { StaticEncoder } from '@quire/engine/encoders';
import { canUseThreads } from './thread-calls.ts';

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

interface Waiting {
  readonly resolve: (reps: readonly DenseRep[]) => void;
  readonly reject: (error: unknown) => void;
}

class EncodeThread implements Encoding {
  readonly #model: StaticEncoder;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #broken: unknown;

  constructor(model: StaticEncoder) {
    this.#model = model;
    this.#worker = new Worker(fileURLToPath(new URL('./encode-thread.js', import.meta.url)));
    this.#worker.on('message', (answer: EncodeAnswer) => this.#receive(answer));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new EngineError('CLOSED', 'The thread that encodes has ended')));
  }

  encode(documents: Documents): Promise<readonly DenseRep[]> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, space: this.#model.space, documents } satisfies EncodeRequest);
    });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #receive(answer: EncodeAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('error' in answer) waiting?.reject(new EngineError('ENCODER_MISMATCH', answer.error));
    else waiting?.resolve(split(answer.vectors, this.#model));
  }

  #fail(error: unknown): void {
    this.#broken ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
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
