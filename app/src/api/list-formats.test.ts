// Lists and papers as other programs ask for them: by extension, by Accept, in parts, and what they find by themselves.
import { parse as parseCsv } from 'csv-parse/sync';
import { parseAtomFeed, parseJsonFeed } from 'feedsmith';
import { describe, expect, it } from 'vitest';
import { libraryOf } from '../../test/library.ts';
import { PAPERS } from '../../test/papers.ts';
import { FORMATS } from '../formats/index.ts';
import { createApp } from '../server/app.ts';
import { createPages } from '../web/index.ts';

const library = libraryOf(PAPERS);
const voted = libraryOf(
  [2, 40].map((upvotes) => ({
    id: `2503.0010${upvotes % 10}`,
    title: upvotes > 10 ? 'Read by Many' : 'Read by Some',
    published: '2025-03-18',
    daily: '2025-03-18',
    upvotes,
  })),
);
const siteOf = (options: Parameters<typeof createApp>[1] = {}) =>
  createApp(library().services, { pages: createPages(library().services), ...options });

async function get(path: string, headers: Record<string, string> = {}, site = siteOf()) {
  const answer = await site.request(path, { headers });
  return { status: answer.status, headers: answer.headers, body: await answer.text() };
}

/** Addresses of every kind of list, without an extension, and a title that each holds. */
const LISTS = [
  ['/papers', '', 'Small Indexes for Big Questions'],
  ['/papers/date/2025-03-18', '', 'Learning to Rank with Few Labels'],
  ['/papers/week/2025-W12', '', 'Learning to Rank with Few Labels'],
  ['/papers/month/2025-03', '', 'Learning to Rank with Few Labels'],
  ['/papers/all', '', 'Quantum Walruses'],
  ['/search', '?q=walruses', 'Quantum Walruses'],
  ['/papers/2503.00003', '', 'Dense Retrieval without Tears'],
  ['/paper', '?id=10.1000%2Fdoi', 'Quotes'],
  ['/papers/2503.00003/similar', '', 'Hard Negatives'],
  ['/paper/similar', '?id=2503.00003', 'Hard Negatives'],
] as const;

describe('every list and every paper', () => {
  it.each(LISTS)('%s%s answers by every extension with the type of the format', async (path, query, title) => {
    const site = siteOf();
    for (const { extension, contentType, name } of FORMATS) {
      const { status, headers, body } = await get(path + extension + query, {}, site);
      expect(status, path + extension).toBe(200);
      const isPaper = name === 'json-feed' && !path.endsWith('similar') && /\/2503|\/paper$/.test(path);
      expect(headers.get('content-type'), path + extension).toBe(isPaper ? 'application/json' : contentType);
      expect(body.replace(/[{}]/g, ''), path + extension).toContain(title.split(' ')[0]);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  it('gives what trends, by interest', async () => {
    const site = createApp(voted().services, { pages: createPages(voted().services) });
    const { body } = await get('/papers/trending.json', {}, site);
    expect(parseJsonFeed(JSON.parse(body)).items?.map(({ title }) => title)).toEqual(['Read by Many', 'Read by Some']);
  });

  it('answers by Accept at the address of the page, says so in Vary, and refuses types that nothing here has', async () => {
    const page = await get('/papers/date/2025-03-18', { accept: 'text/html' });
    expect(page.headers.get('content-type')).toMatch('text/html');
    expect(page.headers.get('vary')).toMatch('Accept');
    expect(page.headers.get('link')).toContain(
      '</papers/date/2025-03-18.atom>; rel="alternate"; type="application/atom+xml"',
    );
    const feed = await get('/papers/date/2025-03-18', { accept: 'application/atom+xml' });
    expect(feed.headers.get('vary')).toMatch('Accept');
    expect(parseAtomFeed(feed.body).entries).toHaveLength(2);
    const bib = await get('/papers/2503.00001', { accept: 'application/x-bibtex, text/html;q=0.2' });
    expect(bib.body).toMatch(/^@misc\{example2025small,/);
    const none = await get('/papers', { accept: 'image/png' });
    expect(none.status).toBe(406);
    expect(JSON.parse(none.body)).toMatchObject({
      error: { code: 'INVALID_ARGUMENT', hint: expect.stringContaining('text/csv') },
    });
  });

  it('gives feeds in pages that lead to each other, with permanent ids, and 304 for what a client has', async () => {
    const first = await get('/papers/all.atom?limit=4');
    const feed = parseAtomFeed(first.body);
    const next = feed.links?.find(({ rel }) => rel === 'next')?.href ?? '';
    expect(next).toBe('http://localhost/papers/all.atom?limit=4&offset=4');
    const second = parseAtomFeed((await get(next.slice('http://localhost'.length))).body);
    const ids = [...(feed.entries ?? []), ...(second.entries ?? [])].map(({ id }) => id);
    expect(new Set(ids).size).toBe(8);
    expect(second.id).toBe(feed.id);
    const again = await get('/papers/all.atom?limit=4', { 'if-none-match': first.headers.get('etag') ?? '' });
    expect([again.status, again.body]).toEqual([304, '']);
    const twin = parseJsonFeed((await get('/papers/all.json?limit=4')).body);
    expect(twin.items?.map(({ id }) => id)).toEqual(feed.entries?.map(({ id }) => id));
  });

  it('gives a whole list as data, with all authors, and a part of it when asked', async () => {
    const rows = parseCsv((await get('/papers/all.csv')).body, { columns: true }) as readonly Record<string, string>[];
    expect(rows).toHaveLength((await library().services.counts()).works);
    expect(rows.find(({ arxiv }) => arxiv === '2503.00001')?.authors).toBe('Ada Example; Bo Sample');
    expect((await get('/papers/all.bib?limit=3&offset=1')).body.match(/^@/gm)).toHaveLength(3);
    const search = await get('/search.ris?q=walruses');
    expect(search.headers.get('content-disposition')).toBe('inline; filename="search-walruses.ris"');
  });

  it('uses the public address and names of the instance', async () => {
    const site = siteOf({ publicUrl: 'https://papers.example.org/', siteTitle: 'Our <Papers>' });
    const { body } = await get('/papers/date/2025-03-18.atom', { host: 'papers.example.org' }, site);
    const feed = parseAtomFeed(body);
    expect(feed.title?.value).toBe('Papers of 2025-03-18 · Our <Papers>');
    expect(feed.id).toBe('tag:papers.example.org,2026:list/papers/date/2025-03-18');
    expect(feed.entries?.[0]?.links?.[0]?.href).toMatch(/^https:\/\/papers\.example\.org\/papers\//);
  });

  it.each([
    ['/papers/nothing.bib', 404],
    ['/papers/date/2025-02-30.atom', 404],
    ['/papers/date/2025-03-18.docx', 404],
    ['/search.atom', 404],
    ['/papers/%E0%A4%A.json', 404],
    ['/papers/all.atom?limit=101', 400],
    ['/papers/all.csv?offset=-1', 400],
    ['/papers/all.csv?limit=0', 400],
  ])('%s is answered with %i', async (path, status) => {
    expect((await get(path)).status).toBe(status);
  });
});

describe('what programs find by themselves', () => {
  it('describes the search, and suggests titles', async () => {
    const { headers, body } = await get('/opensearch.xml');
    expect(headers.get('content-type')).toMatch('application/opensearchdescription+xml');
    expect(/<ShortName>([^<]*)</.exec(body)?.[1]?.length).toBeLessThanOrEqual(16);
    expect(body).toContain('template="http://localhost/suggest?q={searchTerms}"');
    const [query, titles, about, addresses] = JSON.parse((await get('/suggest?q=quantum+walruses')).body) as string[][];
    expect(query).toBe('quantum walruses');
    expect(titles?.[0]).toBe('Quantum Walruses');
    expect(about?.[0]).toContain('2022');
    expect(addresses?.[0]).toMatch(/^http:\/\/localhost\/paper/);
    expect(JSON.parse((await get('/suggest?q=')).body)).toEqual(['', [], [], []]);
    expect((await get('/suggest')).status).toBe(400);
  });

  it('keeps search engines out until the owner lets them in', async () => {
    const closed = await get('/robots.txt');
    expect(closed.body).toMatch(/^Disallow: \/$/m);
    expect((await get('/papers')).headers.get('x-robots-tag')).toBe('noindex, nofollow');
    const site = siteOf({ allowIndexing: true });
    expect((await get('/robots.txt', {}, site)).body).toContain('Sitemap: http://localhost/sitemap.xml');
    expect((await get('/papers', {}, site)).headers.get('x-robots-tag')).toBeNull();
  });

  it('has a sitemap by month that lists every paper with a day once', async () => {
    const index = await get('/sitemap.xml');
    const months = [...index.body.matchAll(/<loc>http:\/\/localhost([^<]+)<\/loc>/g)].map(([, path]) => path ?? '');
    expect(months[0]).toBe('/sitemap/2025-04.xml'.replace('2025-04', index.body.match(/\d{4}-\d{2}/)?.[0] ?? ''));
    const pages = (await Promise.all(months.map((path) => get(path)))).flatMap(({ body }) =>
      [...body.matchAll(/<loc>([^<]+)<\/loc>/g)].map(([, address]) => address ?? ''),
    );
    const papers = pages.filter((address) => !address.includes('/papers/date/'));
    expect(new Set(papers).size).toBe(papers.length);
    expect(papers).toContain('http://localhost/papers/2503.00003');
    expect((await get('/sitemap/1999-01.xml')).status).toBe(404);
    expect((await get('/sitemap/2025-13.xml')).status).toBe(404);
  });

  it('has llms.txt whose addresses answer, an icon and a manifest', async () => {
    const { body } = await get('/llms.txt');
    for (const [, path] of body.matchAll(/\]\((\/[^)]+)\)/g)) {
      if (path?.includes('2604.21806')) continue; // a paper of the sample library
      expect((await get(path ?? '')).status, path).toBe(200);
    }
    expect((await get('/favicon.svg')).body).toContain('<svg');
    expect((await get('/favicon.ico')).headers.get('content-type')).toBe('image/svg+xml');
    expect(JSON.parse((await get('/manifest.webmanifest')).body)).toMatchObject({ start_url: '/papers', icons: [{}] });
  });
});
