// Opens the library for one command. Without a server that updates the index, the command updates it first.

import { resolve } from 'node:path';
import { printable } from '../output/printable.ts';
import { findServer } from '../server/ownership.ts';
import { bringUpToDate, isBehind, type OpenLibrary, openLibraryIn, READ_ONLY_NOTE } from '../services/index.ts';
import { databaseOf, type Io } from './io.ts';
import { progress } from './progress.ts';

/** Runs `work` on the library in `dataDir` and closes it. */
export async function withLibrary<T>(io: Io, dataDir: string, work: (library: OpenLibrary) => Promise<T>): Promise<T> {
  return withStore(io, dataDir, async (library) => {
    const isOurs = async () => (await isBehind(library)) && (await findServer(library.folder)) === undefined;
    if (!library.readOnly && (await isOurs())) await catchUp(io, library);
    return work(library);
  });
}

/** The same for a command that needs the store alone. */
export async function withStore<T>(io: Io, dataDir: string, work: (library: OpenLibrary) => Promise<T>): Promise<T> {
  const library = await openLibraryIn(resolve(dataDir), {
    orReadOnly: true,
    database: databaseOf(io),
  });
  try {
    await note(io, library);
    return await work(library);
  } finally {
    await library.close();
  }
}

async function note(io: Io, { readOnly, folder, services }: OpenLibrary): Promise<void> {
  if (readOnly) io.err(printable`note: ${READ_ONLY_NOTE}\n`);
  if ((await services.counts()).works === 0) {
    io.err(printable`note: the library in ${folder} holds no papers yet; "quire import FILE" adds some.\n`);
  }
}

async function catchUp(io: Io, library: OpenLibrary): Promise<void> {
  const bar = progress(io);
  bar.update(0, 1, 'indexing');
  try {
    await bringUpToDate(library, {
      signal: io.signal,
      onEvent: (event) => event.kind === 'indexed' && bar.update(event.done, event.total, 'indexing'),
    });
  } finally {
    bar.end();
  }
}
