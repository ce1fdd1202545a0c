// A damaged library made usable: a new store from every sound record, a new index from the store.

import type { FollowOptions } from '../library/ingest.ts';
import { emptyIndex } from '../library/paper-index.ts';
import { type Repaired, repairStore } from '../store/index.ts';
import { openLibraryIn } from './library-open.ts';

/** Repairs the store and makes the index again. No other process may have the library open. */
export async function repairLibrary(folder: string, options: FollowOptions = {}): Promise<Repaired> {
  const repaired = await repairStore(folder);
  await rebuildIndex(folder, options);
  return repaired;
}

/** Makes the index again. Throws LOCKED while another process writes it. */
export async function rebuildIndex(folder: string, options: FollowOptions = {}): Promise<void> {
  await emptyIndex(folder);
  const library = await openLibraryIn(folder);
  try {
    await library.ingest.catchUp(options);
  } finally {
    await library.close();
  }
}
