// `quire works`: folding without a store, for trainers and to preview an import.

import { Command } from 'commander';
import { printable, printableJson } from '../../output/printable.ts';
import { foldFiles } from '../../services/index.ts';
import { EXIT, table } from '../io.ts';
import { examples, type Verb } from '../verb.ts';

export const worksCommand: Verb = (io, finish) =>
  new Command('works')
    .description('Fold files of papers into works and print them, without a library')
    .argument('<file...>', 'JSON lines, plain or gzip')
    .option('--jsonl', 'one JSON object a line: key, title, abstract, textSource, sources, year and the rest')
    .option('--json', 'the same as --jsonl')
    .addHelpText(
      'after',
      `${examples([
        ['quire works arxiv.jsonl.gz acl-anthology.jsonl.gz --jsonl > works.jsonl', 'every work as one line'],
        ['quire works mine.jsonl', 'key, sources and title as a table'],
      ])}
Exit codes: 0 folded (rows that cannot be read are left out), 1 a file could not be read to its end.`,
    )
    .action(async (files: readonly string[], options: { jsonl?: boolean; json?: boolean }) => {
      const asJson = options.jsonl === true || options.json === true;
      for await (const work of foldFiles(files, io.signal)) {
        const names = [...new Set(work.sources.map(({ source }) => source))].join('+');
        await io.out(
          asJson
            ? printable`${printableJson(work)}\n`
            : table([[work.key, names, work.title]], { columns: undefined, stretch: 2 }),
        );
      }
      finish(EXIT.ok);
    });
