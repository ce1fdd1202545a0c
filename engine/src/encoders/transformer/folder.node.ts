// Reads a model folder from the disk. In a page, pass a reader that fetches.

import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { readTransformerModel } from './model.ts';
import type { TransformerModel } from './transformer-model.ts';

/** The model in `folder`. Throws what `readTransformerModel` throws. */
export function readTransformerFolder(folder: string): Promise<TransformerModel> {
  const read = async (path: string) => {
    try {
      return await readFile(join(folder, path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  };
  return readTransformerModel(read, { name: basename(resolve(folder)) });
}
