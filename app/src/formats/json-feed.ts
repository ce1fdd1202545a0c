// JSON Feed 1.1, the twin of the Atom feed.

import { jsonOf } from '../output/characters.ts';
import type { Work } from '../papers/index.ts';
import { doiOf, entryId, line, momentOf, originOf, pageOf, pdfOf, summaryOf } from './entry.ts';
import type { Format, ListFacts, Works } from './format.ts';

export const jsonFeed: Format = {
  name: 'json-feed',
  extension: '.json',
  contentType: 'application/feed+json; charset=utf-8',
  mediaTypes: ['application/feed+json', 'application/json'],
  kind: 'feed',
  write: feed,
};

async function* feed(works: Works, list: ListFacts): AsyncGenerator<string> {
  const head = {
    version: 'https://jsonfeed.org/version/1.1',
    title: `${list.title} · ${list.siteTitle}`,
    home_page_url: list.site + list.page,
    feed_url: list.site + list.self,
    ...(list.next !== undefined && { next_url: list.site + list.next }),
    ...(list.total !== undefined && { _quire: { total: list.total, offset: list.offset ?? 0 } }),
  };
  yield `${jsonOf(head).slice(0, -1)},"items":[`;
  let before = '\n';
  for await (const work of works) {
    yield before + jsonOf(item(work, list));
    before = ',\n';
  }
  yield '\n]}\n';
}

function item(work: Work, list: ListFacts): Readonly<Record<string, unknown>> {
  const [origin, pdf, doi, date] = [originOf(work), pdfOf(work), doiOf(work), momentOf(work)];
  const [claim, text] = [line(work.tldr ?? ''), summaryOf(work)];
  return {
    id: entryId(work, list),
    url: pageOf(work, list),
    ...(origin !== undefined && { external_url: origin }),
    title: line(work.title),
    ...(claim !== '' && { summary: claim }),
    content_text: text === '' ? line(work.title) : text,
    ...(date !== undefined && { date_published: date }),
    ...(work.authors.length > 0 && { authors: work.authors.map((name) => ({ name: line(name) })) }),
    tags: [...work.categories, ...work.keywords].map(line),
    ...(pdf !== undefined && { attachments: [{ url: pdf, mime_type: 'application/pdf' }] }),
    _quire: {
      key: work.key,
      votes: work.upvotes,
      comments: work.comments,
      ...(work.arxivId !== undefined && { arxiv: work.arxivId }),
      ...(doi !== undefined && { doi }),
    },
  };
}
