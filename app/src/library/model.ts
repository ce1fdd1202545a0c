// Which encoder: the static one that ships in models/, or the one whose vectors an index holds.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { staticEncoder } from '@quire/engine/encoders';
import type { LibraryInfo } from '@quire/engine/storage';
import { FIELDS, findModel, readModel, SHIPPED } from '../models/index.ts';
import { type DenseEncoder, denseEncoder, lazyEncoder } from './dense-encoder.ts';

const FILES = ['config.json', 'tokenizer.json', 'weights.safetensors'];

/**
 * The static encoder that ships, in some ten milliseconds. undefined when there is none: then the library searches by
 * words, and says so. Throws when its files are damaged.
 */
export function loadModel(folder: string = SHIPPED): DenseEncoder | undefined {
  if (!existsSync(folder)) return undefined;
  const complete = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && FILES.every((name) => existsSync(join(folder, entry.name, name))))
    .map(({ name }) => name)
    .sort();
  const newest = complete.at(-1);
  if (newest === undefined) return undefined;
  const home = join(folder, newest);
  const text = (name: string) => readFileSync(join(home, name), 'utf8');
  const files = {
    config: text('config.json'),
    tokenizer: text('tokenizer.json'),
    weights: readFileSync(join(home, 'weights.safetensors')),
  };
  const encoder = { ...staticEncoder(files, { fields: FIELDS }), close: () => undefined };
  return denseEncoder(encoder, readModel(home, 'shipped'));
}

/** What a commit of the index says of the encoder of its vectors. */
export const ENCODER = 'encoder';

/**
 * The encoder whose vectors an index of the library in `folder` holds; `shipped` where there is no index, or none that
 * names a model which is still here.
 */
export function encoderOf(
  folder: string,
  index: LibraryInfo | undefined,
  shipped: DenseEncoder | undefined,
): DenseEncoder | undefined {
  const part = index?.parts.dense;
  const name = index?.metadata[ENCODER];
  if (part === undefined || part.space === shipped?.space || typeof name !== 'string') return shipped;
  const dim = part.config.dim;
  const model = findModel(folder, name);
  if (model === undefined || typeof dim !== 'number') return shipped;
  return lazyEncoder(model, { space: part.space, dim });
}
