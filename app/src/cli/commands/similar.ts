// `quire similar`: the papers nearest to a paper.

import { Command } from 'commander';
import type { Format } from '../../formats/index.ts';
import { printable, printableJson } from '../../output/printable.ts';
import { exitWith } from '../damage.ts';
import { formatOption, writeFormat } from '../format-option.ts';
import { EXIT, json, table } from '../io.ts';
import { dataDirOption, examples, type Verb, whole } from '../verb.ts';
import { withLibrary } from '../with-library.ts';

export const similarCommand: Verb = (io, finish) =>
  new Command('similar')
    .description('List the papers nearest to one')
    .argument('<id>', 'any name that "quire show" takes')
    .addOption(dataDirOption())
    .option('-n, --limit <number>', 'how many (1 to 100)', whole(1, 100), 10)
    .addOption(formatOption())
    .option('--json', 'print a JSON array: work, reason (meaning or text), score')
    .addHelpText(
      'after',
      `${examples([['quire similar 2511.16528 -n 5', 'the five nearest']])}\nExit codes: 0 found, 3 no such paper or nothing near it, 5 a row is damaged.`,
    )
    .action(async (id: string, options: { dataDir: string; limit: number; json?: boolean; format?: Format }) => {
      const { format, limit } = options;
      if (format !== undefined) {
        const exit = await withLibrary(io, options.dataDir, ({ services }) =>
          writeFormat(services, { kind: 'similar', id }, format, { limit }, (text) => io.out(text)),
        );
        if (exit === undefined) io.err(printable`No paper is called ${printableJson(id)} here.\n`);
        finish(exit ?? EXIT.nothing);
        return;
      }
      const found = await withLibrary(io, options.dataDir, ({ services }) =>
        services.similar(id, { limit: options.limit }),
      );
      const hits = found?.hits;
      if (hits === undefined) io.err(printable`No paper is called ${printableJson(id)} here.\n`);
      if (hits?.length === 0) {
        io.err(printable`note: no paper is near ${printableJson(id)}; a text without words has no neighbours.\n`);
      }
      if (options.json) await json(io, hits ?? null);
      else
        await io.out(
          table(
            (hits ?? []).map(({ work, score, reason }) => [score.toFixed(3), reason, work.key, work.title]),
            { columns: io.columns, stretch: 3 },
          ),
        );
      finish(exitWith(io, found ?? {}, hits === undefined || hits.length === 0 ? EXIT.nothing : EXIT.ok));
    });
