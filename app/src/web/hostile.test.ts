// Pages with hostile records: no control or reordering character in the document, every piece of outside text isolated,
// every id with a page, and a bounded size.

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EVIL, evil, HOSTILE_ROW, hugeWork, PLAIN_WORK } from '../../test/hostile.ts';
import { inFolder, writeRows } from '../../test/papers.ts';
import { openLibraryIn } from '../library/open.ts';
import { boundedServices } from '../output/bounded-services.ts';
import { isHostile } from '../output/characters.ts';
import { paperPath, type Work } from '../papers/index.ts';
import { createApp } from '../server/app.ts';
import type { SearchPage, Services } from '../services/services.ts';
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
      const library = openLibraryIn(join(folder, 'data'), { create: true });
      try {
        const { organization: _, ...named } = HOSTILE_ROW;
        const rows = [HOSTILE_ROW, { ...named, id: 'second', title: `Another ${evil('tagged')}` }];
        await library.ingest.importFiles([
          writeRows(join(folder, `${evil('p').replaceAll(/[\0/]/g, '')}.jsonl`), rows),
        ]);
        const app = createApp(library.services, { pages: createPages(library.services) });
        const query = encodeURIComponent(`retrieval ${EVIL}`);
        const key = library.services.list().works[0]?.key ?? '';
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
      const library = openLibraryIn(join(folder, 'data'), { create: true });
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

describe('the size of an answer', () => {
  const huge: Work = hugeWork();
  const works = Array.from({ length: 100 }, () => huge);
  const sentence = { text: huge.abstract, marks: [[0, 4]] as const };
  const search = async (query: string): Promise<SearchPage> => ({
    query,
    hits: works.slice(0, 20).map((work) => ({ work, reason: 'text', score: 1, sentence })),
    total: 100,
    more: false,
    offset: 0,
    limit: 20,
    pipeline: 'lexical',
    notes: works.map(() => huge.abstract),
    ms: 1,
  });
  const services = boundedServices({
    newestDay: () => '2025-03-18',
    papersOfDay: (day) => ({ day, works, total: 100, offset: 0, limit: 100 }),
    list: () => ({ works }),
    search,
    paper: () => ({ work: huge, others: works }),
    similar: async () => ({ hits: works.map((work) => ({ work, reason: 'text', score: 1 })) }),
    status: () => ({ works: 100, indexed: 100, sources: [], notes: [], folder: '/' }) as never, // what the pages read
    counts: () => ({ records: 1, works: 1, sources: [] }),
  } satisfies Services);
  const app = createApp(services, { pages: createPages(services) });

  it.each([
    ['/papers', 1_500_000],
    ['/papers/date/2025-03-18', 1_500_000],
    ['/papers/2503.00001', 1_000_000],
    ['/search?q=a', 400_000],
    [`/search?q=${'a'.repeat(16_000)}`, 400_000],
    [`/papers/${'a'.repeat(16_000)}`, 1_000_000],
    ['/api/v1/papers?limit=100', 4_000_000],
    ['/api/v1/search?q=a', 1_000_000],
    ['/api/v1/paper?id=a', 12_000_000],
    ['/api/v1/papers/a/similar', 4_000_000],
  ])('of %.40s is bounded for any record', async (path, bytes) => {
    const answer = await app.request(path);
    expect(answer.status).toBeLessThan(500);
    expect((await answer.text()).length).toBeLessThan(bytes);
  });

  it('is stated where something is left out', async () => {
    const document = await (await app.request('/papers/2503.00001')).text();
    expect(document).toContain('and 99,940 more');
    expect(document).toContain('it has 5,000,000 characters');
    const ordinary: Services = {
      ...services,
      paper: () => ({ work: PLAIN_WORK, others: [] }),
      similar: async () => ({ hits: [] }),
    };
    const plain = createApp(services, {
      pages: createPages(ordinary),
    });
    expect(await (await plain.request('/papers/2503.00001')).text()).not.toMatch(/ more|is cut/);
  });
});
