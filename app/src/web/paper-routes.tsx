// The page of a paper, by any of its names.

import { EngineError } from '@quire/engine/core';
import type { Context, Hono } from 'hono';
import { REQUEST } from '../output/bounds.ts';
import { cutAt } from '../output/characters.ts';
import { paperPath, type Work } from '../papers/index.ts';
import type { Services } from '../services/index.ts';
import { messagePage } from './message-page.tsx';
import { type PaperProps, paperPage } from './paper-page.tsx';
import { CONSIDERED, similarChoiceIn } from './similar.tsx';
import type { SiteFor } from './site.ts';

/** More papers by an author. */
const BY_AUTHOR = 5;

/** Adds the routes. */
export function addPapers(routes: Hono, services: Services, siteFor: SiteFor): void {
  routes.get('/paper', (c) => paper(c, siteFor, services, c.req.query('id') ?? ''));
  routes.get('/papers/:id{.+}', (c) => paper(c, siteFor, services, c.req.param('id')));
}

/** Every other address of a paper redirects to the one that paperPath makes. */
async function paper(c: Context, siteFor: SiteFor, services: Services, id: string): Promise<Response> {
  const view = await services.paper(id);
  if (view === undefined) {
    const message = `This library has no paper “${cutAt(id, REQUEST.shownQuery)}”.`;
    return c.html(messagePage(siteFor(c), 'No such paper', message, { query: id }), 404);
  }
  const own = ownAddress(c, id);
  if (own !== undefined) return c.redirect(own, 301);
  const choice = similarChoiceIn((name) => c.req.query(name));
  const [near, byAuthors] = await Promise.all([
    services.similar(view.work.key, { limit: CONSIDERED }).catch(noneYet),
    moreByAuthor(services, view.work).catch(noneYet),
  ]);
  return c.html(paperPage(siteFor(c), { view, near, choice, byAuthors }));
}

/** The address of a paper that links have, with the other parameters of the request; undefined when it is that one. */
function ownAddress(c: Context, id: string): string | undefined {
  const { pathname, search } = new URL(c.req.url);
  const own = paperPath(id);
  const [first = '', ...others] = search.slice(1).split('&');
  const named = own.includes('?') ? `${pathname}?${first}` : pathname;
  if (named === own) return undefined;
  const rest = [first, ...others].filter((each) => each !== '' && !each.startsWith('id='));
  return rest.length === 0 ? own : `${own}${own.includes('?') ? '&' : '?'}${rest.join('&')}`;
}

/** Other papers by the last author, who often leads the group; by the first one where the last has none. */
async function moreByAuthor(services: Services, { key, authors }: Work): Promise<PaperProps['byAuthors']> {
  for (const author of new Set([authors.at(-1), authors[0]])) {
    if (author === undefined) continue;
    const { hits } = await services.search(`au:"${author.replaceAll('"', '')}"`, { limit: BY_AUTHOR + 1 });
    const works = hits
      .filter(({ reason, work }) => reason === 'author' && work.key !== key)
      .map(({ work }) => work)
      .slice(0, BY_AUTHOR);
    if (works.length > 0) return { author, works };
  }
  return undefined;
}

/** While the index is being made, a paper has no neighbours. */
function noneYet(error: unknown): undefined {
  if (!(error instanceof EngineError && error.code === 'NOT_FOUND')) throw error;
}
