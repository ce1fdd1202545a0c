// The model that the site searches with: chosen in a moment, used when every paper has a vector of it.

import { EngineError } from '@quire/engine/core';
import { chooseModel, chosenModel, encodingProgress } from '../library/chosen-model.ts';
import { loadModel } from '../library/model.ts';
import { modelNamed } from '../models/index.ts';
import type { OpenLibrary } from './library-open.ts';

export { encodingProgress } from '../library/chosen-model.ts';

export interface EncoderUse {
  /** The model that answers now; undefined: search is by words only. */
  readonly current: string | undefined;
  /** The one that was chosen; equal to `current` when nothing is to be done. */
  readonly chosen: string | undefined;
}

/** Chooses the model that the library in `folder` is to search with. Throws NOT_FOUND where there is none of that name. */
export function useModel(folder: string, name: string): void {
  chooseModel(folder, modelNamed(folder, name).name);
}

/** Which model answers, and which was chosen. */
export async function encoderUse({ folder, index }: Pick<OpenLibrary, 'folder' | 'index'>): Promise<EncoderUse> {
  await index.refresh().catch(() => undefined); // an index that cannot be read answers by nothing
  const current = index.encoders.dense?.model.name;
  return { current, chosen: chosenModel(folder) ?? loadModel()?.model.name };
}

/** Throws LOCKED for a model that answers, was chosen, or is being encoded. */
export async function assertUnused(library: Pick<OpenLibrary, 'folder' | 'index'>, name: string): Promise<void> {
  const { current, chosen } = await encoderUse(library);
  if (name !== current && name !== chosen && name !== encodingProgress(library.folder)?.model) return;
  throw new EngineError('LOCKED', `The library searches with the model ${name}`, {
    hint: 'Use another one first: quire model use static-v1.',
  });
}
