// The place of an import: the server that owns the folder, or this process. If the server ends first, this process
// continues.

import { type Printable, printable } from '../output/printable.ts';
import { type HandOver, handOver } from '../server/hand-over.ts';
import { findServer } from '../server/ownership.ts';
import { type IngestEvent, type IngestReport, importHere } from '../services/index.ts';
import { ImportTally } from './import-tally.ts';

export interface ImportIntoOptions {
  /** Address of a PostgreSQL database; default: a file in the folder. */
  readonly database?: string | undefined;
  readonly signal: AbortSignal;
  readonly onEvent: (event: IngestEvent) => void;
  readonly note: (text: Printable) => void;
}

/** Imports files into the library in `folder`. */
export async function importInto(folder: string, work: HandOver, options: ImportIntoOptions): Promise<IngestReport> {
  const { signal, note } = options;
  const server = await findServer(folder);
  const { paths, ...how } = work;
  const here = () =>
    importHere(folder, paths, { ...how, signal, onEvent: options.onEvent, database: options.database });
  if (server === undefined) return here();
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
  const rest = await here();
  return work.again === true ? rest : tally.addedTo(rest); // with `again` every row is read, and counted, here
}
