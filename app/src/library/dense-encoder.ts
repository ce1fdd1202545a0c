// The encoder of the site for meaning: an encoder of the engine with the model that it was made from and the way it joins
// search by words. A static table runs in the calling thread. A transformer takes milliseconds a text, so it runs in a
// thread of its own.

import { type Encoder, plainFingerprint, throwIfAborted } from '@quire/engine/core';
import { type Fusion, type LoadedEncoder, loadEncoder, type Model } from '../models/index.ts';
import { EncodeThread, encodeWith, type Space, type Texts } from './encode-calls.ts';
import { canUseThreads } from './threads.ts';

export interface DenseEncoder extends Encoder<'dense'> {
  readonly dim: number;
  /** Plain data. */
  readonly model: Model;
  readonly fusion: Fusion;
  /** Encodes a text in less time than a thread takes to answer. */
  readonly isInstant: boolean;
  /** Ends its thread and frees its memory. */
  close(): Promise<void>;
}

/** A loaded encoder as one of the site. */
export function denseEncoder(loaded: LoadedEncoder, model: Model): DenseEncoder {
  const { name, space, fingerprints, dim } = loaded;
  return {
    ...{ name, queryKind: 'dense', documentKind: 'dense', space, fingerprints, dim },
    ...{ model, fusion: model.fusion, isInstant: model.kind === 'static' },
    encodeQueries: (texts, options) => loaded.encodeQueries(texts, options),
    encodeDocuments: (documents, options) => loaded.encodeDocuments(documents, options),
    close: async () => loaded.close(),
  };
}

/** The encoder of a model whose space is known already: its weights are read when the first text comes. */
export function lazyEncoder(model: Model, { space, dim }: Space): DenseEncoder {
  const runner = canUseThreads() ? new EncodeThread(model, { space, dim }) : new EncodeHere(model, { space, dim });
  const fingerprints = { query: plainFingerprint(space, 'query'), document: plainFingerprint(space, 'document') };
  return {
    ...{ name: model.kind, queryKind: 'dense', documentKind: 'dense', space, fingerprints, dim },
    ...{ model, fusion: model.fusion, isInstant: false },
    encodeQueries: async (texts, { signal } = {}) => {
      throwIfAborted(signal);
      return runner.encode({ side: 'query', texts });
    },
    encodeDocuments: async (texts, { signal } = {}) => {
      throwIfAborted(signal);
      return runner.encode({ side: 'document', texts });
    },
    close: () => runner.close(),
  };
}

/** `encoder` with another weight. */
export function withFusion(encoder: DenseEncoder, fusion: Partial<Fusion>): DenseEncoder {
  return { ...encoder, fusion: { ...encoder.fusion, ...fusion } };
}

/** Where no thread can be started: tests that run from source. */
class EncodeHere {
  readonly #model: Model;
  readonly #meant: Space;
  #loading: Promise<LoadedEncoder> | undefined;

  constructor(model: Model, meant: Space) {
    this.#model = model;
    this.#meant = meant;
  }

  async encode(texts: Texts) {
    this.#loading ??= loadEncoder(this.#model);
    return encodeWith(await this.#loading, this.#meant, texts);
  }

  async close(): Promise<void> {
    const loading = this.#loading;
    this.#loading = undefined;
    (await loading?.catch(() => undefined))?.close();
  }
}
