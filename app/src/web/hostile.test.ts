// Pages with hostile records: no control or reordering character in the document, every piece of outside text isolated,
// every id with a page, and a bounded size.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { EVIL, evil, HOSTILE_ROW, hugeWork, PLAIN_WORK } from '../../test/hostile.ts';
import { inFolder, writeRows } from '../../test/papers.ts';
import { isHostile } from '../output/characters.ts';
import { paperPath, type Work } from '../papers/index.ts';
import { createApp } from '../server/app.ts';
import { boundedServices } from '../services/bounded.ts';
import type { PaperRanking, SearchPage, Services } from '../services/index.ts';
import { openLibraryIn } from '../services/library-open.ts';
import { createPages } from './index.ts';

const FORBIDDEN = /[^\P{Cc}\n]|[\u2028-\u202e\u2066-\u206f\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/u;

/** Text nodes and title attributes of a document that are in no <bdi> and in no element with dir="auto". */
function exposed(document: string): readonly string[] {
  const open: { name: string; isolates: boolean }[] = [];
  const found: string[] = [];
  const isIsolated = () => open.some(({ isolates }) => isolates);
  for (const [, tag, text] of document.matchAll(/<([^>]+)>|([^<]+)/g)) {
    const name = /^\/?([a-z0-9!]+)/i.exec(tag ?? '')?.[1] ?? '';
    if (text !== undefined && !isIsolated()) found.push(text);
    else if (tag?.startsWith('/')) {
      const at = open.findLastIndex((each) => each.name === name);
      if (at >= 0) open.length = at;
    } else if (tag !== undefined && !/^(?:meta|link|input|br|!doctype)/i.test(name)) {
      open.push({ name, isolates: name === 'bdi' || name === 'title' || / dir="auto"/.test(tag) });
    }
  }
  return found;
}

describe('pages of a hostile library', () => {
  it('contain no control or reordering character, and isolate every outside text', async () => {
    await inFolder(async (folder) => {
      const library = await openLibraryIn(join(folder, 'data'), { create: true });
      try {
        const { organization: _, ...named } = HOSTILE_ROW;
        const rows = [HOSTILE_ROW, { ...named, id: 'second', title: `Another ${evil('tagged')}` }];
        await library.ingest.importFiles([
          writeRows(join(folder, `${evil('p').replaceAll(/[\0/]/g, '')}.jsonl`), rows),
        ]);
        const app = createApp(library.services, { pages: createPages(library.services) });
        const query = encodeURIComponent(`retrieval ${EVIL}`);
        const key = (await library.services.list()).works[0]?.key ?? '';
        const paths = [
          '/papers',
          '/papers/date/2025-03-18',
          paperPath(key),
          `/search?q=${query}`,
          `/search?q=au:${query}`,
          `/paper?id=${query}`,
          `/papers/date/${query}`,
          `/nowhere/${query}`,
        ];
        for (const path of paths) {
          const document = await (await app.request(path)).text();
          expect(FORBIDDEN.exec(document)?.[0], path).toBeUndefined();
        }
        for (const path of paths.slice(0, 4)) {
          const document = await (await app.request(path)).text();
          const texts = exposed(document.slice(document.indexOf('<body')));
          expect(
            texts.filter((text) => /\ufffd|\u200f/.test(text)),
            path,
          ).toEqual([]);
        }
        for (const path of [
          '/papers',
          `/paper/similar?id=${encodeURIComponent(key)}`,
          '/status',
          `/search?q=${query}`,
        ]) {
          const text = await (await app.request(`/api/v1${path}`)).text();
          expect(isHostile(text), path).toBe(false);
          JSON.parse(text);
        }
      } finally {
        await library.close();
      }
    });
  });

  it('exist for every id, and links lead to them as a browser follows them', async () => {
    const ids = [
      '.',
      '..',
      ' leading',
      'trailing ',
      ' both ',
      'a/b',
      '/',
      'a%2Fb',
      '100%',
      'a?b',
      'a#b',
      'の検索',
      '\\',
      'date',
      'x'.repeat(1_000),
      'の'.repeat(1_000),
    ];
    await inFolder(async (folder) => {
      const library = await openLibraryIn(join(folder, 'data'), { create: true });
      try {
        const rows = ids.map((id, i) => ({
          id,
          title: `Paper number ${i}`,
          authors: [`Author ${'abcdefghijklmnopqrst'[i]}`],
        }));
        await library.ingest.importFiles([writeRows(join(folder, 'p.jsonl'), rows)]);
        const app = createApp(library.services, { pages: createPages(library.services) });
        for (const [i, id] of ids.entries()) {
          for (const path of [paperPath(id), `/api/v1/paper?id=${encodeURIComponent(id)}`]) {
            const answer = await app.request(new URL(path, 'http://localhost/papers/date/2025-03-18'));
            expect([id.slice(0, 20), answer.status]).toEqual([id.slice(0, 20), 200]);
            expect(await answer.text()).toContain(`Paper number ${i}`);
          }
        }
      } finally {
        await library.close();
      }
    });
  });
});

function rankingOf({ key, upvotes }: Work): PaperRanking {
  const signals = { votes: 0, commenters: 0, saves: 0, imported: upvotes };
  return { key, ...signals, age: 0, withPrior: true, interest: 1, hot: 1 };
}

/** A site whose every paper is `work`. */
function siteOf(work: Work, others: readonly Work[] = Array.from({ length: 100 }, () => work)) {
  const sentence = { text: work.abstract, marks: [[0, 4]] as const };
  const search = async (query: string): Promise<SearchPage> => ({
    query,
    hits: others.slice(0, 20).map((each) => ({ work: each, reason: 'text', score: 1, sentence })),
    total: 100,
    more: false,
    offset: 0,
    limit: 20,
    pipeline: 'lexical',
    sort: 'relevance',
    conditions: [],
    replaced: [],
    notes: others.map(() => work.abstract),
    ms: 1,
  });
  const services = boundedServices({
    newestDay: async () => '2025-03-18',
    papersOfDay: async (day) => ({ day, works: others, total: 100, offset: 0, limit: 100 }),
    daysWithPapers: async ({ from }) => ({ days: [{ day: from, count: 100 }] }),
    papersOfPeriod: async (period) => ({ ...period, works: others, total: 100, offset: 0, limit: 100 }),
    categoriesOf: async () =>
      work.categories.slice(0, 10).map((category) => ({ category: category.slice(0, 2_000), count: 1 })),
    trendingPapers: async ({ limit = 20 } = {}) => ({
      hits: others.slice(0, limit).map((each) => ({ work: each, ranking: rankingOf(each) })),
      total: 100,
      offset: 0,
      limit,
      days: 28,
      withPrior: true,
    }),
    paperRanking: async () => rankingOf(work),
    list: async () => ({ works: others }),
    search,
    paper: async () => ({ work, others }),
    similar: async (_, { limit = 20 } = {}) => ({
      hits: others.slice(0, limit).map((each) => ({ work: each, reason: 'text', score: 1 })),
    }),
    openList: async () => undefined,
    monthsWithPapers: async () => [],
    papersOfMonth: async () => [],
    removeSample: async () => ({ removed: 0 }),
    status: async () => ({ works: 100, indexed: 100, sources: [], notes: [], folder: '/' }) as never, // what the pages read
    counts: async () => ({ records: 1, works: 1, sources: [] }),
  } satisfies Services);
  return createApp(services, { pages: createPages(services) });
}

describe('the size of an answer', () => {
  /** One byte, the longest in HTML, the longest in an address, and the longest in JSON. */
  const fillers = ['x', '"', 'の', '\u0001'];
  const sites = fillers.map((filler) => siteOf(hugeWork(filler)));
  const stated = readFileSync(fileURLToPath(new URL('../../../docs/http.md', import.meta.url)), 'utf8');

  it.each([
    ['/papers', '`/papers`', 4],
    ['/papers/date/2025-03-18', '`/papers/date/:`', 4],
    ['/papers/2503.00001', '`/papers/:`', 2],
    [`/papers/${'a'.repeat(16_000)}`, '`/paper`', 2],
    ['/search?q=a', '`/search`', 1],
    [`/search?q=${'a'.repeat(16_000)}`, '`/search`', 1],
    ['/api/v1/papers?limit=100', '`/api/v1/papers`', 20],
    ['/api/v1/search?q=a', '`/api/v1/search`', 5],
    ['/api/v1/paper?id=a', '`/api/v1/paper`', 20],
    ['/api/v1/paper/similar?id=a&limit=100', '`/api/v1/paper/similar`', 20],
    ['/api/v1/days/2025-03-18?limit=100', '`/api/v1/days/:`', 20],
  ])('of %.40s is bounded for any record, as docs/http.md states for %s', async (path, row, megabytes) => {
    expect(stated.split('\n').find((line) => line.startsWith('|') && line.includes(row))).toContain(
      `| ${megabytes} MB |`,
    );
    for (const [i, site] of sites.entries()) {
      const answer = await site.request(path);
      expect(answer.status).toBeLessThan(500);
      const bytes = (await answer.arrayBuffer()).byteLength;
      expect(bytes, JSON.stringify(fillers[i])).toBeLessThan(megabytes * 1_000_000);
    }
  });

  it('is small for a paper of 10,000 authors, an abstract of a megabyte and 5,000 topics; the page states what it leaves out', async () => {
    const many = (count: number, name: string) => Array.from({ length: count }, (_, i) => `${name} ${i}`);
    const work: Work = {
      ...PLAIN_WORK,
      authors: many(10_000, 'Author'),
      authorCount: 10_000,
      abstract: 'word '.repeat(200_000),
      keywords: many(5_000, 'topic'),
    };
    const document = await (await siteOf(work, []).request('/papers/2503.00001')).text();
    expect(document.length).toBeLessThan(40_000);
    expect(document).toContain('and 9,950 more');
    expect(document).toContain('and 4,950 more');
    expect(document).toContain('it has 1,000,000 characters');
    const plain = await (await siteOf(PLAIN_WORK, []).request('/papers/2503.00001')).text();
    expect(plain).not.toMatch(/ more|is cut/);
  });
});
