// The place of an import: the server that owns the folder, or this process. If the server ends first, this process
// continues.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findUnreadable } from '../library/import-files.ts';
import type { IngestEvent, IngestReport } from '../library/ingest.ts';
import { openLibraryIn } from '../library/open.ts';
import { type Printable, printable } from '../output/printable.ts';
import { type HandOver, handOver } from '../server/hand-over.ts';
import { findServer } from '../server/ownership.ts';
import { STORE_FILE } from '../store/index.ts';
import { ImportTally } from './import-tally.ts';

export interface ImportIntoOptions {
  readonly signal: AbortSignal;
  readonly onEvent: (event: IngestEvent) => void;
  readonly note: (text: Printable) => void;
}

/** Imports files into the library in `folder`. */
export async function importInto(folder: string, work: HandOver, options: ImportIntoOptions): Promise<IngestReport> {
  const { signal, note } = options;
  const server = await findServer(folder);
  if (server === undefined) return importHere(folder, work, options);
  note(printable`Handing over to the server at ${server.url}`);
  const tally = new ImportTally();
  const report = await handOver(server, work, {
    signal,
    onEvent: (event) => {
      tally.add(event);
      options.onEvent(event);
    },
    onSilence: (seconds) =>
      note(
        printable`The server (process ${server.pid}) has sent nothing for ${seconds} s. The import waits for it; Ctrl-C ends it, and what is stored is kept.`,
      ),
  });
  if (report !== undefined) return report;
  note(printable`The server at ${server.url} cannot be reached or has ended. The import goes on here.`);
  const rest = await importHere(folder, work, options);
  return work.again === true ? rest : tally.addedTo(rest); // with `again` every row is read, and counted, here
}

async function importHere(folder: string, work: HandOver, options: ImportIntoOptions): Promise<IngestReport> {
  const { paths, ...rest } = work;
  const { signal, onEvent } = options;
  if (!existsSync(join(folder, STORE_FILE))) {
    const failed = await findUnreadable(paths);
    // An import that can read nothing creates no library.
    if (failed.length === paths.length) {
      for (const file of failed) onEvent({ kind: 'unreadable', ...file });
      return { files: paths.length, failed, added: 0, updated: 0, unchanged: 0, rejected: 0, works: 0, indexed: true };
    }
  }
  const library = openLibraryIn(folder, { create: true });
  try {
    return await library.ingest.importFiles(paths, { ...rest, signal, onEvent });
  } finally {
    await library.close();
  }
}
