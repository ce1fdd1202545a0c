// RIS: two letters, two blanks, a hyphen, a blank; lines end with CR LF; TY first, ER last.

import type { Work } from '../papers/index.ts';
import { doiOf, isJournal, line, originOf, pdfOf, summaryOf, venueOf } from './entry.ts';
import type { Format, Works } from './format.ts';
import { inverted, personName } from './person-name.ts';

export const ris: Format = {
  name: 'ris',
  extension: '.ris',
  contentType: 'application/x-research-info-systems; charset=utf-8',
  mediaTypes: ['application/x-research-info-systems', 'application/x-ris'],
  kind: 'data',
  write: async function* (works: Works) {
    for await (const work of works) yield risEntry(work);
  },
};

/** One entry with an empty line behind it. */
function risEntry(work: Work): string {
  const venue = venueOf(work);
  const type = venue === undefined ? 'UNPB' : isJournal(venue) ? 'JOUR' : 'CPAPER';
  const date = work.published?.date ?? (work.year === undefined ? undefined : String(work.year));
  const [year, month = '', day = ''] = date?.split('-') ?? [];
  const fields: readonly (readonly [tag: string, value: string | undefined])[] = [
    ['TY', type],
    ['TI', line(work.title)],
    ...work.authors.map((name) => ['AU', inverted(personName(line(name)))] as const),
    ['PY', year],
    ['DA', year === undefined ? undefined : `${year}/${month}/${day}/`],
    [type === 'JOUR' ? 'JO' : 'T2', venue],
    ['AB', summaryOf(work) || undefined],
    ['DO', doiOf(work)],
    ['UR', originOf(work)],
    ['L1', pdfOf(work)],
    ['AN', work.arxivId === undefined ? undefined : `arXiv:${work.arxivId}`],
    ...[...work.categories, ...work.keywords].map((word) => ['KW', line(word)] as const),
  ];
  const lines = fields.flatMap(([tag, value]) => (value ? [`${tag}  - ${line(value)}`] : []));
  return `${[...lines, 'ER  - ', ''].join('\r\n')}\r\n`;
}
