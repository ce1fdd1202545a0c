// The pages of the site: paths to pages. Everything that pages show comes from Services.

import { EngineError } from '@quire/engine/core';
import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { parseDate, type Work } from '../papers/index.ts';
import type { DayPage, Services } from '../services/services.ts';
import { loadStyle } from './assets.ts';
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

/** Only our own style sheet and forms to ourselves: pages need no script, and a paper's text can bring none in. */
const POLICY = {
  defaultSrc: ["'none'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  formAction: ["'self'"],
  baseUri: ["'none'"],
  frameAncestors: ["'none'"],
};

/** An app with every page; mount it at the root. */
export function createPages(services: Services, options: PagesOptions = {}): Hono {
  const style = loadStyle();
  const site: Site = {
    title: options.title ?? DEFAULT_TITLE,
    curator: options.curator ?? DEFAULT_CURATOR,
    stylePath: style.path,
  };
  const app = new Hono();
  app.use(
    secureHeaders({ contentSecurityPolicy: POLICY, referrerPolicy: 'same-origin', strictTransportSecurity: false }),
  );

  app.get(style.path, (c) => {
    c.header('content-type', style.type);
    c.header('cache-control', 'public, max-age=31536000, immutable');
    return c.body(style.body);
  });
  app.get('/', (c) => c.redirect('/papers'));
  app.get('/papers', (c) => {
    const query = c.req.query('q');
    if (query !== undefined) return c.redirect(`/search?${new URLSearchParams({ q: query })}`);
    const newest = services.newestDay();
    const status = services.status();
    if (newest === undefined) return c.html(emptyLibraryPage(site, status));
    const day = services.papersOfDay(newest, { limit: DAY_LIMIT });
    return c.html(dayPage({ site, day, status, newest: true, earlier: earlierThan(services, day) }));
  });
  app.get('/papers/date/:day', (c) => {
    const text = c.req.param('day');
    const date = parseDate(text);
    if (date?.precision !== 'day' || date.date !== text) {
      return c.html(messagePage(site, 'No such day', `“${text}” is not a day. Write it as 2025-11-21.`), 404);
    }
    const day = services.papersOfDay(text, { limit: DAY_LIMIT, offset: offsetOf(c.req.query('offset')) });
    return c.html(dayPage({ site, day, status: services.status(), newest: false }));
  });
  app.get('/search', async (c) => {
    const query = c.req.query('q') ?? '';
    const status = services.status();
    if (query.trim() === '') return c.html(askPage(site, status));
    const offset = offsetOf(c.req.query('offset'));
    const result = await services.search(query, { offset, limit: SEARCH_LIMIT, signal: c.req.raw.signal });
    return c.html(searchPage(site, status, result));
  });
  app.get('/papers/:id', async (c) => {
    const id = c.req.param('id');
    const view = services.paper(id);
    if (view === undefined) {
      return c.html(messagePage(site, 'No such paper', `This library has no paper “${id}”.`, id), 404);
    }
    const similar = (await services.similar(view.work.key, { limit: SIMILAR_LIMIT }).catch(noneYet)) ?? [];
    return c.html(paperPage(site, view, similar));
  });
  app.notFound((c) => c.html(messagePage(site, 'No such page', `There is nothing at ${c.req.path}.`), 404));
  app.onError((error, c) => {
    if (isNoIndexYet(error)) {
      return c.html(messagePage(site, 'Not ready yet', 'The index is being made. Try again in a moment.'), 503);
    }
    return c.html(messagePage(site, 'Something went wrong', error.message), 500);
  });
  return app;
}

/** While the index is being made, a paper has no neighbours. */
function noneYet(error: unknown): undefined {
  if (!isNoIndexYet(error)) throw error;
}

function isNoIndexYet(error: unknown): boolean {
  return error instanceof EngineError && error.code === 'NOT_FOUND';
}

/** The newest papers of earlier days, as many as a short day leaves room for. */
function earlierThan(services: Services, day: DayPage): readonly Work[] {
  if (day.total >= FEW) return [];
  return services
    .list({ limit: FEW + day.total })
    .filter((work) => work.day !== day.day)
    .slice(0, FEW);
}

/** 0 for anything that is no offset. */
function offsetOf(text: string | undefined): number {
  const offset = Number(text ?? 0);
  return Number.isSafeInteger(offset) && offset > 0 ? Math.min(offset, 100_000) : 0;
}
