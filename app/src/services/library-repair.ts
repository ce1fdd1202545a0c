// A damaged library made usable: a new store from every sound record, a new index from the store.

import type { FollowOptions } from '../library/ingest.ts';
import { emptyIndex } from '../library/paper-index.ts';
import { type Place, type Repaired, repairDatabase, repairStore } from '../store/index.ts';
import { openLibraryIn } from './library-open.ts';

type RepairOptions = FollowOptions & Omit<Place, 'folder'>;

/** Repairs the store and makes the index again. No other process may have the library open. */
export async function repairLibrary(folder: string, options: RepairOptions = {}): Promise<Repaired> {
  const { database } = options;
  const repaired = await (database === undefined ? repairStore(folder) : repairDatabase(folder, database));
  await rebuildIndex(folder, options);
  return repaired;
}

/** Makes the index again. Throws LOCKED while another process writes it. */
export async function rebuildIndex(folder: string, options: RepairOptions = {}): Promise<void> {
  await emptyIndex(folder);
  const library = await openLibraryIn(folder, { database: options.database });
  try {
    await library.ingest.catchUp(options);
  } finally {
    await library.close();
  }
}
