// The pages of the site: paths to pages. Everything that pages show comes from Services.

import { type Context, Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { acceptsCoding } from '../output/codings.ts';
import type { Pages } from '../output/pages.ts';
import type { Services } from '../services/index.ts';
import { type Asset, loadAssets } from './assets.ts';
import { choose, displayOf, keepDisplay } from './display.ts';
import { displayPage } from './display-page.tsx';
import { addLists } from './list-routes.tsx';
import { messagePage } from './message-page.tsx';
import { addPapers } from './paper-routes.tsx';
import { addSearch } from './search-routes.tsx';
import { DEFAULT_CURATOR, DEFAULT_TITLE, type SiteFor } from './site.ts';
import { rankingPage } from './trending-page.tsx';

export interface PagesOptions {
  readonly title?: string;
  readonly curator?: string;
}

/** Every page; mount the routes at the root. */
export function createPages(services: Services, options: PagesOptions = {}): Pages {
  const assets = loadAssets();
  const siteFor: SiteFor = (c) => ({
    title: options.title ?? DEFAULT_TITLE,
    curator: options.curator ?? DEFAULT_CURATOR,
    assets: assets.paths,
    display: displayOf(c),
  });
  const routes = new Hono();
  for (const asset of assets.all) routes.get(asset.path, (c) => answerAsset(c, asset));
  routes.get('/', (c) => c.redirect('/papers'));
  routes.get('/about/ranking', (c) => c.html(rankingPage(siteFor(c))));
  routes.get('/settings/display', (c) => c.html(displayPage(siteFor(c))));
  routes.post('/settings/display', changeDisplay);
  addLists(routes, services, siteFor);
  addSearch(routes, services, siteFor);
  addPapers(routes, services, siteFor); // the last one: /papers/:id takes every other path below /papers
  return {
    routes,
    problem: (c, { status, message, hint }) => {
      const text = status === 503 ? NOT_READY : { title: TITLES.get(status) ?? 'Something went wrong', message };
      if (status === 503) c.header('retry-after', '2');
      const shown = messagePage(siteFor(c), text.title, text.message, { ...(hint !== undefined && { hint }) });
      return c.html(shown, status as ContentfulStatusCode); // every status of an error has a body
    },
  };
}

const TITLES: ReadonlyMap<number, string> = new Map([
  [400, 'Not understood'],
  [403, 'Not allowed'],
  [404, 'No such page'],
]);
const NOT_READY = { title: 'Not ready yet', message: 'The index is being made. Try again in a moment.' };

function answerAsset(c: Context, { type, body, tag, encoded }: Asset): Response {
  c.header('cache-control', 'public, max-age=31536000, immutable');
  c.header('etag', tag);
  c.header('vary', 'Accept-Encoding');
  if (c.req.header('if-none-match') === tag) return c.body(null, 304);
  c.header('content-type', type);
  for (const [coding, bytes] of encoded) {
    if (!acceptsCoding(c.req.header('accept-encoding'), coding)) continue;
    c.header('content-encoding', coding);
    return c.body(bytes);
  }
  return c.body(body);
}

/** Keeps what the form names and leaves the rest as it was; then back to where the reader came from. */
async function changeDisplay(c: Context): Promise<Response> {
  const form = await c.req.parseBody();
  const field = (name: string) => {
    const value = form[name];
    return typeof value === 'string' ? value : undefined;
  };
  keepDisplay(c, choose({ theme: field('theme'), density: field('density'), keys: field('keys') }, displayOf(c)));
  const to = field('to');
  return c.redirect(to !== undefined && isLocal(to) ? to : '/settings/display', 303);
}

/** A path of this site: a browser reads `//host` and `/\host` as another site. */
function isLocal(path: string): boolean {
  return /^\/(?![/\\])[\x21-\x7e]*$/.test(path) && path.length < 2_000;
}
