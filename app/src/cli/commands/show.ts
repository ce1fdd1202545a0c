// `quire show`: one paper in full.

import { Command } from 'commander';
import type { Work } from '../../papers/index.ts';
import { EXIT, json, wrap } from '../io.ts';
import { dataDirOption, examples, type Verb } from '../verb.ts';
import { withStore } from '../with-library.ts';

export const showCommand: Verb = (io, finish) =>
  new Command('show')
    .description('Show one paper')
    .argument('<id>', "a work's key, arXiv id, DOI, address, or a source's own id")
    .addOption(dataDirOption())
    .option('--json', 'print one JSON object: work, and others that the same id names')
    .addHelpText(
      'after',
      `${examples([
        ['quire show 2511.16528', 'by arXiv id'],
        ['quire show https://doi.org/10.18653/v1/2022.findings-emnlp.19 --json', 'by address, as JSON'],
      ])}
Exit codes: 0 shown, 3 no such paper.`,
    )
    .action(async (id: string, options: { dataDir: string; json?: boolean }) => {
      const view = await withStore(io, options.dataDir, ({ services }) => services.paper(id));
      if (view === undefined) {
        io.err(`No paper is called ${JSON.stringify(id)} here.\n`);
        if (options.json) await json(io, null);
        finish(EXIT.nothing);
        return;
      }
      if (options.json) await json(io, view);
      else
        await io.out(
          shown(view.work, io.columns ?? 100) +
            view.others.map((work) => `\nThe same id names: ${work.key}  ${work.title}\n`).join(''),
        );
      finish(EXIT.ok);
    });

function shown(work: Work, columns: number): string {
  const width = Math.min(columns, 100);
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['key', work.key],
    ['date', work.published?.date],
    ['listed', work.day],
    ['venue', work.venue],
    ['categories', work.categories.join(', ')],
    ['keywords', work.keywords.join(', ')],
    ['doi', work.doi],
    ['address', work.url],
    ['code', work.github],
    ['votes', work.upvotes > 0 ? `${work.upvotes}` : undefined],
    ['sources', work.sources.map(({ source, id }) => (id === '' ? source : `${source}:${id}`)).join(', ')],
  ];
  const people =
    work.authors.length > 0
      ? work.authors.join(', ')
      : work.authorCount === undefined
        ? ''
        : `${work.authorCount} authors`;
  const lines = facts.flatMap(([name, value]) =>
    value ? [name.padEnd(12) + wrap(value, width, ' '.repeat(12)).trimStart()] : [],
  );
  const head = [wrap(work.title, width), wrap(people, width)].filter((part) => part !== '');
  return `${[...head, '', wrap(work.abstract || '(no abstract)', width), '', ...lines].join('\n')}\n`;
}
