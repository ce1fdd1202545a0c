// A library in a folder, open for reading: the base of the server and of every command.

import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '@quire/engine/core';
import { boundedServices } from '../output/bounded-services.ts';
import type { Services } from '../services/services.ts';
import { STORE_FILE, Store } from '../store/index.ts';
import { IndexView } from './index-view.ts';
import { createIngest, type Ingest } from './ingest.ts';
import { type Encoders, indexFolder, loadEncoders } from './paper-index.ts';
import { createServices } from './services.ts';

export interface OpenLibrary {
  readonly folder: string;
  /** This user may not write the folder: nothing is indexed or imported; all reads work. */
  readonly readOnly: boolean;
  readonly store: Store;
  readonly encoders: Encoders;
  readonly index: IndexView;
  readonly services: Services;
  /** Imports papers, and reports every commit to the services' index. */
  readonly ingest: Ingest;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Create an empty library if there is none. Default false: NOT_FOUND. */
  readonly create?: boolean;
  /** Open a library that this user may not write read only. Default false: READ_ONLY. */
  readonly orReadOnly?: boolean;
}

/** Opens the library in `folder`. Nothing is indexed by opening: call `ingest.catchUp` for that. */
export function openLibraryIn(folder: string, options: OpenOptions = {}): OpenLibrary {
  if (options.create !== true && !existsSync(join(folder, STORE_FILE))) {
    throw new EngineError('NOT_FOUND', `There is no library in ${folder}`, {
      hint: 'Import papers with "quire import FILE", start the site with "quire serve", or name another folder with --data-dir.',
    });
  }
  const store = options.orReadOnly === true ? openStore(folder) : Store.open(folder);
  const { readOnly } = store;
  const encoders = loadEncoders();
  const index = new IndexView(folder, encoders, { isFinal: readOnly });
  const ingest = createIngest(folder, (change) => index.refresh(change));
  const isIndexing = () => ingest.busy;
  const services = boundedServices(createServices({ store, index, encoders, sampleSource: SAMPLE_SOURCE, isIndexing }));
  return {
    folder,
    readOnly,
    store,
    encoders,
    index,
    services,
    ingest,
    close: async () => {
      await ingest.close();
      await index.close();
      store.close();
    },
  };
}

/** The store of `folder`, read only where this user may not write the store or the index. */
export function openStore(folder: string): Store {
  const isThere = existsSync(join(folder, STORE_FILE));
  if (isThere && ![folder, join(folder, STORE_FILE), indexFolder(folder)].every(isWritable)) {
    return Store.openToRead(folder);
  }
  try {
    return Store.open(folder);
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

/** The source under which the sample library is imported. */
export const SAMPLE_SOURCE = 'sample';
