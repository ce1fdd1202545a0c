// A library in a folder, open for reading: what the server and every command stand on.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '@quire/engine/core';
import type { Services } from '../server/services.ts';
import { Store } from '../store/index.ts';
import { IndexView } from './index-view.ts';
import { createIngest, type Ingest } from './ingest.ts';
import { type Encoders, loadEncoders } from './paper-index.ts';
import { createServices } from './services.ts';

export interface OpenLibrary {
  readonly folder: string;
  readonly store: Store;
  readonly encoders: Encoders;
  readonly index: IndexView;
  readonly services: Services;
  /** Takes papers in, and tells the services' index of every commit. */
  readonly ingest: Ingest;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Make an empty library where there is none. Default false: NOT_FOUND. */
  readonly create?: boolean;
}

/** Opens the library in `folder`. Nothing is indexed by opening: call `ingest.catchUp` for that. */
export function openLibraryIn(folder: string, options: OpenOptions = {}): OpenLibrary {
  if (options.create !== true && !existsSync(join(folder, 'papers.sqlite'))) {
    throw new EngineError('NOT_FOUND', `There is no library in ${folder}`, {
      hint: 'Import papers with "quire import FILE", start the site with "quire serve", or name another folder with --data-dir.',
    });
  }
  const store = Store.open(folder);
  const encoders = loadEncoders();
  const index = new IndexView(folder, encoders);
  const ingest = createIngest(folder, (change) => index.refresh(change));
  const services = createServices({
    store,
    index,
    encoders,
    sampleSource: SAMPLE_SOURCE,
    isIndexing: () => ingest.busy,
  });
  return {
    folder,
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

/** The source under which the sample library is imported. */
export const SAMPLE_SOURCE = 'sample';
