// The two long jobs behind a library, as calls that can be made here or on another thread (thread-calls.ts).

import { Store } from '../store/index.ts';
import { type ImportOptions, type ImportReport, importFiles } from './import-files.ts';
import { type CatchUpOptions, PaperIndexer } from './indexer.ts';

export interface Calls {
  importFiles(paths: readonly string[], options: ImportOptions): Promise<ImportReport>;
  /** Brings the index up to the store as it is now. */
  index(options: CatchUpOptions): Promise<void>;
  close(): Promise<void>;
}

/** Opens what each call needs when it is first made. */
export function localCalls(folder: string): Calls {
  let store: Store | undefined;
  let indexer: PaperIndexer | undefined;
  const opened = () => {
    store ??= Store.open(folder);
    return store;
  };
  return {
    importFiles: (paths, options) => importFiles(opened(), paths, options),
    index: async (options) => {
      indexer ??= await PaperIndexer.open(opened());
      try {
        await indexer.catchUp(options);
      } catch (error) {
        // What broke is opened anew by the next call, which rebuilds an index that is damaged.
        await indexer.close();
        indexer = undefined;
        throw error;
      }
    },
    close: async () => {
      await indexer?.close();
      store?.close();
    },
  };
}
