// CSV (RFC 4180, UTF-8, CR LF): one line a paper, lists joined by "; ". A field that a spreadsheet would run as a formula
// begins with an apostrophe, which the spreadsheet does not show.

import type { Work } from '../papers/index.ts';
import { doiOf, line, originOf, summaryOf } from './entry.ts';
import type { Format, Works } from './format.ts';

const COLUMNS: readonly (readonly [name: string, value: (work: Work) => string | number | undefined])[] = [
  ['key', (w) => w.key],
  ['title', (w) => w.title],
  ['authors', (w) => w.authors.map(line).join('; ')],
  ['organization', (w) => w.organization],
  ['published', (w) => w.published?.date],
  ['day', (w) => w.day],
  ['venue', (w) => w.venue],
  ['arxiv', (w) => w.arxivId],
  ['doi', doiOf],
  ['url', originOf],
  ['code', (w) => w.github],
  ['categories', (w) => w.categories.join('; ')],
  ['keywords', (w) => w.keywords.join('; ')],
  ['upvotes', (w) => w.upvotes],
  ['comments', (w) => w.comments],
  ['citations', (w) => w.citations],
  ['tldr', (w) => w.tldr],
  ['abstract', summaryOf],
];

export const csv: Format = {
  name: 'csv',
  extension: '.csv',
  contentType: 'text/csv; charset=utf-8; header=present',
  mediaTypes: ['text/csv'],
  kind: 'data',
  write: async function* (works: Works) {
    yield row(COLUMNS.map(([name]) => name));
    for await (const work of works) yield row(COLUMNS.map(([, value]) => line(String(value(work) ?? ''))));
  },
};

function row(fields: readonly string[]): string {
  return `${fields.map(field).join(',')}\r\n`;
}

function field(text: string): string {
  const safe = /^[=+\-@]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
