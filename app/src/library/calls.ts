// The two long jobs of a library, as calls that run in this thread or in another one (thread-calls.ts).

import { type Place, Store } from '../store/index.ts';
import { type ImportOptions, type ImportReport, importFiles } from './import-files.ts';
import { type CatchUpOptions, PaperIndexer } from './indexer.ts';

export interface Calls {
  importFiles(paths: readonly string[], options: ImportOptions): Promise<ImportReport>;
  /** Indexes all changes that the store has at the time of the call. */
  index(options: CatchUpOptions): Promise<void>;
  close(): Promise<void>;
}

/** Opens what a call needs on its first use. */
export function localCalls({ folder, database }: Place): Calls {
  let store: Promise<Store> | undefined;
  let indexer: PaperIndexer | undefined;
  const opened = () => {
    const opening = store ?? Store.open(folder, { database });
    opening.catch(() => {
      store = undefined; // the next call opens it again
    });
    store = opening;
    return opening;
  };
  return {
    importFiles: async (paths, options) => importFiles(await opened(), paths, options),
    index: async (options) => {
      indexer ??= await PaperIndexer.open(await opened());
      try {
        await indexer.catchUp(options);
      } catch (error) {
        // After a failure the next call opens everything again, and rebuilds a damaged index.
        await indexer.close();
        indexer = undefined;
        throw error;
      }
    },
    close: async () => {
      await indexer?.close();
      await (await store?.catch(() => undefined))?.close();
    },
  };
}
