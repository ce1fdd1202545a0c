// BibTeX, UTF-8: `@misc` for preprints, `@article` and `@inproceedings` for what has a venue (product.md 4.7).

import type { Work } from '../papers/index.ts';
import { keysOfFile } from './citation-key.ts';
import { doiOf, isJournal, line, originOf, venueOf } from './entry.ts';
import type { Format, Works } from './format.ts';
import { titleToLatex, toLatex } from './latex.ts';
import { inverted, personName } from './person-name.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

export const bibtex: Format = {
  name: 'bibtex',
  extension: '.bib',
  contentType: 'application/x-bibtex; charset=utf-8',
  mediaTypes: ['application/x-bibtex', 'text/x-bibtex'],
  kind: 'data',
  write: entries,
};

async function* entries(works: Works): AsyncGenerator<string> {
  const keyOf = keysOfFile();
  let first = true;
  for await (const work of works) {
    yield (first ? '' : '\n') + bibtexEntry(work, keyOf(work));
    first = false;
  }
}

/** One entry, with a line break at its end. */
export function bibtexEntry(work: Work, key: string): string {
  const venue = venueOf(work);
  const type = venue === undefined ? 'misc' : isJournal(venue) ? 'article' : 'inproceedings';
  const [year, month] = (work.published?.date ?? '').split('-');
  const fields: readonly (readonly [name: string, value: string | undefined])[] = [
    ['title', `{${titleToLatex(line(work.title))}}`],
    ['author', work.authors.length === 0 ? undefined : `{${work.authors.map(authorOf).join(' and ')}}`],
    ['journal', type === 'article' && venue !== undefined ? `{${toLatex(venue)}}` : undefined],
    ['booktitle', type === 'inproceedings' && venue !== undefined ? `{${toLatex(venue)}}` : undefined],
    ['year', year ? `{${year}}` : work.year === undefined ? undefined : `{${work.year}}`],
    ['month', month === undefined ? undefined : MONTHS[Number(month) - 1]],
    ['eprint', work.arxivId === undefined ? undefined : `{${work.arxivId}}`],
    ['archivePrefix', work.arxivId === undefined ? undefined : '{arXiv}'],
    [
      'primaryClass',
      work.arxivId === undefined || !work.categories[0] ? undefined : `{${toLatex(work.categories[0])}}`,
    ],
    ['doi', verbatim(doiOf(work))],
    ['url', verbatim(originOf(work))],
  ];
  const lines = fields.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(13)} = ${value}`]));
  return `@${type}{${key},\n${lines.join(',\n')}\n}\n`;
}

/** A name with "and" in it is one name only inside braces. */
function authorOf(name: string): string {
  const text = line(name);
  const parts = personName(text);
  if (parts.given === undefined || /\sand\s/i.test(text)) return `{${toLatex(text)}}`;
  return toLatex(inverted(parts));
}

/** Addresses and DOIs are read as they stand; braces in them would end the field. */
function verbatim(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  return `{${text.replace(/[{}\\\s]/g, encodeURIComponent)}}`;
}
