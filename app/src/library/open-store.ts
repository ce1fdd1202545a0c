// The store of a folder, opened for writing where this user may, and else to be read.

import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '@quire/engine/core';
import { type Place, STORE_FILE, Store } from '../store/index.ts';
import { indexFolder } from './paper-index.ts';

/** Read only where this user may not write the store or the index. */
export async function openStore({ folder, database }: Place): Promise<Store> {
  if (database !== undefined)
    return isWritable(indexFolder(folder)) ? Store.open(folder, { database }) : Store.openToRead(folder, { database });
  const isThere = existsSync(join(folder, STORE_FILE));
  if (isThere && ![folder, join(folder, STORE_FILE), indexFolder(folder)].every(isWritable)) {
    return Store.openToRead(folder);
  }
  try {
    return await Store.open(folder);
  } catch (error) {
    // Permissions are not enough: some file systems refuse only the write.
    if (isThere && error instanceof EngineError && error.code === 'READ_ONLY') return Store.openToRead(folder);
    throw error;
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'; // it can be created
  }
}
