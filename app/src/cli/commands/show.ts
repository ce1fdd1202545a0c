// `quire show`: one paper in full.

import { Command } from 'commander';
import type { Format } from '../../formats/index.ts';
import { type BoundedWork, bounded, PAGE, sizeIn } from '../../output/bounds.ts';
import { grouped } from '../../output/numbers.ts';
import { joined, type Printable, printable, printableJson } from '../../output/printable.ts';
import { exitWith } from '../damage.ts';
import { formatOption, writeFormat } from '../format-option.ts';
import { EXIT, json, wrap } from '../io.ts';
import { dataDirOption, examples, type Verb } from '../verb.ts';
import { withStore } from '../with-library.ts';

export const showCommand: Verb = (io, finish) =>
  new Command('show')
    .description('Show one paper')
    .argument('<id>', "a work's key, arXiv id, DOI, address, or a source's own id")
    .addOption(dataDirOption())
    .addOption(formatOption())
    .option('--json', 'print one JSON object: work, and others that the same id names')
    .addHelpText(
      'after',
      `${examples([
        ['quire show 2511.16528', 'by arXiv id'],
        ['quire show 2511.16528 --format bibtex', 'to cite it'],
        ['quire show https://doi.org/10.18653/v1/2022.findings-emnlp.19 --json', 'by address, as JSON'],
      ])}
Exit codes: 0 shown, 3 no such paper, 5 a row is damaged.`,
    )
    .action(async (id: string, options: { dataDir: string; json?: boolean; format?: Format }) => {
      const { format } = options;
      if (format !== undefined) {
        const exit = await withStore(io, options.dataDir, ({ services }) =>
          writeFormat(services, { kind: 'paper', id }, format, {}, (text) => io.out(text)),
        );
        if (exit === undefined) io.err(printable`No paper is called ${printableJson(id)} here.\n`);
        finish(exit ?? EXIT.nothing);
        return;
      }
      const view = await withStore(io, options.dataDir, ({ services }) => services.paper(id));
      if (view === undefined) {
        io.err(printable`No paper is called ${printableJson(id)} here.\n`);
        if (options.json) await json(io, null);
        finish(EXIT.nothing);
        return;
      }
      if (options.json) await json(io, view);
      else
        await io.out(
          joined([
            shown(bounded(view.work, PAGE), io.columns ?? 100),
            ...view.others.map((work) => printable`\nThe same id names: ${work.key}  ${work.title}\n`),
          ]),
        );
      finish(exitWith(io, view, EXIT.ok));
    });

function shown(work: BoundedWork, columns: number): Printable {
  const width = Math.min(columns, 100);
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['key', work.key],
    ['date', work.published?.date],
    ['listed', work.day],
    ['venue', work.venue],
    ['categories', listed(work.categories, sizeIn(work, 'categories'))],
    ['keywords', listed(work.keywords, sizeIn(work, 'keywords'))],
    ['doi', work.doi],
    ['address', work.url],
    ['code', work.github],
    ['votes', work.upvotes > 0 ? `${work.upvotes}` : undefined],
    ['sources', listed(work.sources.map(nameOf), sizeIn(work, 'sources'))],
  ];
  const lines = facts.flatMap(([name, value]) =>
    value ? [printable`${name.padEnd(LABEL)}${wrap(value, width, ' '.repeat(LABEL)).trimStart()}`] : [],
  );
  const people = peopleOf(work);
  const head = [wrap(work.title, width), ...(people === '' ? [] : [wrap(people, width)])];
  const abstract = wrap(work.abstract || '(no abstract)', width);
  const size = work.cut?.abstract;
  const rest = size === undefined ? [] : [printable`(cut here; the abstract has ${grouped(size)} characters)`];
  return printable`${joined([...head, BLANK, abstract, ...rest, BLANK, ...lines], '\n')}\n`;
}

/** Width of the names of facts. */
const LABEL = 12;
const BLANK = printable``;

function peopleOf(work: BoundedWork): string {
  if (work.authors.length > 0) return listed(work.authors, sizeIn(work, 'authors'));
  return work.authorCount === undefined ? '' : `${grouped(work.authorCount)} authors`;
}

function nameOf({ source, id }: BoundedWork['sources'][number]): string {
  return id === '' ? source : `${source}:${id}`;
}

function listed(entries: readonly string[], size: number): string {
  const rest = size - entries.length;
  return entries.join(', ') + (rest > 0 ? ` and ${grouped(rest)} more` : '');
}
