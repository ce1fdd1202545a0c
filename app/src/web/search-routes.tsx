// The path of the search page.

import type { Hono } from 'hono';
import type { Services } from '../services/index.ts';
import { offsetOf, tooDeep } from './offsets.ts';
import { askPage, searchPage } from './search-page.tsx';
import type { SiteFor } from './site.ts';

const LIMIT = 20;

/** Adds the route. */
export function addSearch(routes: Hono, services: Services, siteFor: SiteFor): void {
  routes.get('/search', async (c) => {
    const site = siteFor(c);
    const query = c.req.query('q') ?? '';
    const status = await services.status();
    if (query.trim() === '') return c.html(askPage(site, status));
    const offset = offsetOf(c.req.query('offset'));
    if (offset === undefined) return tooDeep(c, site);
    const result = await services.search(query, { offset, limit: LIMIT, signal: c.req.raw.signal });
    return c.html(searchPage(site, status, result));
  });
}
