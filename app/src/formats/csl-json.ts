// CSL-JSON: an array of items for reference managers and citation processors. `article` is the type of a preprint.

import { jsonOf } from '../output/characters.ts';
import type { Work } from '../papers/index.ts';
import { keysOfFile } from './citation-key.ts';
import { doiOf, isJournal, line, originOf, summaryOf, venueOf } from './entry.ts';
import type { Format, Works } from './format.ts';
import { personName } from './person-name.ts';

export const cslJson: Format = {
  name: 'csl-json',
  extension: '.csl.json',
  contentType: 'application/vnd.citationstyles.csl+json; charset=utf-8',
  mediaTypes: ['application/vnd.citationstyles.csl+json'],
  kind: 'data',
  write: items,
};

async function* items(works: Works): AsyncGenerator<string> {
  const keyOf = keysOfFile();
  let before = '[';
  for await (const work of works) {
    yield `${before}\n${jsonOf(cslItem(work, keyOf(work)))}`;
    before = ',';
  }
  yield before === '[' ? '[]\n' : '\n]\n';
}

function cslItem(work: Work, id: string): Readonly<Record<string, unknown>> {
  const venue = venueOf(work);
  const date = work.published?.date ?? (work.year === undefined ? undefined : String(work.year));
  const abstract = summaryOf(work);
  const [doi, url] = [doiOf(work), originOf(work)];
  return {
    id,
    type: venue === undefined ? 'article' : isJournal(venue) ? 'article-journal' : 'paper-conference',
    title: line(work.title),
    ...(work.authors.length > 0 && { author: work.authors.map((name) => personName(line(name))) }),
    ...(date !== undefined && { issued: { 'date-parts': [date.split('-').map(Number)] } }),
    ...(venue !== undefined && { 'container-title': venue }),
    ...(work.arxivId !== undefined && { publisher: 'arXiv', number: `arXiv:${work.arxivId}` }),
    ...(doi !== undefined && { DOI: doi }),
    ...(url !== undefined && { URL: url }),
    ...(abstract !== '' && { abstract }),
    ...(work.keywords.length + work.categories.length > 0 && {
      keyword: [...work.categories, ...work.keywords].map(line).join(', '),
    }),
  };
}
