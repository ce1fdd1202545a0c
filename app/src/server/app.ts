// The HTTP face of the library: a small JSON API under /api/v1, the import door for commands on this machine, and
// whatever pages are mounted beside it. No SQL and no index here: everything comes from Services.

import { timingSafeEqual } from 'node:crypto';
import { EngineError } from '@quire/engine/core';
import { type Context, Hono } from 'hono';
import { stream } from 'hono/streaming';
import { z } from 'zod';
import type { Ingest, IngestEvent } from '../library/ingest.ts';
import { parseDate } from '../papers/index.ts';
import type { SearchOptions, Services } from '../services/services.ts';

export interface AppOptions {
  /** Pages to serve beside the API. */
  readonly pages?: Hono;
  /** Takes files that a command hands over; without it the import door is closed. */
  readonly ingest?: Ingest;
  /** What a command must show to hand over files. */
  readonly token?: string;
  /** Address of the other side; undefined where there is no socket (tests). */
  readonly remoteAddress?: (context: Context) => string | undefined;
  /** Fires when the server stops: running imports end at their last batch. */
  readonly signal?: AbortSignal;
}

/** Makes the app; it listens to nothing by itself. */
export function createApp(services: Services, options: AppOptions = {}): Hono {
  const app = new Hono();
  app.get('/healthz', (c) => c.json({ status: 'ok', works: services.counts().works }));
  app.route('/api/v1', createApi(services, options));
  app.all('/api/*', (c) => problem(c, 404, 'NOT_FOUND', `There is nothing at ${c.req.path}`));
  const { pages } = options;
  if (pages !== undefined) {
    app.route('/', pages);
    app.notFound((c) => pages.fetch(c.req.raw)); // routing an app into another leaves its own answer behind
  }
  app.onError((error, c) => answerError(c, error));
  return app;
}

function createApi(services: Services, options: AppOptions): Hono {
  const api = new Hono();
  api.get('/search', async (c) => {
    const asked = SEARCH.safeParse(c.req.query());
    if (!asked.success) return invalid(c, asked.error);
    const { q, ...search } = asked.data;
    const found = Object.fromEntries(
      Object.entries(search).filter(([, value]) => value !== undefined),
    ) as SearchOptions;
    return c.json(await services.search(q, { ...found, signal: c.req.raw.signal }));
  });
  api.get('/papers', (c) => {
    const page = PAGE.safeParse(c.req.query());
    return page.success ? c.json(services.list(page.data)) : invalid(c, page.error);
  });
  api.get('/papers/:id', (c) => {
    const view = services.paper(c.req.param('id'));
    return view === undefined ? missing(c, c.req.param('id')) : c.json(view);
  });
  api.get('/papers/:id/similar', async (c) => {
    const page = PAGE.safeParse(c.req.query());
    if (!page.success) return invalid(c, page.error);
    const similar = await services.similar(c.req.param('id'), { limit: page.data.limit });
    return similar === undefined ? missing(c, c.req.param('id')) : c.json(similar);
  });
  api.get('/days/:day', (c) => {
    const asked = c.req.param('day');
    const day = asked === 'newest' ? services.newestDay() : asked;
    const page = PAGE.safeParse(c.req.query());
    if (!page.success) return invalid(c, page.error);
    if (day === undefined) return problem(c, 404, 'NOT_FOUND', 'No paper of this library has a day');
    const date = parseDate(day);
    if (date?.precision !== 'day' || date.date !== day) {
      return problem(c, 400, 'INVALID_ARGUMENT', `${JSON.stringify(day)} is not a day`, 'Write it as 2025-11-21.');
    }
    return c.json(services.papersOfDay(day, page.data));
  });
  api.get('/status', (c) => c.json(services.status()));
  addImport(api, options);
  return api;
}

/** GET says that this is the server meant; POST reads files of this machine and tells how it goes, one event a line. */
function addImport(api: Hono, options: AppOptions): void {
  api.use('/import', async (c, next) => {
    const address = options.remoteAddress?.(c);
    const local = address === undefined || /^(?:127\.|::1$|::ffff:127\.)/.test(address);
    if (!local || options.token === undefined || !holdsToken(c, options.token)) {
      return problem(c, 403, 'READ_ONLY', 'Only a command on this machine may hand over papers');
    }
    return next();
  });
  api.get('/import', (c) => c.json({ status: 'ok' }));
  api.post('/import', async (c) => {
    const asked = IMPORT.safeParse(await c.req.json().catch(() => undefined));
    if (!asked.success) return invalid(c, asked.error);
    const { ingest } = options;
    if (ingest === undefined) return problem(c, 403, 'READ_ONLY', 'This server takes no papers');
    const { paths, source, again } = asked.data;
    c.header('content-type', 'application/x-ndjson');
    return stream(c, async (out) => {
      const gone = new AbortController();
      out.onAbort(() => gone.abort());
      const signal = AbortSignal.any([gone.signal, ...(options.signal === undefined ? [] : [options.signal])]);
      const say = (event: IngestEvent | Outcome) => void out.write(`${JSON.stringify(event)}\n`);
      try {
        const report = await ingest.importFiles(paths, {
          signal,
          onEvent: say,
          ...(source && { source }),
          ...(again && { again }),
        });
        await out.write(`${JSON.stringify({ kind: 'done', report } satisfies Outcome)}\n`);
      } catch (error) {
        // Whoever handed the papers over has gone; those that came before are found all the same.
        if (gone.signal.aborted && options.signal?.aborted !== true) {
          await ingest.catchUp({ ...(options.signal && { signal: options.signal }) }).catch(() => undefined);
        }
        await out.write(`${JSON.stringify({ kind: 'failed', error: describe(error) } satisfies Outcome)}\n`);
      }
    });
  });
}

/** The last line of an import's answer. */
export type Outcome =
  | { readonly kind: 'done'; readonly report: Awaited<ReturnType<Ingest['importFiles']>> }
  | { readonly kind: 'failed'; readonly error: ErrorBody };

export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

const LIMIT = z.coerce.number().int().min(1).max(100).default(20);
const OFFSET = z.coerce.number().int().min(0).max(100_000).default(0);
const PAGE = z.object({ offset: OFFSET, limit: LIMIT });
const SEARCH = PAGE.extend({ q: z.string().default(''), mode: z.enum(['hybrid', 'lexical', 'dense']).optional() });
const IMPORT = z.object({
  paths: z.array(z.string().min(1)).min(1).max(1_000),
  source: z.string().min(1).max(200).optional(),
  again: z.boolean().optional(),
});

function holdsToken(c: Context, token: string): boolean {
  const given = Buffer.from(c.req.header('authorization') ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function missing(c: Context, id: string): Response {
  return problem(c, 404, 'NOT_FOUND', `This library has no paper ${JSON.stringify(id)}`);
}

function invalid(c: Context, error: z.ZodError): Response {
  const issue = error.issues[0];
  return problem(
    c,
    400,
    'INVALID_ARGUMENT',
    `${issue?.path.join('.') || 'request'}: ${issue?.message ?? 'not understood'}`,
  );
}

function problem(c: Context, status: 400 | 403 | 404 | 500, code: string, message: string, hint?: string): Response {
  return c.json({ error: { code, message, ...(hint !== undefined && { hint }) } satisfies ErrorBody }, status);
}

function answerError(c: Context, error: unknown): Response {
  const { code, message, hint } = describe(error);
  return problem(c, code === 'INVALID_ARGUMENT' ? 400 : 500, code, message, hint);
}

/** An error as data: what it is, in words, and the fix. */
export function describe(error: unknown): ErrorBody {
  if (error instanceof EngineError) {
    return { code: error.code, message: error.message, ...(error.hint !== undefined && { hint: error.hint }) };
  }
  return { code: 'UNEXPECTED', message: error instanceof Error ? error.message : String(error) };
}
