/// <reference path="../../test/citation-js.d.ts" />
// Each format is read back by a parser that others wrote, and gives the paper again.
import '@citation-js/plugin-bibtex';
import '@citation-js/plugin-ris';
import { plugins } from '@citation-js/core';
import { parse as parseCsv } from 'csv-parse/sync';
import fc from 'fast-check';
import { parseAtomFeed, parseJsonFeed } from 'feedsmith';
import { describe, expect, it } from 'vitest';
import { count, seed } from '../../../engine/test/support/env.ts';
import { isRejected, makeWork, readRecord, type Work } from '../papers/index.ts';
import { atom } from './atom.ts';
import { bibtex } from './bibtex.ts';
import { citationKey } from './citation-key.ts';
import { cslJson } from './csl-json.ts';
import { csv } from './csv.ts';
import type { Format, ListFacts, Works } from './format.ts';
import { FORMATS } from './index.ts';
import { jsonFeed } from './json-feed.ts';
import { jsonl } from './jsonl.ts';
import { toLatex } from './latex.ts';
import { markdown, paperMarkdown } from './markdown.ts';
import { personName } from './person-name.ts';
import { ris } from './ris.ts';

const LIST: ListFacts = {
  title: 'Papers of 24 April 2026',
  siteTitle: 'Daily Papers',
  site: 'http://127.0.0.1:4321',
  page: '/papers/date/2026-04-24?offset=2',
  self: '/papers/date/2026-04-24.atom?offset=2',
  next: '/papers/date/2026-04-24.atom?offset=4',
  authority: 'papers.example',
  total: 20,
  offset: 2,
};

const SMALL = work({
  id: '2611.04217',
  title: 'Small Indexes for Big Questions',
  abstract: 'We study small indexes. They answer 32 times faster.',
  tldr: 'Answers big questions with small indexes.',
  authors: ['Ada Example', 'Bo Sample'],
  published: '2026-11-18',
  keywords: ['cs.IR', 'cs.CL', 'dense retrieval'],
  upvotes: 37,
});
const HARD = work({
  id: '2611.04218',
  title: 'ColBERT & 100% of C# at $5: {braces}, under_score, ~tilde^2 and $O(n_1^2)$ <b>',
  abstract: 'Line one\r\nER  - \r\nTY  - JOUR',
  authors: ['Benjamin Van Durme', 'Émile von der Größe', 'Johnson and Johnson', 'Prince', 'John Smith Jr.'],
  published: '2026-11',
  venue: 'Journal of Tests',
  doi: '10.1234/x{1}',
  keywords: [],
});

function work(row: Readonly<Record<string, unknown>>): Work {
  const record = readRecord('test', row);
  if (isRejected(record)) throw new Error(record.reason);
  return makeWork([record]);
}

async function text(format: Format, works: Works, list: ListFacts = LIST): Promise<string> {
  let out = '';
  for await (const chunk of format.write(works, list)) out += chunk;
  return out;
}

interface Csl {
  readonly title?: string;
  readonly author?: readonly {
    readonly family?: string;
    readonly given?: string;
    readonly 'non-dropping-particle'?: string;
  }[];
  readonly DOI?: string;
  readonly issued?: { readonly 'date-parts'?: readonly (readonly number[])[] };
  readonly type?: string;
  readonly 'citation-key'?: string;
}
const chain = (data: string): readonly Csl[] => plugins.input.chain(data, { generateGraph: false }) as readonly Csl[]; // CSL by the library's contract

describe('BibTeX', () => {
  it('writes the entry of the specification', async () => {
    expect(await text(bibtex, [SMALL])).toBe(
      [
        '@misc{example2026small,',
        '  title         = {Small Indexes for Big Questions},',
        '  author        = {Example, Ada and Sample, Bo},',
        '  year          = {2026},',
        '  month         = nov,',
        '  eprint        = {2611.04217},',
        '  archivePrefix = {arXiv},',
        '  primaryClass  = {cs.IR},',
        '  doi           = {10.48550/arXiv.2611.04217},',
        '  url           = {https://arxiv.org/abs/2611.04217}',
        '}',
        '',
      ].join('\n'),
    );
  });

  it('is read back by an independent parser with titles, names and dates intact', async () => {
    const [small, hard] = chain(await text(bibtex, [SMALL, HARD]));
    expect(small).toMatchObject({
      title: 'Small Indexes for Big Questions',
      author: [
        { family: 'Example', given: 'Ada' },
        { family: 'Sample', given: 'Bo' },
      ],
      DOI: '10.48550/arXiv.2611.04217',
    });
    expect(small?.issued?.['date-parts']?.[0]?.slice(0, 2)).toEqual([2026, 11]);
    expect(hard?.type).toBe('article-journal');
    expect(hard?.title?.replace(/<[^>]*>/g, '')).toContain(
      'ColBERT & 100% of C# at $5: {braces}, under_score, ~tilde^2',
    );
    expect(
      hard?.author?.map(({ family, 'non-dropping-particle': von }) =>
        von === undefined ? family : `${von} ${family}`,
      ),
    ).toEqual(['Van Durme', 'von der Größe', 'Johnson and Johnson', 'Prince', 'Smith']);
  });

  it('gives two papers with one key two keys, which depend on the papers', async () => {
    const twin = work({ id: '2611.09999', title: 'Small Things', authors: ['Eve Example'], published: '2026-11-19' });
    expect(citationKey(twin)).toBe(citationKey(SMALL));
    expect((await text(bibtex, [SMALL, twin])).match(/@misc\{[^,]+/g)).toEqual([
      '@misc{example2026small',
      '@misc{example2026small_2611-09999',
    ]);
  });

  it('leaves no command of a title that reads, writes or defines something, and balances braces, for any title', () => {
    for (const hostile of [
      '\\input{/etc/passwd}',
      '$\\write18{ls}$',
      '\\def\\x{1}',
      '}@misc{x,',
      '{',
      '$\\href{x}{y}$',
    ]) {
      expect(toLatex(hostile), hostile).not.toMatch(/\\(?:input|write|def|href)/);
    }
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab {}\\$_^&%#~"'.split('')), maxLength: 30 }), (title) => {
        let depth = 0;
        for (const sign of toLatex(title)) {
          depth += sign === '{' ? 1 : sign === '}' ? -1 : 0;
          expect(depth).toBeGreaterThanOrEqual(0);
        }
        expect(depth).toBe(0);
      }),
      { seed: seed('braces'), numRuns: count(300, 5_000) },
    );
  });
});

describe('RIS', () => {
  it('is read back by an independent parser, and no text of a paper starts an entry of its own', async () => {
    const out = await text(ris, [SMALL, HARD]);
    expect(out.startsWith('TY  - UNPB\r\nTI  - Small Indexes for Big Questions\r\nAU  - Example, Ada\r\n')).toBe(true);
    expect(out.match(/^ER {2}- /gm)).toHaveLength(2);
    const items = chain(out);
    expect(items).toHaveLength(2);
    expect(items[0]).toMatchObject({ title: SMALL.title, DOI: '10.48550/arXiv.2611.04217' });
    expect(items[1]?.author).toHaveLength(5);
  });
});

describe('CSL-JSON', () => {
  it('is an array of items with split names', async () => {
    const items = JSON.parse(await text(cslJson, [SMALL, HARD])) as readonly Csl[]; // the format's own shape
    expect(items[0]).toMatchObject({
      id: 'example2026small',
      type: 'article',
      publisher: 'arXiv',
      number: 'arXiv:2611.04217',
    });
    expect(items[0]?.issued).toEqual({ 'date-parts': [[2026, 11, 18]] });
    expect(items[1]?.issued).toEqual({ 'date-parts': [[2026, 11]] });
    expect(JSON.parse(await text(cslJson, []))).toEqual([]);
  });
});

describe('Atom', () => {
  it('is a feed that an independent parser reads, with counts, pages and permanent ids', async () => {
    const feed = parseAtomFeed(await text(atom, [SMALL, HARD], { ...LIST, query: 'small & "big"' }));
    expect(feed.title?.value).toBe('Papers of 24 April 2026 · Daily Papers');
    expect(feed.id).toBe('tag:papers.example,2026:list/papers/date/2026-04-24');
    expect(feed.links?.map(({ rel }) => rel)).toEqual(['self', 'alternate', 'next']);
    expect(feed.updated).toBe('2026-11-18T00:00:00Z');
    expect(feed.entries?.[0]).toMatchObject({
      id: 'tag:papers.example,2026:paper/arxiv%3A2611.04217',
      title: { value: SMALL.title },
      authors: [{ name: 'Ada Example' }, { name: 'Bo Sample' }],
      updated: '2026-11-18T00:00:00Z',
    });
    expect(feed.entries?.[1]?.title?.value).toContain('<b>');
  });

  it('keeps an entry unchanged, apart from the element of votes, when votes change', async () => {
    const before = await text(atom, [SMALL]);
    const after = await text(atom, [{ ...SMALL, upvotes: 99, comments: 4 }]);
    expect(after).not.toBe(before);
    const rest = (feed: string) => feed.replace(/<quire:paper[^>]*>/g, '');
    expect(rest(after)).toBe(rest(before));
  });

  it('is well-formed for any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), async (title) => {
        fc.pre(title.trim() !== '');
        const hostile = { ...SMALL, title, abstract: `${title}]]>`, authors: [title] };
        expect(parseAtomFeed(await text(atom, [hostile], { ...LIST, title })).entries).toHaveLength(1);
      }),
      { seed: seed('any text in a feed'), numRuns: count(60, 2_000) },
    );
  });
});

describe('JSON Feed', () => {
  it('is a feed that an independent parser reads, with the ids of the Atom feed', async () => {
    const feed = parseJsonFeed(await text(jsonFeed, [SMALL, HARD]));
    expect(feed.items?.map(({ id }) => id)).toEqual(
      parseAtomFeed(await text(atom, [SMALL, HARD])).entries?.map(({ id }) => id),
    );
    expect(feed.items?.[0]).toMatchObject({
      title: SMALL.title,
      summary: SMALL.tldr,
      url: 'http://127.0.0.1:4321/papers/2611.04217',
    });
    expect(JSON.parse(await text(jsonFeed, []))).toMatchObject({ items: [] });
  });
});

describe('CSV and JSON lines', () => {
  it('CSV is read back by an independent parser, and starts no formula', async () => {
    const formula = work({ id: 'x', title: '=cmd("calc")', abstract: 'a, "b"\nc', authors: ['A B'], keywords: [] });
    const rows = parseCsv(await text(csv, [SMALL, formula]), { columns: true }) as readonly Record<string, string>[];
    expect(rows[0]).toMatchObject({ title: SMALL.title, authors: 'Ada Example; Bo Sample', upvotes: '37' });
    expect(rows[1]).toMatchObject({ title: '\'=cmd("calc")', abstract: 'a, "b" c' });
  });

  it('JSON lines are imported again as the same work', async () => {
    for (const one of [SMALL, HARD]) {
      const again = work(JSON.parse(await text(jsonl, [one])) as Record<string, unknown>);
      const { sources: _, textSource: __, ...facts } = again;
      expect(one).toMatchObject(facts);
    }
  });
});

describe('Markdown', () => {
  it('lists papers with links and claims, and shows signs of Markdown as they are', async () => {
    const out = await text(markdown, [SMALL, HARD]);
    expect(out).toContain('3. [**Small Indexes for Big Questions**](http://127.0.0.1:4321/papers/2611.04217)');
    expect(out).toContain('Answers big questions with small indexes.');
    expect(out).toContain('under\\_score');
    expect(out).toContain('$O(n_1^2)$');
    expect(out).not.toContain('<b>');
  });

  it('gives one paper with its addresses and BibTeX', () => {
    const out = paperMarkdown(SMALL, LIST, [HARD]);
    for (const part of [
      '- Authors: Ada Example, Bo Sample',
      '- DOI: 10.48550/arXiv.2611.04217',
      '## Similar papers',
      '@misc{example2026small,',
    ])
      expect(out).toContain(part);
  });
});

describe('every format', () => {
  it.each(FORMATS.map((format) => [format.name, format] as const))('%s writes as it reads', async (_, format) => {
    let read = 0;
    async function* endless(): AsyncGenerator<Work> {
      for (;;) {
        read++;
        yield SMALL;
      }
    }
    if (format.name === 'atom') return; // its head states the newest time, so it reads its page first
    const chunks = format.write(endless(), LIST);
    for (let i = 0; i < 10; i++) expect((await chunks.next()).done).toBe(false);
    expect(read).toBeLessThanOrEqual(11);
    await chunks.return(undefined);
  });
});

describe('names of persons', () => {
  it.each([
    ['Ada Example', { family: 'Example', given: 'Ada' }],
    ['Benjamin Van Durme', { family: 'Van Durme', given: 'Benjamin' }],
    ['Ludwig van der Berg', { family: 'van der Berg', given: 'Ludwig' }],
    ['Martin Luther King Jr.', { family: 'King', given: 'Martin Luther', suffix: 'Jr.' }],
    ['Example, Ada', { family: 'Example', given: 'Ada' }],
    ['Prince', { family: 'Prince' }],
    ['Wen-tau Yih', { family: 'Yih', given: 'Wen-tau' }],
    ['Le An', { family: 'An', given: 'Le' }],
  ])('%s', (name, parts) => {
    expect(personName(name)).toEqual(parts);
  });
});
