// Documents that programs look for: OpenSearch with suggestions, robots.txt, llms.txt, the icon, the manifest of the site
// as an app. A site is kept out of search engines until its owner allows it.

import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { attributes, FORMATS, xmlText } from '../formats/index.ts';
import { cutAt, toHtml } from '../output/characters.ts';
import { paperPath } from '../papers/index.ts';
import type { Services } from '../services/index.ts';
import { answerJson, problem } from './problem.ts';
import { addSitemap } from './sitemap.ts';

export interface DiscoveryOptions {
  readonly siteTitle?: string;
  readonly publicUrl?: string;
  /** Search engines may index the site. Default false. */
  readonly allowIndexing?: boolean;
}

const SITE_TITLE = 'Daily Papers';
const DESCRIPTION = 'Search papers on this site by words, phrases, authors, identifiers and meaning.';
/** The longest name that OpenSearch 1.1 allows. */
const SHORT_NAME = 16;
const SUGGESTIONS = 8;
/** Characters of a query that suggestions read. */
const TYPED = 200;
/** A page with a line that rises: papers, and what moves among them. Colours of the site in light and dark. */
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect x="10" y="5" width="44" height="54" rx="4" fill="#fdfbf6" stroke="#22211d" stroke-width="4"/><path d="M19 19h26M19 28h26" stroke="#22211d" stroke-width="4"/><path d="M19 48l9-8 7 4 10-9" fill="none" stroke="#a3341f" stroke-width="5" stroke-linejoin="round" stroke-linecap="round"/></svg>\n';

export function discoveryRoutes(services: Services, options: DiscoveryOptions = {}): Hono {
  const routes = new Hono();
  const title = options.siteTitle ?? SITE_TITLE;
  routes.get('/opensearch.xml', (c) =>
    text(c, 'application/opensearchdescription+xml; charset=utf-8', openSearch(title, siteOf(c, options))),
  );
  routes.get('/suggest', (c) => suggest(c, services, siteOf(c, options)));
  routes.get('/robots.txt', (c) =>
    text(c, 'text/plain; charset=utf-8', robots(siteOf(c, options), options.allowIndexing)),
  );
  routes.get('/llms.txt', async (c) =>
    text(c, 'text/plain; charset=utf-8', llms(title, (await services.counts()).works)),
  );
  routes.get('/favicon.svg', (c) => icon(c));
  routes.get('/favicon.ico', (c) => icon(c));
  routes.get('/manifest.webmanifest', (c) =>
    text(c, 'application/manifest+json', `${JSON.stringify(manifest(title))}\n`),
  );
  addSitemap(routes, services, (c) => siteOf(c, options));
  return routes;
}

/** Tells search engines to leave every answer out, unless the owner allows indexing. */
export function robotsHeader({ allowIndexing = false }: DiscoveryOptions): MiddlewareHandler {
  return async (c, next) => {
    await next();
    if (!allowIndexing) c.res.headers.set('x-robots-tag', 'noindex, nofollow');
  };
}

function siteOf(c: Context, { publicUrl }: DiscoveryOptions): string {
  return publicUrl === undefined ? new URL(c.req.url).origin : publicUrl.replace(/\/+$/, '');
}

function text(c: Context, type: string, body: string): Response {
  c.header('content-type', type);
  c.header('cache-control', 'public, max-age=3600');
  return c.body(body);
}

function icon(c: Context): Response {
  return text(c, 'image/svg+xml', ICON);
}

function openSearch(title: string, site: string): string {
  const urls = [
    { type: 'text/html', template: `${site}/search?q={searchTerms}` },
    { type: 'application/x-suggestions+json', template: `${site}/suggest?q={searchTerms}` },
    {
      type: 'application/atom+xml',
      template: `${site}/search.atom?q={searchTerms}&offset={startIndex?}&limit={count?}`,
      indexOffset: '0',
    },
    { type: 'application/opensearchdescription+xml', rel: 'self', template: `${site}/opensearch.xml` },
  ];
  return [
    '<?xml version="1.0" encoding="utf-8"?>\n',
    '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">\n',
    `  <ShortName>${xmlText(cutAt(title, SHORT_NAME))}</ShortName>\n`,
    `  <LongName>${xmlText(cutAt(title, 48))}</LongName>\n`,
    `  <Description>${xmlText(DESCRIPTION)}</Description>\n`,
    ...urls.map((url) => `  <Url${attributes(url)}/>\n`),
    `  <Image height="64" width="64" type="image/svg+xml">${xmlText(site)}/favicon.svg</Image>\n`,
    '  <InputEncoding>UTF-8</InputEncoding>\n',
    '</OpenSearchDescription>\n',
  ].join('');
}

/** Titles for what was typed so far: `["sma",["Small Indexes …"],["2026 · Example, Sample"],["/papers/…"]]`. */
async function suggest(c: Context, services: Services, site: string): Promise<Response> {
  const typed = c.req.query('q');
  if (typed === undefined) return problem(c, 400, 'INVALID_ARGUMENT', 'q is missing', 'Write /suggest?q=small');
  const query = cutAt(typed, TYPED);
  const found =
    query.trim() === ''
      ? []
      : (await services.search(query, { limit: SUGGESTIONS, signal: c.req.raw.signal })).hits.map(({ work }) => work);
  const rows = found.map((work) => [
    cutAt(toHtml(work.title), TYPED),
    [work.year, work.authors.slice(0, 2).map(toHtml).join(', ')].filter((part) => part).join(' · '),
    site + paperPath(work.key),
  ]);
  return answerJson(c, [query, ...[0, 1, 2].map((i) => rows.map((row) => row[i]))]);
}

function robots(site: string, allowIndexing = false): string {
  if (!allowIndexing)
    return '# The owner of this site has not opened it to search engines.\nUser-agent: *\nDisallow: /\n';
  return `User-agent: *\nDisallow: /api/\nDisallow: /search\nDisallow: /suggest\nCrawl-delay: 2\nSitemap: ${site}/sitemap.xml\n`;
}

function llms(title: string, works: number): string {
  const ends = FORMATS.map(({ extension, name }) => `${extension} (${name})`).join(', ');
  return `# ${title}

> A library of ${works} papers on this machine, with lists by day and search by words and by meaning. Every list and every
> paper has a Markdown twin: add .md to the path, or send Accept: text/markdown.

## Lists

- [Newest day](/papers.md): the papers of the newest day
- [One day](/papers/date/2026-04-24.md): replace the date
- [All papers](/papers/all.md?limit=100): newest first; offset and limit page through them
- [Search](/search.md?q=late+interaction): q takes words, "phrases", -exclusions, au: ti: cat: year:2024.. and more

## Papers

- [A paper](/papers/2604.21806.md): by arXiv id; /paper.md?id= takes a DOI, an address or a key
- [Similar papers](/papers/2604.21806/similar.md)

## Other forms

- Extensions: ${ends}
- [JSON API](/api/v1/search?q=late+interaction): search, papers, days, status
- [OpenSearch](/opensearch.xml), [suggestions](/suggest?q=late)
`;
}

function manifest(title: string): Readonly<Record<string, unknown>> {
  return {
    id: '/papers',
    name: title,
    short_name: cutAt(title, 12),
    description: DESCRIPTION,
    start_url: '/papers',
    scope: '/',
    display: 'minimal-ui',
    background_color: '#fdfbf6',
    theme_color: '#fdfbf6',
    icons: [{ src: '/favicon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' }],
    share_target: { action: '/search', method: 'GET', params: { text: 'q' } },
  };
}
