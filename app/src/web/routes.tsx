// The pages of the site: paths to pages. Everything that pages show comes from Services.

import { EngineError } from '@quire/engine/core';
import { type Context, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { REQUEST } from '../output/bounds.ts';
import { cutAt } from '../output/characters.ts';
import type { Pages } from '../output/pages.ts';
import { paperPath, parseDate } from '../papers/index.ts';
import type { DayPage, ListPage, Services } from '../services/index.ts';
import { type Asset, loadStyle } from './assets.ts';
import { dayPage, emptyLibraryPage } from './day-page.tsx';
import { messagePage } from './message-page.tsx';
import { paperPage } from './paper-page.tsx';
import { askPage, searchPage } from './search-page.tsx';
import { DEFAULT_CURATOR, DEFAULT_TITLE, type Site } from './site.ts';

export interface PagesOptions {
  readonly title?: string;
  readonly curator?: string;
}

const DAY_LIMIT = 100;
const SEARCH_LIMIT = 20;
const SIMILAR_LIMIT = 8;
/** A newest day with fewer papers than this is followed by those before it. */
const FEW = 10;

/** Every page; mount the routes at the root. */
export function createPages(services: Services, options: PagesOptions = {}): Pages {
  const style = loadStyle();
  const site: Site = {
    title: options.title ?? DEFAULT_TITLE,
    curator: options.curator ?? DEFAULT_CURATOR,
    stylePath: style.path,
  };
  const routes = new Hono();
  routes.get(style.path, (c) => answerAsset(c, style));
  routes.get('/', (c) => c.redirect('/papers'));
  routes.get('/papers', (c) => newestDay(c, site, services));
  routes.get('/papers/date/:day', (c) => oneDay(c, site, services));
  routes.get('/search', (c) => search(c, site, services));
  routes.get('/paper', (c) => paper(c, site, services, c.req.query('id') ?? ''));
  routes.get('/papers/:id{.+}', (c) => paper(c, site, services, c.req.param('id')));
  return {
    routes,
    problem: (c, { status, message, hint }) => {
      const text = status === 503 ? NOT_READY : { title: TITLES.get(status) ?? 'Something went wrong', message };
      if (status === 503) c.header('retry-after', '2');
      const shown = messagePage(site, text.title, text.message, { ...(hint !== undefined && { hint }) });
      return c.html(shown, status as ContentfulStatusCode); // every status of an error has a body
    },
  };
}

const TITLES: ReadonlyMap<number, string> = new Map([
  [400, 'Not understood'],
  [404, 'No such page'],
]);
const NOT_READY = { title: 'Not ready yet', message: 'The index is being made. Try again in a moment.' };

function answerAsset(c: Context, { type, body, tag }: Asset): Response {
  c.header('cache-control', 'public, max-age=31536000, immutable');
  c.header('etag', tag);
  if (c.req.header('if-none-match') === tag) return c.body(null, 304);
  c.header('content-type', type);
  return c.body(body);
}

async function newestDay(c: Context, site: Site, services: Services) {
  const query = c.req.query('q');
  if (query !== undefined) return c.redirect(`/search?${new URLSearchParams({ q: query })}`);
  const newest = await services.newestDay();
  const status = await services.status();
  if (newest === undefined) return c.html(emptyLibraryPage(site, status));
  const day = await services.papersOfDay(newest, { limit: DAY_LIMIT });
  return c.html(dayPage({ site, day, status, newest: true, earlier: await earlierThan(services, day) }));
}

async function oneDay(c: Context, site: Site, services: Services) {
  const text = c.req.param('day') ?? '';
  const date = parseDate(text);
  if (date?.precision !== 'day' || date.date !== text) {
    const message = `“${cutAt(text, REQUEST.shownQuery)}” is not a day. Write it as 2025-11-21.`;
    return c.html(messagePage(site, 'No such day', message), 404);
  }
  const offset = offsetOf(c.req.query('offset'));
  if (offset === undefined) return tooDeep(c, site);
  const day = await services.papersOfDay(text, { limit: DAY_LIMIT, offset });
  return c.html(dayPage({ site, day, status: await services.status(), newest: false }));
}

async function search(c: Context, site: Site, services: Services) {
  const query = c.req.query('q') ?? '';
  const status = await services.status();
  if (query.trim() === '') return c.html(askPage(site, status));
  const offset = offsetOf(c.req.query('offset'));
  if (offset === undefined) return tooDeep(c, site);
  const result = await services.search(query, { offset, limit: SEARCH_LIMIT, signal: c.req.raw.signal });
  return c.html(searchPage(site, status, result));
}

/** A paper by any of its names. Every other address of it redirects to the one that paperPath makes. */
async function paper(c: Context, site: Site, services: Services, id: string) {
  const view = await services.paper(id);
  if (view === undefined) {
    const name = cutAt(id, REQUEST.shownQuery);
    return c.html(messagePage(site, 'No such paper', `This library has no paper “${name}”.`, { query: id }), 404);
  }
  const { pathname, search } = new URL(c.req.url);
  if (pathname + search !== paperPath(id)) return c.redirect(paperPath(id), 301);
  const similar = await services.similar(view.work.key, { limit: SIMILAR_LIMIT }).catch(noneYet);
  return c.html(paperPage(site, view, similar));
}

function tooDeep(c: Context, site: Site) {
  const message = `offset is not a whole number from 0 to ${REQUEST.offset}.`;
  return c.html(
    messagePage(site, 'Not understood', message, { hint: 'A narrower query shows what comes later.' }),
    400,
  );
}

/** While the index is being made, a paper has no neighbours. */
function noneYet(error: unknown): undefined {
  if (!isNoIndexYet(error)) throw error;
}

function isNoIndexYet(error: unknown): boolean {
  return error instanceof EngineError && error.code === 'NOT_FOUND';
}

/** The newest papers of earlier days, as many as a short day leaves room for. */
async function earlierThan(services: Services, day: DayPage): Promise<ListPage | undefined> {
  if (day.total >= FEW) return undefined;
  const { works, ...rest } = await services.list({ limit: FEW + day.total });
  return { ...rest, works: works.filter((work) => work.day !== day.day).slice(0, FEW) };
}

/** undefined for a text that is not an offset of a list. */
function offsetOf(text = '0'): number | undefined {
  const offset = Number(text);
  return /^\d{1,15}$/.test(text) && offset <= REQUEST.offset ? offset : undefined;
}
