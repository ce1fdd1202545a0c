// A library in a folder, open: the base of the server and of every command.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '@quire/engine/core';
import { IndexView } from '../library/index-view.ts';
import { createIngest, type Ingest } from '../library/ingest.ts';
import { openStore } from '../library/open-store.ts';
import { type Encoders, loadEncoders } from '../library/paper-index.ts';
import { type Place, STORE_FILE, Store } from '../store/index.ts';
import { boundedServices } from './bounded.ts';
import { createServices, type Services } from './services.ts';

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

export interface OpenOptions extends Omit<Place, 'folder'> {
  /** Create an empty library if there is none. Default false: NOT_FOUND. */
  readonly create?: boolean;
  /** Open a library that this user may not write read only. Default false: READ_ONLY. */
  readonly orReadOnly?: boolean;
}

/** Stated for a library that this user may not write. */
export const READ_ONLY_NOTE =
  'this library can only be read here: papers newer than its index are not searched, and imports are refused.';

/** The source under which the sample library is imported. */
export const SAMPLE_SOURCE = 'sample';

/** Opens the library in `folder`. Nothing is indexed by opening: `bringUpToDate` and `ingest.catchUp` do that. */
export async function openLibraryIn(folder: string, options: OpenOptions = {}): Promise<OpenLibrary> {
  if (options.create !== true && !libraryExists(folder, options)) {
    throw new EngineError('NOT_FOUND', `There is no library in ${folder}`, {
      hint: 'Import papers with "quire import FILE", start the site with "quire serve", or name another folder with --data-dir.',
    });
  }
  const { database } = options;
  const place = { folder, database };
  const store = await (options.orReadOnly === true ? openStore(place) : Store.open(folder, { database }));
  const { readOnly } = store;
  const encoders = loadEncoders();
  const index = new IndexView(folder, encoders, { isFinal: readOnly });
  const ingest = createIngest(place, (change) => index.refresh(change));
  const isIndexing = () => ingest.busy;
  const services = boundedServices(createServices({ store, index, sampleSource: SAMPLE_SOURCE, isIndexing }));
  return {
    folder,
    readOnly,
    store,
    get encoders() {
      return index.encoders;
    },
    index,
    services,
    ingest,
    close: async () => {
      await ingest.close();
      await index.close();
      await store.close();
    },
  };
}

/** Whether `folder` holds a library. In PostgreSQL opening makes one. */
export function libraryExists(folder: string, { database }: Omit<Place, 'folder'> = {}): boolean {
  return database !== undefined || existsSync(join(folder, STORE_FILE));
}
