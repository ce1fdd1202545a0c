// `quire list`: a day's papers, or the newest ones.

import { Command, Option } from 'commander';
import type { Format } from '../../formats/index.ts';
import { grouped } from '../../output/numbers.ts';
import { joined, printable } from '../../output/printable.ts';
import type { Work } from '../../papers/index.ts';
import type { DayPage, ListPage } from '../../services/index.ts';
import { exitWith } from '../damage.ts';
import { formatOption, writeFormat } from '../format-option.ts';
import { EXIT, json, table } from '../io.ts';
import { dataDirOption, examples, type Verb, whole } from '../verb.ts';
import { withStore } from '../with-library.ts';

export const listCommand: Verb = (io, finish) =>
  new Command('list')
    .description('List papers: the newest day, another day, or all, newest first')
    .addOption(dataDirOption())
    .option('--day <day>', 'YYYY-MM-DD or "newest"')
    .addOption(new Option('--all', 'every paper, not one day').conflicts('day'))
    .option('-n, --limit <number>', 'how many (1 to 100)', whole(1, 100), 20)
    .option('--offset <number>', 'leave out so many', whole(0, 10_000), 0)
    .addOption(formatOption())
    .option('--json', 'print one JSON object: day, previous, next, total, works (an array of works with --all)')
    .addHelpText(
      'after',
      `${examples([
        ['quire list', 'the newest day that has papers'],
        ['quire list --day 2026-04-06 -n 5', 'the five with most votes of that day'],
        ['quire list --format bibtex', 'the newest day as BibTeX; "quire export" writes whole lists'],
        ['quire list --all --json', 'the newest works as JSON'],
      ])}
Exit codes: 0 papers, 3 none, 5 a row is damaged.`,
    )
    .action(
      async (options: {
        dataDir: string;
        day?: string;
        all?: boolean;
        limit: number;
        offset: number;
        json?: boolean;
        format?: Format;
      }) => {
        const { limit, offset, format } = options;
        if (format !== undefined) {
          const list = options.all ? { kind: 'all' as const } : { kind: 'day' as const, day: options.day ?? 'newest' };
          const exit = await withStore(io, options.dataDir, ({ services }) =>
            writeFormat(services, list, format, { limit, offset, signal: io.signal }, (text) => io.out(text)),
          );
          finish(exit ?? EXIT.nothing);
          return;
        }
        const found = await withStore(io, options.dataDir, async ({ services }): Promise<DayPage | ListPage> => {
          if (options.all) return services.list({ offset, limit });
          const day = options.day === undefined || options.day === 'newest' ? await services.newestDay() : options.day;
          return day === undefined ? { works: [] } : services.papersOfDay(day, { offset, limit });
        });
        if (options.json) await json(io, options.all ? found.works : found);
        else
          await io.out(
            joined([
              'day' in found
                ? printable`${found.day}: ${grouped(found.total)} ${found.total === 1 ? 'paper' : 'papers'}\n`
                : printable``,
              table(found.works.map(rowOf), { columns: io.columns, stretch: 3 }),
            ]),
          );
        if (!options.json && !options.all && !('day' in found))
          io.err(printable`No paper here has a day. "quire list --all" lists every paper.\n`);
        finish(exitWith(io, found, found.works.length > 0 ? EXIT.ok : EXIT.nothing));
      },
    );

function rowOf(work: Work): readonly string[] {
  return [work.published?.date ?? work.day ?? '-', work.upvotes > 0 ? `▲${work.upvotes}` : '', work.key, work.title];
}
