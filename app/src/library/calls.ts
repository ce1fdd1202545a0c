// The long jobs of a library, as calls that run in this thread or in another one (thread-calls.ts).

import { type Place, Store } from '../store/index.ts';
import { chosenModel, endProgress } from './chosen-model.ts';
import { type ImportOptions, type ImportReport, importFiles } from './import-files.ts';
import { type CatchUpOptions, PaperIndexer } from './indexer.ts';
import { type EncodeOptions, encodeLibrary, Target } from './reencode.ts';

export interface Calls {
  importFiles(paths: readonly string[], options: ImportOptions): Promise<ImportReport>;
  /** Indexes all changes that the store has at the time of the call. */
  index(options: CatchUpOptions): Promise<void>;
  /** Makes the vectors of the chosen model; true when the index can switch to it. */
  encode(options: EncodeOptions): Promise<boolean>;
  /** Switches the index to the chosen model. */
  switchEncoder(options: CatchUpOptions): Promise<void>;
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
  const onIndex = async (work: (indexer: PaperIndexer) => Promise<void>) => {
    indexer ??= await PaperIndexer.open(await opened());
    try {
      await work(indexer);
    } catch (error) {
      // After a failure the next call opens everything again, and rebuilds a damaged index.
      await indexer.close();
      indexer = undefined;
      throw error;
    }
  };
  return {
    importFiles: async (paths, options) => importFiles(await opened(), paths, options),
    index: (options) => onIndex((open) => open.catchUp(options)),
    encode: async (options) => encodeLibrary(await opened(), options),
    switchEncoder: (options) =>
      onIndex(async (open) => {
        if (open.model === chosenModel(folder)) return endProgress(folder); // a kill came after the switch
        const target = await Target.open(folder);
        if (target === undefined) return;
        try {
          await open.switchEncoder(target.encoder, options);
        } finally {
          await target.close();
        }
      }),
    close: async () => {
      await indexer?.close();
      await (await store?.catch(() => undefined))?.close();
    },
  };
}
