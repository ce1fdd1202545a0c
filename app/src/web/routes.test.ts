import { EngineError } from '@quire/engine/core';
import { describe, expect, it } from 'vitest';
import type { Work } from '../papers/index.ts';
import { createApp } from '../server/app.ts';
import type { LibraryStatus, PaperRanking, SearchPage, Services } from '../services/index.ts';
import { linksOf } from './paper-facts.tsx';
import { createPages } from './routes.tsx';
import { bylineOf, inWords, people, spanInWords } from './wording.ts';

const evil = '<script>alert("x")</script> & "quoted"';
const work: Work = {
  key: 'arxiv:2511.04217',
  title: evil,
  abstract: 'The first sentence is here. The second names $k$-NN. The third is the last one.',
  textSource: 'arxiv',
  authors: ['Ada Example', 'Bo <b>Sample</b>'],
  authorCount: 2,
  published: { date: '2025-11', precision: 'month' },
  day: '2025-11-20',
  year: 2025,
  venue: 'Example 2025',
  arxivId: '2511.04217',
  doi: '10.1/x<y',
  url: 'javascript:alert(1)',
  categories: ['cs.IR'],
  keywords: ['indexes'],
  awards: [],
  upvotes: 2,
  comments: 1,
  sources: [{ source: 'arxiv', id: '2511.04217' }],
};
const status: LibraryStatus = {
  folder: 'data',
  sample: true,
  records: 1,
  works: 1,
  sources: [],
  indexed: 1,
  behind: 0,
  pipelines: { search: 'hybrid', similar: 'similar' },
  indexing: false,
  segments: 1,
  indexBytes: 1,
  notes: [],
  store: { state: 'sound', damaged: [], quarantined: 0 },
};

const ranking: PaperRanking = {
  key: work.key,
  day: '2025-11-20',
  asOf: '2025-11-20',
  votes: 0,
  commenters: 0,
  saves: 0,
  imported: 2,
  age: 3,
  withPrior: true,
  interest: 2 / 3,
  hot: -0.76,
};

function services(over: Partial<Services> = {}): Services {
  const result = (query: string): SearchPage => ({
    query,
    hits: [
      { work, reason: 'meaning', score: 1, sentence: { text: 'The second names <i>.', marks: [[4, 10]] } },
      { work, reason: 'phrase', score: 0.5 },
    ],
    total: 41,
    more: false,
    offset: 20,
    limit: 20,
    pipeline: 'hybrid',
    sort: 'relevance',
    conditions: [],
    replaced: [],
    notes: ['The word "xyzzy" occurs nowhere.'],
    ms: 1.25,
  });
  return {
    newestDay: async () => '2025-11-20',
    papersOfDay: async (day, page) => ({
      day,
      previous: '2025-11-19',
      works: day === '2025-11-20' ? [work] : [],
      total: day === '2025-11-20' ? 1 : 0,
      offset: page?.offset ?? 0,
      limit: page?.limit ?? 100,
    }),
    daysWithPapers: async () => ({ days: [{ day: '2025-11-20', count: 1 }], previous: '2025-11-19' }),
    papersOfPeriod: async (period, choice) => ({
      ...period,
      works: choice?.category === 'cs.XX' ? [] : [work],
      total: choice?.category === 'cs.XX' ? 0 : 1,
      offset: choice?.offset ?? 0,
      limit: 50,
    }),
    categoriesOf: async () => [{ category: 'cs.IR', count: 1 }],
    trendingPapers: async ({ days = 28 } = {}) => ({
      hits: [{ work, ranking }],
      total: 1,
      offset: 0,
      limit: 50,
      days,
      asOf: '2025-11-20',
      withPrior: true,
    }),
    paperRanking: async () => ranking,
    list: async () => ({ works: [work] }),
    search: async (query) => result(query),
    paper: async (id) => (id === '2511.04217' || id === 'doi:10.1/x y' ? { work, others: [] } : undefined),
    similar: async () => ({ hits: [{ work, reason: 'meaning', score: 0.9 }] }),
    counts: async () => ({ records: 1, works: 1, sources: [] }),
    status: async () => status,
    ...over,
  } as Services;
}

const siteOf = (over?: Partial<Services>) => createApp(services(over), { pages: createPages(services(over)) });

const get = async (path: string, over?: Partial<Services>) => {
  const response = await siteOf(over).request(path);
  return { status: response.status, headers: response.headers, text: await response.text() };
};

describe('the pages', () => {
  it('show the newest day with its papers and the day before', async () => {
    const { status, text } = await get('/papers');
    expect(status).toBe(200);
    expect(text).toContain('<h1>Thursday');
    expect(text).toContain('href="/papers/date/2025-11-19"');
    expect(text).toContain('href="/papers/2511.04217"');
    expect(text).toContain('Sample library');
  });

  it.each(['/papers', '/papers/date/2025-11-20', '/search?q=a', '/papers/2511.04217'])(
    'name damaged rows at %s',
    async (path) => {
      const damaged = ['The record 7 ("s", id "<i>") does not match its checksum.'];
      const plain = services();
      const { text } = await get(path, {
        papersOfDay: async (day) => ({ ...(await plain.papersOfDay(day)), damaged }),
        search: async (query) => ({ ...(await plain.search(query)), damaged }),
        similar: async () => ({ hits: [], damaged }),
      });
      expect(text).toContain('The record 7');
      expect(text).toContain('quire doctor --repair');
      expect(text).not.toContain('id "<i>"');
    },
  );

  it('follow a newest day of few papers with those before it, and repeat none', async () => {
    const before = { ...work, key: 'arxiv:2511.00001', arxivId: '2511.00001', day: '2025-11-19' };
    const { text } = await get('/papers', {
      list: async () => ({ works: [work, before] }),
      trendingPapers: async () => ({ hits: [], total: 0, offset: 0, limit: 6, days: 28, withPrior: true }),
    });
    expect(text).toContain('Before that');
    expect(text.split('href="/papers/2511.04217"')).toHaveLength(2);
    expect(text).toContain('href="/papers/2511.00001"');
    expect((await get('/papers/date/2025-11-20')).text).not.toContain('Before that');
  });

  it('escape everything that comes from papers and from readers', async () => {
    for (const path of [
      '/papers',
      '/papers/2511.04217',
      `/search?q=${encodeURIComponent(evil)}`,
      `/papers/${encodeURIComponent(evil)}`,
    ]) {
      const { text } = await get(path);
      expect(text, path).not.toContain('<script>alert');
      expect(text, path).not.toContain('<b>Sample');
      expect(text, path).toContain('&lt;script&gt;');
      expect(text, path).not.toContain('javascript:');
    }
  });

  it('say which hits were found by meaning alone, mark the words, and keep the query through the parts', async () => {
    const { text } = await get('/search?q=small+indexes&offset=20');
    expect(text).toContain('by meaning');
    expect(text).toContain('exact phrase');
    expect(text).toContain('The <mark>second</mark> names &lt;i&gt;.');
    expect(text).toContain('41 papers');
    expect(text).toContain('occurs nowhere');
    expect(text).toContain('href="/search?q=small+indexes&amp;offset=40"');
    expect(text).toContain('start="21"');
  });

  it('refuse an offset that is none, or beyond the deepest hit', async () => {
    const offsets: (number | undefined)[] = [];
    const spy: Partial<Services> = {
      search: async (query, options) => {
        offsets.push(options?.offset);
        return await services().search(query);
      },
    };
    for (const path of ['/search?q=a&offset=', '/papers/date/2025-11-20?offset=']) {
      for (const offset of ['-1', 'x', '1e3', '2.5', '', '10001', '0x10', '%201']) {
        const { status, text } = await get(path + offset, spy);
        expect([offset, status, text.includes('from 0 to 10000')]).toEqual([offset, 400, true]);
      }
    }
    await get('/search?q=a&offset=10000', spy);
    await get('/search?q=a', spy);
    expect(offsets).toEqual([10_000, 0]);
  });

  it('link to no page beyond the deepest hit, and say so', async () => {
    const deep: Partial<Services> = {
      search: async (query, { offset = 0 } = {}) => ({ ...(await services().search(query)), offset, total: 50_000 }),
    };
    expect((await get('/search?q=a&offset=9980', deep)).text).toContain('offset=10000');
    const last = (await get('/search?q=a&offset=10000', deep)).text;
    expect([last.includes('offset=10020'), last.includes('The list ends here')]).toEqual([false, true]);
  });

  it('redirect every other address of a paper to the one that links have', async () => {
    for (const path of ['/papers/doi%3A10.1%2Fx%20y', '/papers/doi:10.1/x%20y', '/paper?id=doi:10.1/x+y']) {
      const { status, headers } = await get(path);
      expect([path, status, headers.get('location')]).toEqual([path, 301, '/paper?id=doi%3A10.1%2Fx%20y']);
    }
    expect((await get('/paper?id=doi%3A10.1%2Fx%20y')).status).toBe(200);
    expect((await get('/paper?id=2511.04217')).headers.get('location')).toBe('/papers/2511.04217');
    expect((await get('/papers/2511.04217')).status).toBe(200);
    for (const path of ['/papers/2511.99999', '/paper', '/paper?id=']) expect((await get(path)).status).toBe(404);
  });

  it('answer a date that is none with 404 and an empty day with its neighbours', async () => {
    for (const day of ['2025-02-30', '2025-1-1', 'today', '2025-11'])
      expect((await get(`/papers/date/${day}`)).status, day).toBe(404);
    const { status, text } = await get('/papers/date/2025-11-22');
    expect(status).toBe(200);
    expect(text).toContain('No paper is listed on this day');
  });

  it('show conditions, spelling, orders, counts and near queries as links that keep the query', async () => {
    const plain = services();
    const search: Services['search'] = async (query, options) => ({
      ...(await plain.search(query, options)),
      sort: options?.sort ?? 'relevance',
      conditions: [{ text: 'cat:<b>', without: 'left over' }],
      replaced: [{ typed: 'retreival', instead: ['retrieval'] }],
      suggestion: 'meant so',
      facets: {
        papers: 12,
        kind: 'every-word',
        isPart: false,
        groups: [{ name: 'venue', values: [{ value: '<i>V', papers: 7, query: 'a venue:"<i>V"' }], more: 3 }],
      },
      related: ['near by'],
    });
    const { text } = await get('/search?q=a&sort=votes', { search });
    for (const part of [
      'href="/search?q=left+over&amp;sort=votes"',
      'Remove cat:&lt;b&gt;',
      'href="/search?q=a&amp;sort=votes&amp;exact=1"',
      'href="/search?q=meant+so&amp;sort=votes"',
      'Counted in the 12 papers with every word',
      'href="/search?q=a+venue%3A%22%3Ci%3EV%22&amp;sort=votes"',
      'and 3 more',
      'href="/search?q=near+by"',
      'most votes first',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toMatch(/as (?:it is )?written/);
  });

  it('answer a query that is being typed with its results alone', async () => {
    const asked: unknown[] = [];
    const plain = services();
    const { text } = await get('/search?q=walr&live=1', {
      search: async (query, options) => {
        asked.push(options);
        return plain.search(query, options);
      },
    });
    expect(text).toMatch(/^<div id="results">/);
    expect(text).not.toContain(evil);
    expect(asked).toEqual([expect.objectContaining({ typing: true })]);
  });

  it('say of a paper that is not here that it can be added, and nothing else', async () => {
    const plain = services();
    const { text } = await get('/search?q=2601.99999', {
      search: async (query) => ({
        ...(await plain.search(query)),
        hits: [],
        missing: { name: '2601.99999', add: '2601.99999' },
      }),
    });
    expect(text).toContain('has no paper <bdi>2601.99999</bdi>');
    expect(text).toContain('quire import FILE');
    expect(text).toContain('href="https://arxiv.org/abs/2601.99999"');
    expect(text).not.toContain('class="papers"');
  });

  it('say that what fulfils conditions alone stands in order of time', async () => {
    const listed = async (query: string): Promise<SearchPage> => {
      const page = await services().search(query);
      return { ...page, hits: page.hits.map((hit) => ({ ...hit, reason: 'condition' as const })) };
    };
    const { text } = await get('/search?q=year:2025', { search: listed });
    expect([text.includes('newest first'), text.includes('by words and meaning')]).toEqual([true, false]);
  });

  it('explain an empty library and an empty result', async () => {
    expect((await get('/papers', { newestDay: async () => undefined })).text).toContain('quire import');
    const none = async (query: string) => ({ ...(await services().search(query)), hits: [], total: 0, offset: 0 });
    expect((await get('/search?q=zzz', { search: none })).text).toContain('No paper was found');
  });

  it('forbid scripts and frames, and let browsers keep the style sheet', async () => {
    const { headers, text } = await get('/papers');
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'/);
    expect(text.replace(/<script type="module" src="[^"]+"><\/script>/, '')).not.toMatch(/<script|style="|onclick/);
    const path = /href="(\/static\/style\.[0-9a-f]{8}\.css)"/.exec(text)?.[1];
    const style = await get(path ?? '');
    expect(style.status).toBe(200);
    expect(style.headers.get('cache-control')).toContain('immutable');
  });

  it('carry citation tags and only http links', async () => {
    const { text } = await get('/papers/2511.04217');
    expect(text).toContain('name="citation_author" content="Example, Ada"');
    expect(text).toContain('name="citation_publication_date" content="2025/11"');
    expect(linksOf(work).map(([name]) => name)).toEqual(['arXiv', 'PDF', 'HTML', 'DOI']);
  });
});

describe('while the index is being made', () => {
  it('papers are shown without neighbours, and search says so', async () => {
    const none = () => Promise.reject(new EngineError('NOT_FOUND', 'The library has no index yet'));
    const pages = siteOf({ search: none, similar: none });
    expect((await pages.request('/papers/2511.04217')).status).toBe(200);
    const search = await pages.request('/search?q=a');
    expect([search.status, (await search.text()).includes('The index is being made')]).toEqual([503, true]);
  });
});

describe('the wording', () => {
  it('never claims more of a date than is known', () => {
    expect(inWords({ date: '2025', precision: 'year' })).toBe('2025');
    expect(inWords({ date: '2025-03', precision: 'month' })).toBe('March 2025');
    expect(inWords({ date: '2025-03-18', precision: 'day' })).toBe('18 March 2025');
  });

  it('names the organisation, else counts the authors, else says nothing', () => {
    expect(people({ ...work, organization: 'Example Lab' })).toBe('Example Lab');
    expect(people(work)).toBe('2 authors');
    const { authorCount: _, ...unknown } = work;
    expect(people(unknown)).toBeUndefined();
  });

  it('names the first two authors and the last, and how many are between', () => {
    const by = (count: number) => bylineOf({ ...work, authors: Array.from({ length: count }, (_, i) => `A${i + 1}`) });
    expect(by(0)).toEqual({ first: [], between: 0 });
    expect(by(3)).toEqual({ first: ['A1', 'A2', 'A3'], between: 0 });
    expect(by(5)).toEqual({ first: ['A1', 'A2'], between: 2, last: 'A5' });
    expect(bylineOf({ ...work, authors: ['A1', 'A2', 'A3'], cut: { authors: 533 } })).toEqual({
      first: ['A1', 'A2'],
      between: 531,
    });
  });

  it('names a span with as few words as it needs', () => {
    expect(spanInWords('2025-11-17', '2025-11-23')).toBe('17 to 23 November 2025');
    expect(spanInWords('2025-11-24', '2025-12-01')).toBe('24 November to 1 December 2025');
    expect(spanInWords('2025-12-29', '2026-01-04')).toBe('29 December 2025 to 4 January 2026');
  });
});
