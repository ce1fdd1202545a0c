// Reads a model folder from the disk. In a page, pass a reader that fetches.

import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { EngineError } from '../../core/errors.ts';
import { type ModelFolderOptions, readTransformerModel } from './model.ts';
import type { ReadModelFile } from './model-files.ts';
import type { TransformerModel } from './transformer-model.ts';

/** The model in `folder`; its name is that of the folder unless given. Throws what `readTransformerModel` throws. */
export function readTransformerFolder(
  folder: string,
  options: Partial<ModelFolderOptions> = {},
): Promise<TransformerModel> {
  return readTransformerModel(modelFiles(folder), { name: basename(resolve(folder)), ...options });
}

/** The files of a model folder by their paths in it. Throws STORAGE_FAILED for one that is there and cannot be read. */
export function modelFiles(folder: string): ReadModelFile {
  return async (path) => {
    try {
      return await readFile(join(folder, path));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw new EngineError('STORAGE_FAILED', `${path} of the model cannot be read: ${message}`, { cause: error });
    }
  };
}
