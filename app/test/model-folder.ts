// Model folders on a disk, for tests: tiny models with seeded random weights.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BERT, type Folder, MODERN_BERT, modelFolder } from '../../engine/test/support/model-folder.ts';

export { BERT, type Folder, MODERN_BERT, modelFolder };

/** Writes the files of a model; returns the folder. */
export function writeModel(folder: string, files: Folder = modelFolder(BERT)): string {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return folder;
}
