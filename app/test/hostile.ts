// Records that try to break an output: control characters, bidirectional overrides, markup, strange ids, and size.

import type { Work } from '../src/papers/index.ts';
import type { Row } from './papers.ts';

/** One of each kind: C0 with ESC and BEL, C1 with CSI and OSC, DEL, overrides, isolates, separators, marks, tags. */
export const EVIL =
  '\u0000\u0007\b\u001b[2J\u001b]0;t\u0007\u007f\u0085\u009b31m\u009d\u202e\u202d\u2066\u2069\u2028\u2029\u200f\u200e\u061c\u{e0041}';

/** `word` with hostile characters before, inside and behind it. */
export function evil(word: string): string {
  return `${EVIL}${word.slice(0, 2)}${EVIL}\r\n\t${word.slice(2)}${EVIL}`;
}

/** A record with hostile text in every field that takes text. */
export const HOSTILE_ROW: Row = {
  id: evil('identifier'),
  title: `Retrieval ${evil('title')}`,
  abstract: `Retrieval ${evil('abstract')}. A second sentence ${evil('more')}.`,
  authors: [evil('Ada Example'), evil('Bo Sample')],
  published: '2025-03-18',
  daily: '2025-03-18',
  venue: evil('venue'),
  url: `https://example.org/${evil('address')}`,
  github: `https://example.org/${evil('code')}`,
  projectPage: `https://example.org/${evil('project')}`,
  keywords: [evil('keyword'), 'cs.IR'],
  awards: [evil('award')],
  tldr: evil('tldr'),
  organization: evil('organization'),
  status: evil('status'),
  comment: evil('comment'),
  upvotes: 3,
};

export const PLAIN_WORK: Work = {
  key: 'arxiv:2503.00001',
  title: 'Small Indexes for Big Questions',
  abstract: 'We compress the index of a search engine. Queries stay fast.',
  textSource: 'arxiv',
  authors: ['Ada Example', 'Bo Sample'],
  authorCount: 2,
  published: { date: '2025-03-18', precision: 'day' },
  day: '2025-03-18',
  year: 2025,
  arxivId: '2503.00001',
  categories: ['cs.IR'],
  keywords: ['indexes'],
  awards: [],
  upvotes: 1,
  comments: 0,
  sources: [{ source: 'arxiv', id: '2503.00001' }],
};

/** A work larger than any that an import accepts, made of `filler`. */
export function hugeWork(filler = 'x'): Work {
  const many = (count: number, name: string) =>
    Array.from({ length: count }, (_, i) => `${name} ${i} ${filler.repeat(1_000)}`);
  const long = (name: string) => `${name} ${filler.repeat(50_000)}`;
  const address = (length: number) => `https://example.org/${filler.repeat(length)}`;
  const authors = many(100_000, 'Author');
  return {
    ...PLAIN_WORK,
    title: long('Title'),
    abstract: `${filler.repeat(4)} `.repeat(1_000_000 / filler.length),
    authors,
    authorCount: authors.length,
    organization: long('Organization'),
    venue: long('Venue'),
    status: long('Status'),
    comment: long('Comment'),
    tldr: long('Summary'),
    doi: `10.1/${filler.repeat(490)}`,
    url: address(1_000_000),
    github: address(480),
    projectPage: address(1_900),
    keywords: many(10_000, 'keyword'),
    categories: many(10_000, 'category'),
    awards: many(10_000, 'award'),
    sources: many(10_000, 'source').map((source) => ({ source, id: filler.repeat(480), url: address(480) })),
  };
}
