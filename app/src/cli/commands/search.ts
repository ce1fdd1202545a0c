// `quire search`: the same results as on the site's search page.

import { EngineError } from '@quire/engine/core';
import { Command } from 'commander';
import type { Format } from '../../formats/index.ts';
import { joined, type Printable, printable } from '../../output/printable.ts';
import type { SearchHit, SearchPage } from '../../services/index.ts';
import { OPERATORS } from '../../services/index.ts';
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
    .option('--sort <order>', 'relevance, date or votes', 'relevance')
    .option('--facets', 'count years, categories, venues, organisations and sources')
    .option('--exact', 'search every word as it is typed, also one that no paper has')
    .option('--json', 'print one JSON object: hits with work, reason, score and sentence; total, facets, notes, ms')
    .addHelpText(
      'after',
      `${examples([
        ['quire search 2511.16528', 'an id, a DOI or an address: that paper first'],
        [`quire search '"dense retrieval" negatives'`, 'papers with the phrase first'],
        ['quire search year:2024 -n 50', 'conditions alone: all that fulfil them, newest first'],
        ['quire search late interaction --format ris', 'the hits as RIS'],
        ['quire search how do I compress an index --json', 'a question, as JSON'],
        ['quire search org:NVIDIA has:code --sort votes --facets', 'conditions, the most votes first, with counts'],
        ['quire search papers like 2511.16528', 'papers near a paper'],
      ])}
Operators:
${OPERATORS.map(({ example, meaning }) => `  ${example.padEnd(20)} ${meaning}`).join('\n')}

Exit codes: 0 hits, 3 none, 5 a row is damaged.`,
    )
    .action(async (words: readonly string[], options: Options) => {
      const { limit, offset, facets = false, exact = false } = options;
      const mode = oneOf('--mode', options.mode, ['hybrid', 'lexical', 'dense']);
      const sort = oneOf('--sort', options.sort, ['relevance', 'date', 'votes']);
      const { format } = options;
      if (format !== undefined && sort !== 'relevance') {
        throw new EngineError('INVALID_ARGUMENT', `--sort ${sort} is given with --format`, {
          hint: 'A format lists hits in order of relevance: leave one of the two out.',
        });
      }
      if (format !== undefined) {
        const list = { kind: 'search' as const, query: words.join(' ') };
        const exit = await withLibrary(io, options.dataDir, ({ services }) =>
          writeFormat(services, list, format, { limit, offset, signal: io.signal }, (text) => io.out(text)),
        );
        finish(exit ?? EXIT.nothing);
        return;
      }
      const page = await withLibrary(io, options.dataDir, ({ services }) =>
        services.search(words.join(' '), { limit, offset, mode, sort, facets, exact, signal: io.signal }),
      );
      if (page.query.trim() === '') io.err(printable`note: the query is empty; give some words.\n`);
      if (options.json) await json(io, page);
      else await io.out(shown(page, io.columns));
      for (const note of options.json ? [] : notesOf(page)) io.err(printable`note: ${note}\n`);
      finish(exitWith(io, page, page.hits.length > 0 ? EXIT.ok : EXIT.nothing));
    });

interface Options {
  readonly dataDir: string;
  readonly limit: number;
  readonly offset: number;
  readonly mode: string;
  readonly sort: string;
  readonly facets?: boolean;
  readonly exact?: boolean;
  readonly json?: boolean;
  readonly format?: Format;
}

function oneOf<T extends string>(option: string, text: string, values: readonly T[]): T {
  const found = values.find((value) => value === text);
  if (found !== undefined) return found;
  throw new EngineError('INVALID_ARGUMENT', `${option} is ${text}`, {
    hint: `Choose ${values.slice(0, -1).join(', ')} or ${values.at(-1)}.`,
  });
}

/** What the page says beside the hits, as sentences. */
function notesOf({ notes, replaced, suggestion, missing, help = [] }: SearchPage): readonly string[] {
  return [
    ...(missing === undefined ? [] : [`This library has no paper ${missing.name}. Nothing else was searched.`]),
    ...notes,
    ...replaced.map(
      ({ typed, instead }) =>
        `No paper has “${typed}”; ${instead.join(', ')} searched instead (--exact searches it as typed).`,
    ),
    ...(suggestion === undefined ? [] : [`Did you mean: ${suggestion}`]),
    ...help.map(
      ({ without, query, total, more }) => `Without ${without} there are ${total}${more ? ' or more' : ''}: ${query}`,
    ),
  ];
}

function shown(page: SearchPage, columns: number | undefined): Printable {
  if (page.hits.length === 0) return printable`Nothing found.\n`;
  return joined([hitsOf(page, columns), facetsOf(page, columns)]);
}

/** A line for each value: its group, how many papers, and the query that it makes. */
function facetsOf({ facets }: SearchPage, columns: number | undefined): Printable {
  if (facets === undefined) return printable``;
  const rows = facets.groups.flatMap(({ name, values }) =>
    values.map(({ value, papers, query }) => [name, value, papers.toLocaleString('en'), query]),
  );
  return rows.length === 0 ? printable`` : joined([printable`\n`, table(rows, { columns, stretch: 3 })]);
}

function hitsOf(page: SearchPage, columns: number | undefined): Printable {
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
      : printable`\n${page.total.toLocaleString('en')}${page.more ? ' or more' : ''} found in ${page.ms.toFixed(0)} ms (${orderOf(page)})\n`;
  return joined([table(rows, { columns, stretch: 4 }), foot]);
}

function orderOf({ hits, sort, pipeline }: SearchPage): string {
  if (sort === 'votes') return 'most votes first';
  return sort === 'date' || hits[0]?.reason === 'condition' ? 'newest first' : pipeline;
}

function dateOf({ work }: SearchHit): string {
  return work.published?.date ?? work.day ?? '-';
}
