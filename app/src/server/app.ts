// The HTTP side of the library: what holds for every request (host, size, headers, methods, errors), the JSON API under
// /api/v1, the handover of files, and the pages that are mounted beside them. Everything comes from Services.

import { type Context, Hono } from 'hono';
import { type DiscoveryOptions, discoveryRoutes, robotsHeader } from '../api/discovery.ts';
import { addImport, type ImportOptions } from '../api/import-route.ts';
import { type FormatOptions, listFormats } from '../api/list-formats.ts';
import { answerJson, describePublicly, problem } from '../api/problem.ts';
import { createApi } from '../api/routes.ts';
import { addSample } from '../api/sample-route.ts';
import { REQUEST } from '../output/bounds.ts';
import { jsonOf } from '../output/characters.ts';
import type { ErrorBody, Pages } from '../output/pages.ts';
import type { Services } from '../services/index.ts';
import { securityHeaders } from './headers.ts';
import { checkHost, type HostOptions } from './host.ts';
import { refuseOtherMethods } from './methods.ts';
import { transfer } from './transfer.ts';

export interface AppOptions extends ImportOptions, HostOptions, FormatOptions, DiscoveryOptions {
  readonly pages?: Pages;
  /** Called for errors that no request can cause. */
  readonly onProblem?: (error: unknown) => void;
}

/** Creates the app; it does not listen. */
export function createApp(services: Services, options: AppOptions = {}): Hono {
  const { pages } = options;
  const app = new Hono();
  app.use(securityHeaders, robotsHeader(options), transfer, checkHost(options), checkLength);
  app.get('/healthz', async (c) => answerJson(c, { status: 'ok', works: (await services.counts()).works }));
  const api = createApi(services);
  addImport(api, options);
  app.route('/api/v1', api);
  app.route('/', discoveryRoutes(services, options));
  addSample(app, services, options);
  app.use(listFormats(services, options));
  if (pages !== undefined) app.route('/', pages.routes);
  refuseOtherMethods(app);
  const answer = (c: Context, error: ErrorBody & { readonly status: number }) =>
    pages === undefined || isForProgram(c)
      ? problem(c, error.status, error.code, error.message, error.hint)
      : pages.problem(c, error);
  app.notFound((c) =>
    answer(c, { status: 404, code: 'NOT_FOUND', message: `There is nothing at ${jsonOf(c.req.path.slice(0, 200))}` }),
  );
  app.onError(async (error, c) => {
    const described = describePublicly(error, (await services.status()).folder);
    if (described.status === 500) options.onProblem?.(error);
    return answer(c, described);
  });
  return app;
}

function isForProgram(c: Context): boolean {
  return c.req.path === '/healthz' || /^\/api(?:\/|$)/.test(c.req.path);
}

/** Refuses an address that no page links to. */
async function checkLength(c: Context, next: () => Promise<void>): Promise<Response | undefined> {
  const { pathname, search } = new URL(c.req.url);
  if (pathname.length + search.length > REQUEST.url) {
    return problem(c, 414, 'INVALID_ARGUMENT', `The address of the request is longer than ${REQUEST.url} characters`);
  }
  await next();
  return undefined;
}
