// Reads a static model's folder in Node. In a browser, fetch the three files and call staticEncoder.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from '../core/index.ts';
import type { StaticModelFiles } from './static.ts';

/**
 * The files of the model in `folder` (for example models/static-v1), for `staticEncoder`. Throws NOT_FOUND naming the
 * missing file.
 */
export async function readStaticModel(folder: string): Promise<StaticModelFiles> {
  const [config, tokenizer, weights] = await Promise.all(
    ['config.json', 'tokenizer.json', 'weights.safetensors'].map((name) => read(join(folder, name))),
  );
  return { config: text(config!), tokenizer: text(tokenizer!), weights: weights! };
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new EngineError('NOT_FOUND', `The static model's file ${path} cannot be read`, {
      hint: 'Give the folder that holds config.json, tokenizer.json and weights.safetensors.',
      cause,
    });
  }
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
