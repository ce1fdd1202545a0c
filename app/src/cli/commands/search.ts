// `quire search`: the same results as on the site's search page.

import { EngineError } from '@quire/engine/core';
import { Command } from 'commander';
import type { Format } from '../../formats/index.ts';
import { joined, type Printable, printable } from '../../output/printable.ts';
import type { SearchHit, SearchOptions, SearchPage } from '../../services/index.ts';
import { exitWith } from '../damage.ts';
import { formatOption, writeFormat } from '../format-option.ts';
import { EXIT, json, table } from '../io.ts';
import { dataDirOption, examples, type Verb, whole } from '../verb.ts';
import { withLibrary } from '../with-library.ts';

export const searchCommand: Verb = (io, finish) =>
  new Command('search')
    .description('Find papers: by id, title, "quoted phrase", author, words or meaning')
    .argument('<query...>', 'any text; words are joined by blanks')
    .addOption(dataDirOption())
    .option('-n, --limit <number>', 'how many hits (1 to 100)', whole(1, 100), 10)
    .option('--offset <number>', 'leave out so many', whole(0, 10_000), 0)
    .option('--mode <mode>', 'hybrid, lexical or dense', 'hybrid')
    .addOption(formatOption())
    .option('--json', 'print one JSON object: hits with work, reason, score and sentence; total, pipeline, notes, ms')
    .addHelpText(
      'after',
      `${examples([
        ['quire search 2511.16528', 'an id, a DOI or an address: that paper first'],
        [`quire search '"dense retrieval" negatives'`, 'papers with the phrase first'],
        ['quire search year:2024 -n 50', 'conditions alone: all that fulfil them, newest first'],
        ['quire search late interaction --format ris', 'the hits as RIS'],
        ['quire search how do I compress an index --json', 'a question, as JSON'],
      ])}
Exit codes: 0 hits, 3 none, 5 a row is damaged.`,
    )
    .action(
      async (
        words: readonly string[],
        options: { dataDir: string; limit: number; offset: number; mode: string; json?: boolean; format?: Format },
      ) => {
        const { limit, offset } = options;
        const mode = modeOf(options.mode);
        const { format } = options;
        if (format !== undefined) {
          const list = { kind: 'search' as const, query: words.join(' ') };
          const exit = await withLibrary(io, options.dataDir, ({ services }) =>
            writeFormat(services, list, format, { limit, offset, signal: io.signal }, (text) => io.out(text)),
          );
          finish(exit ?? EXIT.nothing);
          return;
        }
        const page = await withLibrary(io, options.dataDir, ({ services }) =>
          services.search(words.join(' '), { limit, offset, mode, signal: io.signal }),
        );
        if (page.query.trim() === '') io.err(printable`note: the query is empty; give some words.\n`);
        if (options.json) await json(io, page);
        else await io.out(shown(page, io.columns));
        for (const note of options.json ? [] : page.notes) io.err(printable`note: ${note}\n`);
        finish(exitWith(io, page, page.hits.length > 0 ? EXIT.ok : EXIT.nothing));
      },
    );

function modeOf(text: string): NonNullable<SearchOptions['mode']> {
  if (text === 'hybrid' || text === 'lexical' || text === 'dense') return text;
  throw new EngineError('INVALID_ARGUMENT', `--mode is ${text}`, {
    hint: 'Choose hybrid, lexical or dense.',
  });
}

function shown(page: SearchPage, columns: number | undefined): Printable {
  if (page.hits.length === 0) return printable`Nothing found.\n`;
  const rows = page.hits.map((hit, i) => [
    `${page.offset + i + 1}`,
    dateOf(hit),
    hit.reason,
    hit.work.key,
    hit.work.title,
  ]);
  const foot =
    columns === undefined
      ? printable``
      : printable`\n${page.total.toLocaleString('en')}${page.more ? ' or more' : ''} found in ${page.ms.toFixed(0)} ms (${page.hits[0]?.reason === 'condition' ? 'newest first' : page.pipeline})\n`;
  return joined([table(rows, { columns, stretch: 4 }), foot]);
}

function dateOf({ work }: SearchHit): string {
  return work.published?.date ?? work.day ?? '-';
}
