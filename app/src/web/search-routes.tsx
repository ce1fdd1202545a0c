// The path of the search page.

import type { Hono } from 'hono';
import type { Services } from '../services/index.ts';
import { fragment } from './layout.tsx';
import { offsetOf, tooDeep } from './offsets.ts';
import { askPage, SearchResults, searchPage } from './search-page.tsx';
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
    const view = { query, offset, sort: sortOf(c.req.query('sort')), exact: c.req.query('exact') === '1' };
    const isLive = c.req.query('live') === '1';
    // As one types, the list alone is asked for: facets would be gone before they are read.
    const beside = isLive ? { typing: true } : { facets: true };
    const { sort, exact } = view;
    const signal = c.req.raw.signal;
    const result = await services.search(query, { offset, limit: LIMIT, sort, exact, signal, ...beside });
    if (isLive) return c.html(fragment(<SearchResults status={status} result={result} view={view} />));
    return c.html(searchPage(site, status, result, view));
  });
}

/** Relevance for anything that is no order: an address typed by hand shows something. */
function sortOf(text: string | undefined): 'relevance' | 'date' | 'votes' {
  return text === 'date' || text === 'votes' ? text : 'relevance';
}
