// One library that all tests of a file ask.

import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type OpenLibrary, openLibraryIn } from '../src/services/library-open.ts';
import { inFolder, type Row, writeRows } from './papers.ts';

/** Opens a library before the tests of the calling file, a segment for each list of rows (sources `papers`, `more-1` …), and closes it after them. */
export function libraryOf(...imports: readonly (readonly Row[])[]): () => OpenLibrary {
  let library: OpenLibrary;
  let end: () => void;
  let done: Promise<unknown>;
  beforeAll(async () => {
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    await new Promise<void>((ready, failed) => {
      done = inFolder(async (folder) => {
        library = await openLibraryIn(folder, { create: true });
        for (const [i, rows] of imports.entries())
          await library.ingest.importFiles([
            writeRows(join(folder, i === 0 ? 'papers.jsonl' : `more-${i}.jsonl`), rows),
          ]);
        ready();
        await ended;
        await library.close();
      }).catch(failed);
    });
  });
  afterAll(async () => {
    end();
    await done;
  });
  return () => library;
}
