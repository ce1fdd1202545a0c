// Texts to an encoder on a thread of its own, and vectors back. The thread starts at its first text and reads the model
// then; the same model makes the same bytes there as here.

import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type DenseRep, EngineError, type ErrorCode, plainFingerprint } from '@quire/engine/core';
import { Replies } from '@quire/engine/internals';
import type { LoadedEncoder, Model } from '../models/index.ts';

export type Documents = readonly Readonly<Record<string, string>>[];
export type Texts =
  | { readonly side: 'query'; readonly texts: readonly string[] }
  | { readonly side: 'document'; readonly texts: Documents };

/** The space that its vectors are meant for, and their dimensions. */
export interface Space {
  readonly space: string;
  readonly dim: number;
}

export type EncodeRequest = Texts & { readonly id: number };
export type EncodeAnswer = { readonly id: number } & (
  | {
      /** (texts, dim) */
      readonly vectors: Float32Array;
    }
  | { readonly error: { readonly code: string; readonly message: string; readonly hint?: string } }
);

/** Encodes with what was loaded. Throws ENCODER_MISMATCH unless its space is the one meant. */
export function encodeWith(encoder: LoadedEncoder, { space }: Space, texts: Texts): Promise<readonly DenseRep[]> {
  if (encoder.space !== space) {
    throw new EngineError(
      'ENCODER_MISMATCH',
      `The model makes vectors of ${encoder.space}, and the index holds ${space}`,
      {
        hint: 'The files of the model have changed: remove it, add it again, and use it.',
      },
    );
  }
  return texts.side === 'query' ? encoder.encodeQueries(texts.texts) : encoder.encodeDocuments(texts.texts);
}

export class EncodeThread {
  readonly #model: Model;
  readonly #meant: Space;
  readonly #replies = new Replies();
  #worker: Worker | undefined;
  #isClosed = false;

  constructor(model: Model, { space, dim }: Space) {
    this.#model = model;
    this.#meant = { space, dim }; // plain data, whatever else the caller's object holds
  }

  async encode(texts: Texts): Promise<readonly DenseRep[]> {
    if (this.#isClosed) throw ended();
    this.#worker ??= this.#start();
    const worker = this.#worker;
    worker.ref();
    try {
      const vectors = await this.#replies.request<Float32Array>((id) => {
        worker.postMessage({ ...texts, id } satisfies EncodeRequest);
      });
      return this.#split(vectors, texts.side);
    } finally {
      if (this.#replies.pending === 0) worker.unref(); // an idle thread keeps no process alive
    }
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#isClosed = true;
    await worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(fileURLToPath(new URL('./encode-thread.js', import.meta.url)), {
      workerData: { model: this.#model, meant: this.#meant },
    });
    worker.on('message', (answer: EncodeAnswer) => this.#receive(answer));
    worker.on('error', (error) => this.#fail(worker, error));
    worker.on('exit', () => this.#fail(worker, ended()));
    return worker;
  }

  #receive(answer: EncodeAnswer): void {
    if ('vectors' in answer) this.#replies.resolve(answer.id, answer.vectors);
    else this.#replies.reject(answer.id, revived(answer.error));
  }

  /** The next text starts a new thread. */
  #fail(worker: Worker, error: unknown): void {
    if (this.#worker === worker) this.#worker = undefined;
    this.#replies.fail(error);
  }

  #split(vectors: Float32Array, side: Texts['side']): readonly DenseRep[] {
    const { space, dim } = this.#meant;
    const fingerprint = plainFingerprint(space, side);
    const reps: DenseRep[] = [];
    for (let at = 0; at < vectors.length; at += dim) {
      reps.push({ kind: 'dense', space, fingerprint, vec: vectors.subarray(at, at + dim) });
    }
    return reps;
  }
}

function ended(): EngineError {
  return new EngineError('CLOSED', 'The thread that encodes has ended');
}

function revived({ code, message, hint }: { code: string; message: string; hint?: string }): EngineError {
  return new EngineError(code as ErrorCode, message, hint === undefined ? {} : { hint }); // codes of our own thread
}
