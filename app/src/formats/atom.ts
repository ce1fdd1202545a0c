// Atom (RFC 4287) with the counts of OpenSearch 1.1 on lists of search results. The identifier and the time of an entry
// depend on the paper alone, so that a vote does not make an entry new; votes have an element of their own.

import type { Work } from '../papers/index.ts';
import { doiOf, entryId, line, listId, momentOf, originOf, pageOf, pdfOf, summaryOf } from './entry.ts';
import type { Format, ListFacts, Works } from './format.ts';
import { attributes, element, html, xmlText } from './xml.ts';

/** Atom needs a time for each entry; a paper without any date has this one. */
const UNDATED = '1970-01-01T00:00:00Z';

export const atom: Format = {
  name: 'atom',
  extension: '.atom',
  contentType: 'application/atom+xml; charset=utf-8',
  mediaTypes: ['application/atom+xml', 'application/rss+xml'],
  kind: 'feed',
  write: feed,
};

async function* feed(works: Works, list: ListFacts): AsyncGenerator<string> {
  // The head states the newest time, so the entries of this page are read first.
  const page: Work[] = [];
  for await (const work of works) page.push(work);
  yield head(page, list);
  for (const work of page) yield entry(work, list);
  yield '</feed>\n';
}

function head(page: readonly Work[], list: ListFacts): string {
  const newest = page.map(updatedOf).sort().at(-1) ?? UNDATED;
  const links = [
    { rel: 'self', type: 'application/atom+xml', href: list.site + list.self },
    { rel: 'alternate', type: 'text/html', href: list.site + list.page },
    ...(list.next === undefined ? [] : [{ rel: 'next', type: 'application/atom+xml', href: list.site + list.next }]),
  ];
  return [
    '<?xml version="1.0" encoding="utf-8"?>\n',
    '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"',
    ' xmlns:quire="urn:quire:papers:1">\n',
    element('id', listId(list)),
    element('title', `${list.title} · ${list.siteTitle}`),
    element('updated', newest),
    `  <author>${element('name', list.siteTitle).trim()}</author>\n`,
    ...links.map((link) => `  <link${attributes(link)}/>\n`),
    ...(list.total === undefined ? [] : counts(list.total, list.offset ?? 0, page.length)),
    ...(list.query === undefined
      ? []
      : [`  <opensearch:Query${attributes({ role: 'request', searchTerms: list.query })}/>\n`]),
  ].join('');
}

function counts(total: number, offset: number, length: number): readonly string[] {
  return [
    element('opensearch:totalResults', String(total)),
    element('opensearch:startIndex', String(offset)),
    element('opensearch:itemsPerPage', String(length)),
  ];
}

function entry(work: Work, list: ListFacts): string {
  const [page, origin, pdf, doi] = [pageOf(work, list), originOf(work), pdfOf(work), doiOf(work)];
  const links = [
    { rel: 'alternate', type: 'text/html', href: page },
    ...(origin === undefined ? [] : [{ rel: 'via', type: 'text/html', href: origin }]),
    ...(pdf === undefined ? [] : [{ rel: 'related', title: 'PDF', type: 'application/pdf', href: pdf }]),
    { rel: 'related', title: 'BibTeX', type: 'application/x-bibtex', href: twin(page, '.bib') },
  ];
  return [
    '  <entry>\n',
    element('id', entryId(work, list)),
    element('title', line(work.title)),
    element('updated', updatedOf(work)),
    ...(momentOf(work) === undefined ? [] : [element('published', updatedOf(work))]),
    ...work.authors.map((name) => `    <author><name>${xmlText(line(name))}</name></author>\n`),
    ...links.map((link) => `    <link${attributes(link)}/>\n`),
    ...[...work.categories, ...work.keywords].map((term) => `    <category${attributes({ term: line(term) })}/>\n`),
    `    <summary type="html">${xmlText(body(work))}</summary>\n`,
    `    <quire:paper${attributes({ votes: String(work.upvotes), comments: String(work.comments), ...(doi && { doi }), ...(work.arxivId && { arxiv: work.arxivId }) })}/>\n`,
    '  </entry>\n',
  ].join('');
}

/** `/papers/2604.21806` → `/papers/2604.21806.bib`; `/paper?id=x` → `/paper.bib?id=x`. */
function twin(page: string, extension: string): string {
  return page.replace(/(?=\?|$)/, extension);
}

function updatedOf(work: Work): string {
  return momentOf(work) ?? UNDATED;
}

function body(work: Work): string {
  const [claim, text] = [line(work.tldr ?? ''), summaryOf(work)];
  const paragraphs = claim === '' || claim === text ? [text] : [claim, text];
  return paragraphs
    .filter((paragraph) => paragraph !== '')
    .map((paragraph) => `<p>${html(paragraph)}</p>`)
    .join('');
}
