// The dense encoder in models/, if one ships. Without it the library searches by words and reports that.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type StaticEncoder, staticEncoder } from '@quire/engine/encoders';

/** models/ of this repository, from app/src/library or app/dist/library. */
const MODELS = fileURLToPath(new URL('../../../models', import.meta.url));

/**
 * Reads the shipped static encoder; a document's text is its `fields`. undefined when there is none. Throws when its
 * files are damaged.
 */
export function loadModel(
  folder: string = MODELS,
  fields: readonly string[] = ['title', 'abstract'],
): StaticEncoder | undefined {
  if (!existsSync(folder)) return undefined;
  const complete = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && FILES.every((name) => existsSync(join(folder, entry.name, name))))
    .map(({ name }) => name)
    .sort();
  const newest = complete.at(-1);
  if (newest === undefined) return undefined;
  const text = (name: string) => readFileSync(join(folder, newest, name), 'utf8');
  const files = {
    config: text('config.json'),
    tokenizer: text('tokenizer.json'),
    weights: readFileSync(join(folder, newest, 'weights.safetensors')),
  };
  return staticEncoder(files, { fields });
}

const FILES = ['config.json', 'tokenizer.json', 'weights.safetensors'];
