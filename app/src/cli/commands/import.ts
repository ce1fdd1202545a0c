// `quire import`: files of papers into the library, here or by the server that owns it.

import { resolve } from 'node:path';
import { Command } from 'commander';
import { grouped } from '../../output/numbers.ts';
import { joined, type Printable, printable } from '../../output/printable.ts';
import type { IngestReport } from '../../services/index.ts';
import { importInto } from '../import-into.ts';
import { ImportTally } from '../import-tally.ts';
import { watchImport } from '../import-watch.ts';
import { databaseOf, EXIT, type Exit, type Io, json } from '../io.ts';
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
    .option(
      '--json',
      'print one JSON object: files, failed, added, updated, unchanged, rejected, works, indexed, seconds',
    )
    .addHelpText(
      'after',
      `
A row needs a title; id, abstract, authors, published (YYYY, YYYY-MM or YYYY-MM-DD), venue, url, doi, keywords,
daily, upvotes, comments and other fields are taken where they are there. A row that cannot be read or breaks a rule of
"quire import" in docs/cli.md is reported with file, line and reason, and the other rows are read. A file that cannot be
read to its end is reported: its rows up to there are kept, and the next file is read. An import that was stopped goes
on where it stopped when it is given again. While "quire serve" owns the library, the server does the work; when it
ends, the import goes on here.
${examples([
  ['quire import arxiv.jsonl.gz acl-anthology.jsonl.gz', 'two files, each its own source'],
  ['quire import mine.jsonl --source mine --data-dir ~/papers', 'a name and a place of your own'],
])}
Exit codes: 0 all rows read, 4 some rows rejected, 1 a file could not be read to its end, 130 stopped.`,
    )
    .action(async (files: readonly string[], options: Options) => {
      const tally = new ImportTally();
      const start = performance.now();
      try {
        const report = await runImport(io, files, options, tally);
        const seconds = Math.round((performance.now() - start) / 100) / 10;
        if (options.json) await json(io, { ...report, seconds, peakRssBytes: process.resourceUsage().maxRSS * 1024 });
        else await io.out(summary(report, seconds));
        finish(exitOf(report));
      } catch (error) {
        if (io.signal.aborted) io.err(tally.stopped());
        throw error;
      }
    });

async function runImport(
  io: Io,
  files: readonly string[],
  { dataDir, source, again }: Options,
  tally: ImportTally,
): Promise<IngestReport> {
  const watch = watchImport(io);
  const paths = files.map((file) => resolve(file));
  try {
    const work = { paths, ...(source !== undefined && { source }), ...(again && { again }) };
    return await importInto(resolve(dataDir), work, {
      signal: io.signal,
      database: databaseOf(io),
      note: watch.note,
      onEvent: (event) => {
        tally.add(event);
        watch.onEvent(event);
      },
    });
  } finally {
    watch.end();
  }
}

function exitOf({ failed, rejected }: IngestReport): Exit {
  if (failed.length > 0) return EXIT.failed;
  return rejected > 0 ? EXIT.rejected : EXIT.ok;
}

function summary(report: IngestReport, seconds: number): Printable {
  const { files, failed, added, updated, unchanged, rejected, works, indexed } = report;
  const n = grouped;
  return joined([
    printable`${n(files)} ${files === 1 ? 'file' : 'files'} in ${seconds} s: ${n(added)} records new, `,
    printable`${n(updated)} changed, ${n(unchanged)} known, ${n(rejected)} rejected; ${n(works)} works touched\n`,
    ...failed.map(({ file, line }) => notRead(file, line)),
    ...(indexed ? [] : [NOT_INDEXED]),
  ]);
}

const NOT_INDEXED = printable`The papers are stored. Another process writes the index; it, a server or the next command will index them.\n`;

function notRead(file: string, line: number): Printable {
  if (line === 0) return printable`not read: ${file}\n`;
  return printable`not read to its end: ${file} (rows up to line ${grouped(line)} are kept)\n`;
}
