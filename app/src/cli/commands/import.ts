// `quire import`: files of papers into the library, here or by the server that holds it.

import { resolve } from 'node:path';
import { EngineError, type ErrorCode } from '@quire/engine/core';
import { Command } from 'commander';
import type { ImportReport } from '../../library/import-files.ts';
import type { IngestEvent } from '../../library/ingest.ts';
import { openLibraryIn } from '../../library/open.ts';
import { joined, type Printable, printable } from '../../output/printable.ts';
import { findServer, type RunningServer } from '../../server/handover.ts';
import type { Outcome } from '../../server/import-route.ts';
import { EXIT, type Io, json } from '../io.ts';
import { progress } from '../progress.ts';
import { dataDirOption, examples, type Verb } from '../verb.ts';

interface Options {
  readonly dataDir: string;
  readonly source?: string;
  readonly again?: boolean;
  readonly json?: boolean;
}

export const importCommand: Verb = (io, finish) =>
  new Command('import')
    .description('Read papers from files of JSON lines, plain or gzip, into the library')
    .argument('<file...>', 'files; a file that was read before is left out')
    .addOption(dataDirOption())
    .option('--source <name>', "what the papers' source is called (default: the file's name without endings)")
    .option('--again', 'read files again that have been read to the end before')
    .option('--json', 'print one JSON object: files, failed, added, updated, unchanged, rejected, works, seconds')
    .addHelpText(
      'after',
      `
A row needs a title; id, abstract, authors, published (YYYY, YYYY-MM or YYYY-MM-DD), venue, url, doi, keywords,
daily, upvotes, comments and others are taken where they are there. A row that cannot be read is reported with file,
line and reason, and stops nothing; so is a file that cannot be read to its end: its rows up to there are kept and the
next file begun. An import that was stopped goes on where it stopped when it is given again. While "quire serve" holds
the library, the work is handed to it.
${examples([
  ['quire import arxiv.jsonl.gz acl-anthology.jsonl.gz', 'two files, each its own source'],
  ['quire import mine.jsonl --source mine --data-dir ~/papers', 'a name and a place of your own'],
])}
Exit codes: 0 all rows read, 4 some rows rejected, 1 a file could not be read to its end, 130 stopped.`,
    )
    .action(async (files: readonly string[], options: Options) => {
      const folder = resolve(options.dataDir);
      const paths = files.map((file) => resolve(file));
      const watch = watcher(io);
      const server = await findServer(folder);
      const start = performance.now();
      try {
        const report = await (server === undefined
          ? importHere(io, folder, paths, options, watch.onEvent)
          : importThere(io, server, paths, options, watch.onEvent));
        watch.end();
        const seconds = Math.round((performance.now() - start) / 100) / 10;
        if (options.json) await json(io, { ...report, seconds, peakRssBytes: process.resourceUsage().maxRSS * 1024 });
        else await io.out(summary(report, seconds));
        finish(report.failed.length > 0 ? EXIT.failed : report.rejected > 0 ? EXIT.rejected : EXIT.ok);
      } catch (error) {
        watch.end();
        if (io.signal.aborted) io.err(printable`Stopped. Give the same command again to go on from here.\n`);
        throw error;
      }
    });

async function importHere(
  io: Io,
  folder: string,
  paths: readonly string[],
  options: Options,
  onEvent: (event: IngestEvent) => void,
): Promise<ImportReport> {
  const library = openLibraryIn(folder, { create: true });
  try {
    return await library.ingest.importFiles(paths, { ...chosen(options), signal: io.signal, onEvent });
  } finally {
    await library.close();
  }
}

async function importThere(
  io: Io,
  server: RunningServer,
  paths: readonly string[],
  options: Options,
  onEvent: (event: IngestEvent) => void,
): Promise<ImportReport> {
  io.err(printable`Handing over to the server at ${server.url}\n`);
  try {
    return await handOver(io, server, paths, options, onEvent);
  } catch (error) {
    if (io.signal.aborted) throw new EngineError('CANCELLED', 'The import was stopped', { cause: error });
    if (error instanceof EngineError && error.code !== 'CANCELLED') throw error;
    throw serverEnded(error); // it cancels what runs when it is stopped; one that is killed says nothing
  }
}

async function handOver(
  io: Io,
  server: RunningServer,
  paths: readonly string[],
  options: Options,
  onEvent: (event: IngestEvent) => void,
): Promise<ImportReport> {
  const answer = await fetch(`${server.url}/api/v1/import`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ paths, ...chosen(options) }),
    signal: io.signal,
  });
  if (!answer.ok || answer.body === null)
    throw new EngineError('STORAGE_FAILED', `The server refused: ${await answer.text()}`);
  for await (const event of linesOf(answer.body)) {
    if (event.kind === 'done') return event.report;
    if (event.kind === 'failed') {
      const { code, message, hint } = event.error;
      throw new EngineError(code as ErrorCode, message, hint === undefined ? {} : { hint });
    }
    onEvent(event);
  }
  throw serverEnded();
}

function serverEnded(cause?: unknown): EngineError {
  const hint = 'Give the same command again to go on.';
  return new EngineError('STORAGE_FAILED', 'The server ended before the import did', { hint, cause });
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<IngestEvent | Outcome> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line) as IngestEvent | Outcome;
  }
}

function chosen({ source, again }: Options): { source?: string; again?: boolean } {
  return { ...(source !== undefined && { source }), ...(again && { again }) };
}

/** Draws what happens. */
function watcher(io: Io): { readonly onEvent: (event: IngestEvent) => void; readonly end: () => void } {
  const bar = progress(io);
  let reading = true;
  return {
    onEvent(event) {
      switch (event.kind) {
        case 'progress':
          reading = true;
          bar.update(event.bytes, event.totalBytes, `${nameOf(event.file)}  line ${event.line.toLocaleString('en')}`);
          break;
        case 'rejected':
          bar.note(printable`rejected ${event.file}:${event.line}: ${event.reason}`);
          break;
        case 'known':
          bar.note(printable`${event.file}: read before (${event.lines.toLocaleString('en')} lines), nothing to do`);
          break;
        case 'file':
          reading = false;
          bar.note(
            printable`${nameOf(event.file)}: ${event.added} new, ${event.updated} changed, ${event.unchanged} known, ${event.rejected} rejected`,
          );
          if (event.rejected > 0 && event.added + event.updated + event.unchanged === 0) bar.note(NO_ROWS);
          break;
        case 'unreadable':
          reading = false;
          bar.note(printable`error ${event.code}: ${event.message}`);
          if (event.hint !== undefined) bar.note(printable`  hint: ${event.hint}`);
          break;
        case 'indexed':
          if (!reading) bar.update(event.done, event.total, 'indexing');
          break;
        default:
          event satisfies never;
      }
    },
    end: () => bar.end(),
  };
}

const NO_ROWS = printable`  hint: No line of it is a paper. Quire reads JSON lines: one object a line, with a "title".`;

function summary(report: ImportReport, seconds: number): Printable {
  const { files, failed, added, updated, unchanged, rejected, works } = report;
  const n = (value: number) => value.toLocaleString('en');
  return joined([
    printable`${n(files)} ${files === 1 ? 'file' : 'files'} in ${seconds} s: ${n(added)} records new, `,
    printable`${n(updated)} changed, ${n(unchanged)} known, ${n(rejected)} rejected; ${n(works)} works touched\n`,
    ...failed.map(({ file, line }) => notRead(file, line)),
  ]);
}

function notRead(file: string, line: number): Printable {
  if (line === 0) return printable`not read: ${file}\n`;
  return printable`not read to its end: ${file} (rows up to line ${line.toLocaleString('en')} are kept)\n`;
}

function nameOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
