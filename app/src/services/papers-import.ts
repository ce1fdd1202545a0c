// Files of papers into the library of a folder, by this process.

import { findUnreadable } from '../library/import-files.ts';
import type { IngestOptions, IngestReport } from '../library/ingest.ts';
import { libraryExists, type OpenOptions, openLibraryIn } from './library-open.ts';

export type { FileReport } from '../library/import-files.ts';
export type { Ingest, IngestEvent, IngestReport } from '../library/ingest.ts';

/** Makes the library where there is none; an import that can read no file makes none. */
export async function importHere(
  folder: string,
  paths: readonly string[],
  options: IngestOptions & OpenOptions = {},
): Promise<IngestReport> {
  const { database } = options;
  if (!libraryExists(folder, { database })) {
    const failed = await findUnreadable(paths);
    if (failed.length === paths.length) {
      for (const file of failed) options.onEvent?.({ kind: 'unreadable', ...file });
      return { files: paths.length, failed, added: 0, updated: 0, unchanged: 0, rejected: 0, works: 0, indexed: true };
    }
  }
  const library = await openLibraryIn(folder, { create: true, database });
  try {
    return await library.ingest.importFiles(paths, options);
  } finally {
    await library.close();
  }
}
