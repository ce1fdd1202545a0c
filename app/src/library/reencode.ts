// Vectors of the chosen model for every paper, beside the index that answers meanwhile. They are collected in a file
// (vector-file.ts), so a kill costs one batch. When every paper has one, the indexer puts them in place of the others in one
// commit (PaperIndexer.switchEncoder). ADR 39.

import { throwIfAborted } from '@quire/engine/core';
import { loadEncoder, modelNamed } from '../models/index.ts';
import type { Store } from '../store/index.ts';
import { cachedEncoder } from './cached-encoder.ts';
import { beginProgress, chosenModel, encodingProgress, endProgress, vectorsPath } from './chosen-model.ts';
import { type DenseEncoder, denseEncoder } from './dense-encoder.ts';
import { meaningOf } from './documents.ts';
import { VectorFile } from './vector-file.ts';

export interface EncodedEvent {
  readonly kind: 'encoded';
  readonly model: string;
  /** Papers that have a vector of it. */
  readonly done: number;
  readonly total: number;
}

export interface EncodeOptions {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: EncodedEvent) => void;
}

/** Papers that are read at once; a batch of the encoder is smaller. */
const PAGE = 64;

/** The chosen model, loaded, with the vectors that are on the disk already. */
export class Target {
  readonly encoder: DenseEncoder;
  readonly #file: VectorFile | undefined;
  readonly #loaded: DenseEncoder;

  private constructor(loaded: DenseEncoder, file: VectorFile | undefined) {
    this.#loaded = loaded;
    this.#file = file;
    this.encoder = file === undefined ? loaded : cachedEncoder(loaded, file);
  }

  /** undefined where no model was chosen. Throws what is wrong with the one that was. */
  static async open(folder: string): Promise<Target | undefined> {
    const name = chosenModel(folder);
    if (name === undefined) return undefined;
    if (encodingProgress(folder)?.model !== name) endProgress(folder); // vectors of a model that is no longer wanted
    const model = modelNamed(folder, name);
    const loaded = denseEncoder(await loadEncoder(model), model);
    // A static table encodes faster than vectors are written and read.
    const file = loaded.isInstant ? undefined : VectorFile.open(vectorsPath(folder, loaded), loaded);
    return new Target(loaded, file);
  }

  get isCollecting(): boolean {
    return this.#file !== undefined;
  }

  async close(): Promise<void> {
    this.#file?.close();
    await this.#loaded.close();
  }
}

/**
 * Makes the vectors that are missing. true when every paper has one and the index can switch; false where no model was
 * chosen, or another one meanwhile.
 */
export async function encodeLibrary(store: Store, { signal, onEvent }: EncodeOptions = {}): Promise<boolean> {
  const { folder } = store;
  const target = await Target.open(folder);
  if (target === undefined) return false;
  try {
    const { encoder } = target;
    const { name } = encoder.model;
    if (!target.isCollecting) return true;
    const total = await store.countWorks();
    beginProgress(folder, name, encoder, total);
    let done = 0;
    for (let after = ''; ; ) {
      throwIfAborted(signal);
      if (chosenModel(folder) !== name) return false;
      const keys = await store.keysAfter(after, PAGE);
      const last = keys.at(-1);
      if (last === undefined) return true;
      await encoder.encodeDocuments((await store.works(keys)).map(meaningOf), { signal });
      after = last;
      done += keys.length;
      onEvent?.({ kind: 'encoded', model: name, done, total: Math.max(total, done) });
    }
  } finally {
    await target.close();
  }
}
