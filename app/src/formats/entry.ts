// What several formats say about one paper: its addresses, its identifiers, its text on one line.

import { toHtml } from '../output/characters.ts';
import { paperPath, type Work } from '../papers/index.ts';
import type { ListFacts } from './format.ts';

/** Text from outside on one line, without control and reordering characters. TeX stays. */
export function line(text: string): string {
  return toHtml(text).replace(/\s+/g, ' ').trim();
}

/** The address of a paper's page. */
export function pageOf(work: Work, { site }: Pick<ListFacts, 'site'>): string {
  return site + paperPath(work.key);
}

/** The paper at its source: arXiv, DOI, or the address that a source gave, if that is an address of the web. */
export function originOf(work: Work): string | undefined {
  if (work.arxivId !== undefined) return `https://arxiv.org/abs/${work.arxivId}`;
  const given = work.url ?? (work.doi === undefined ? undefined : `https://doi.org/${encodeURI(work.doi)}`);
  return given !== undefined && URL.canParse(given) && /^https?:$/.test(new URL(given).protocol) ? given : undefined;
}

export function pdfOf({ arxivId }: Work): string | undefined {
  return arxivId === undefined ? undefined : `https://arxiv.org/pdf/${arxivId}`;
}

/** The DOI of the publication, or the one that arXiv registers for each paper. */
export function doiOf({ doi, arxivId }: Work): string | undefined {
  return doi ?? (arxivId === undefined ? undefined : `10.48550/arXiv.${arxivId}`);
}

/** `tag:` URI (RFC 4151) of a paper: the same in every list and at every time, whatever the votes. */
export function entryId(work: Work, { authority }: Pick<ListFacts, 'authority'>): string {
  return tag(authority, `paper/${work.key}`);
}

/** `tag:` URI of a list: its page without the part of it that is shown. */
export function listId({ authority, page }: ListFacts): string {
  const url = new URL(page, 'http://list');
  url.searchParams.delete('offset');
  url.searchParams.delete('limit');
  return tag(authority, `list${url.pathname}${url.search}`);
}

/** 2026 is the year from which the names are assigned, not a date of the paper. */
function tag(authority: string, name: string): string {
  return `tag:${authority},2026:${name.split('/').map(encodeURIComponent).join('/')}`;
}

/** When a paper appeared, as RFC 3339: the day of its list, else its date with the missing parts as their first. */
export function momentOf(work: Work): string | undefined {
  const date = work.day ?? work.published?.date;
  if (date === undefined) return undefined;
  const [year, month = '01', day = '01'] = date.split('-');
  return `${year}-${month}-${day}T00:00:00Z`;
}

/** The venue that published it; arXiv is a server of preprints, not a venue. */
export function venueOf({ venue }: Work): string | undefined {
  return venue === undefined || /^(?:arxiv|corr)\b/i.test(venue) ? undefined : line(venue);
}

/** A venue that is a journal by its name; all others are proceedings. */
export function isJournal(venue: string): boolean {
  return /\b(?:journal|transactions?|letters|review|magazine|annals|archives?|nature|science|plos|pnas|jmlr|tmlr|tacl|cl)\b/i.test(
    venue,
  );
}

/** What to show as the text of a paper. */
export function summaryOf(work: Work): string {
  return line(work.abstract === '' ? (work.tldr ?? '') : work.abstract);
}
