// JSON lines: one work a line, complete, as `quire import` reads it again.

import { jsonOf } from '../output/characters.ts';
import type { Work } from '../papers/index.ts';
import type { Format, Works } from './format.ts';

export const jsonl: Format = {
  name: 'jsonl',
  extension: '.jsonl',
  contentType: 'application/jsonl; charset=utf-8',
  mediaTypes: ['application/jsonl', 'application/x-ndjson', 'application/ndjson'],
  kind: 'data',
  write: async function* (works: Works) {
    for await (const work of works) yield `${jsonOf(recordOf(work))}\n`;
  },
};

/** A work as a record: the names of the fields are those that papers/record.ts reads. */
function recordOf(work: Work): Readonly<Record<string, unknown>> {
  const { categories, keywords, published, day, arxivId, ...rest } = work;
  return {
    id: arxivId ?? work.key,
    ...rest,
    ...(arxivId !== undefined && { arxiv: arxivId }),
    ...(published !== undefined && { published: published.date }),
    ...(day !== undefined && { daily: day }),
    keywords: [...categories, ...keywords],
  };
}
