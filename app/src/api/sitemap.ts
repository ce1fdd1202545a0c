// The sitemap (sitemaps.org, 0.9): an index with one file a month, each with the pages of that month's papers and days.

import type { Context, Hono } from 'hono';
import { xmlText } from '../formats/index.ts';
import { paperPath } from '../papers/index.ts';
import type { Services } from '../services/index.ts';

const HEAD = '<?xml version="1.0" encoding="utf-8"?>\n';
const NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"';
const MONTH = /^(\d{4}-(?:0[1-9]|1[0-2]))\.xml$/;
/** Addresses that one file may hold. */
const MOST = 50_000;

export function addSitemap(routes: Hono, services: Services, siteOf: (c: Context) => string): void {
  routes.get('/sitemap.xml', async (c) => {
    const months = (await services.monthsWithPapers()).map(({ month, lastDay }) =>
      entry('sitemap', `${siteOf(c)}/sitemap/${month}.xml`, lastDay),
    );
    return xml(c, `${HEAD}<sitemapindex ${NAMESPACE}>\n${months.join('')}</sitemapindex>\n`);
  });
  routes.get('/sitemap/:file', async (c) => {
    const month = MONTH.exec(c.req.param('file'))?.[1];
    const papers = month === undefined ? [] : await services.papersOfMonth(month);
    if (papers.length === 0) return c.notFound();
    const days = [...new Set(papers.map(({ day }) => day))].map((day) =>
      entry('url', `${siteOf(c)}/papers/date/${day}`, day),
    );
    const pages = papers.map(({ key, day }) => entry('url', siteOf(c) + paperPath(key), day));
    return xml(c, `${HEAD}<urlset ${NAMESPACE}>\n${[...days, ...pages].slice(0, MOST).join('')}</urlset>\n`);
  });
}

function entry(name: 'sitemap' | 'url', address: string, day: string): string {
  return `<${name}><loc>${xmlText(address)}</loc><lastmod>${day}</lastmod></${name}>\n`;
}

function xml(c: Context, body: string): Response {
  c.header('content-type', 'application/xml; charset=utf-8');
  c.header('cache-control', 'public, max-age=3600');
  return c.body(body);
}
