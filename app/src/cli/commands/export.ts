// `quire export`: a whole list of papers in one format, to the output or into a file.

import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { EngineError } from '@quire/engine/core';
import { Command } from 'commander';
import { FORMATS, type Format, withoutExtension } from '../../formats/index.ts';
import { type Printable, printable, printableJson } from '../../output/printable.ts';
import { daysOfMonth, daysOfWeek, parseDate } from '../../papers/index.ts';
import type { PaperList } from '../../services/index.ts';
import { formatOption, writeFormat } from '../format-option.ts';
import { EXIT, type Exit } from '../io.ts';
import { dataDirOption, examples, type Verb, whole } from '../verb.ts';
import { withLibrary } from '../with-library.ts';

const LISTS =
  'all, newest, trending, a day (2026-04-24), a week (2026-W17), a month (2026-04), search WORDS, similar ID, paper ID';

interface Options {
  readonly dataDir: string;
  readonly format?: Format;
  readonly output?: string;
  readonly force?: boolean;
  readonly limit?: number;
  readonly offset: number;
}

export const exportCommand: Verb = (io, finish) =>
  new Command('export')
    .description('Write a whole list of papers as BibTeX, RIS, CSL-JSON, CSV, JSON lines, Markdown or a feed')
    .argument('<list...>', LISTS)
    .addOption(dataDirOption())
    .addOption(formatOption())
    .option('-o, --output <file>', 'write into this file; its end names the format')
    .option('--force', 'replace the file if it is there')
    .option('-n, --limit <number>', 'at most so many papers (1 to 10000)', whole(1, 10_000))
    .option('--offset <number>', 'leave out so many', whole(0, 10_000), 0)
    .addHelpText(
      'after',
      `${examples([
        ['quire export 2026-04-24 -o day.bib', 'the papers of a day as BibTeX'],
        ['quire export search late interaction --format ris', 'what a search finds as RIS'],
        ['quire export all --format jsonl > papers.jsonl', 'papers as "quire import" reads them again'],
        ['quire export similar 2604.21806 --format csv', 'the papers nearest to one'],
      ])}
Without --format and --output the format is jsonl.
Exit codes: 0 written, 3 no such list or no papers in it.`,
    )
    .action(async (words: readonly string[], options: Options) => {
      const list = listNamed(words);
      const format = options.format ?? formatOfFile(options.output);
      const part = {
        offset: options.offset,
        ...(options.limit !== undefined && { limit: options.limit }),
        signal: io.signal,
      };
      const exit = await withLibrary(io, options.dataDir, async ({ services }) => {
        if (options.output === undefined) return writeFormat(services, list, format, part, (text) => io.out(text));
        return intoFile(options.output, options.force === true, (write) =>
          writeFormat(services, list, format, part, write),
        );
      });
      if (exit === undefined) io.err(printable`There is no list ${printableJson(words.join(' '))} here.\n`);
      if (exit === EXIT.nothing) io.err(printable`note: the list has no papers.\n`);
      finish(exit ?? EXIT.nothing);
    });

function listNamed([first = '', ...rest]: readonly string[]): PaperList {
  const text = rest.join(' ');
  if (first === 'search' && text !== '') return { kind: 'search', query: text };
  if (first === 'similar' && text !== '') return { kind: 'similar', id: text };
  if (first === 'paper' && text !== '') return { kind: 'paper', id: text };
  if (text === '') {
    if (first === 'all' || first === 'trending') return { kind: first };
    if (daysOfWeek(first) !== undefined) return { kind: 'week', week: first };
    if (daysOfMonth(first) !== undefined) return { kind: 'month', month: first };
    const date = parseDate(first);
    if (first === 'newest' || (date?.precision === 'day' && date.date === first)) return { kind: 'day', day: first };
  }
  throw new EngineError('INVALID_ARGUMENT', `${JSON.stringify([first, ...rest].join(' '))} is not a list`, {
    hint: `Write one of: ${LISTS}.`,
  });
}

function formatOfFile(file: string | undefined): Format {
  const jsonl = FORMATS.find(({ name }) => name === 'jsonl');
  const found = file === undefined ? jsonl : withoutExtension(`/${file}`, FORMATS)?.format;
  if (found !== undefined) return found;
  throw new EngineError('INVALID_ARGUMENT', `The end of ${JSON.stringify(file)} names no format`, {
    hint: `End it with one of ${FORMATS.map(({ extension }) => extension).join(' ')}, or give --format.`,
  });
}

/** Writes beside the file and renames: a list that breaks off leaves what was there. */
async function intoFile(
  file: string,
  force: boolean,
  use: (write: (text: Printable) => Promise<void>) => Promise<Exit | undefined>,
): Promise<Exit | undefined> {
  if (existsSync(file) && !force) {
    throw new EngineError('INVALID_ARGUMENT', `${file} is already there`, {
      hint: 'Choose another file, or give --force.',
    });
  }
  const part = `${file}.part`;
  const stream = createWriteStream(part);
  try {
    await once(stream, 'open');
    const exit = await use(async ({ text }) => {
      if (!stream.write(text)) await once(stream, 'drain');
    });
    stream.end();
    await once(stream, 'finish');
    if (exit === EXIT.ok) await rename(part, file);
    return exit;
  } finally {
    stream.destroy();
    await rm(part, { force: true });
  }
}
