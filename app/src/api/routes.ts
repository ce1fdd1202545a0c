// The JSON API under /api/v1: search, papers, days, status. docs/http.md describes it.

import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { REQUEST } from '../output/bounds.ts';
import { parseDate } from '../papers/index.ts';
import type { SearchOptions, Services } from '../services/index.ts';
import { answerJson, problem } from './problem.ts';

/** Adds the routes that read. */
export function createApi(services: Services): Hono {
  const api = new Hono();
  api.get('/search', (c) =>
    asked(c, SEARCH, async ({ q, mode, ...rest }) => {
      const options: SearchOptions = { ...rest, ...(mode && { mode }), signal: c.req.raw.signal };
      return answerJson(c, await services.search(q, options));
    }),
  );
  api.get('/papers', (c) => asked(c, PAGE, async (page) => answerJson(c, await services.list(page))));
  api.get('/papers/trending', (c) =>
    asked(c, TRENDING, async (choice) => answerJson(c, await services.trendingPapers(choice))),
  );
  api.get('/paper/ranking', (c) =>
    asked(c, ID, async ({ id }) => {
      const found = await services.paperRanking(id);
      return found === undefined ? missing(c, id) : answerJson(c, found);
    }),
  );
  // An id may be any text. A browser shortens `.` and `..` in a path, so an id may also be a parameter.
  api.get('/paper', (c) => asked(c, ID, ({ id }) => paper(c, services, id)));
  api.get('/paper/similar', (c) => asked(c, ID.extend({ limit: LIMIT }), (query) => similar(c, services, query)));
  api.get('/papers/:id', (c) => asked(c, NONE, () => paper(c, services, c.req.param('id'))));
  api.get('/papers/:id/similar', (c) =>
    asked(c, z.strictObject({ limit: LIMIT }), ({ limit }) => similar(c, services, { id: c.req.param('id'), limit })),
  );
  api.get('/days/:day', (c) => asked(c, PAGE, (page) => day(c, services, page)));
  api.get('/status', (c) =>
    asked(c, NONE, async () => {
      const { folder: _, ...status } = await services.status(); // a path of this machine
      return answerJson(c, status);
    }),
  );
  return api;
}

const LIMIT = whole('limit', 1, REQUEST.limit, 20);
const PAGE = z.strictObject({ offset: whole('offset', 0, REQUEST.offset, 0), limit: LIMIT });
const TRENDING = PAGE.extend({ days: whole('days', 1, 60, 28) });
const SEARCH = PAGE.extend({
  q: z.string().default(''),
  mode: z.enum(['hybrid', 'lexical', 'dense'], 'mode is hybrid, lexical or dense').optional(),
  sort: z.enum(['relevance', 'date', 'votes'], 'sort is relevance, date or votes').default('relevance'),
  exact: flag('exact'),
  facets: flag('facets'),
  typing: flag('typing'),
});
const ID = z.strictObject({ id: z.string('id is missing').min(1, 'id is empty') });
const NONE = z.strictObject({});

/** A whole number in decimal digits. Number() alone would take "1e3", " 7" and "0x10". */
function whole(name: string, min: number, max: number, standard: number) {
  const message = `${name} is not a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message)
    .default(standard);
}

/** 1 or 0. */
function flag(name: string) {
  return z
    .enum(['0', '1'], `${name} is 1 or 0`)
    .default('0')
    .transform((value) => value === '1');
}

/** Reads the parameters of a request and answers; 400 says which parameter is wrong and why. */
async function asked<T>(
  c: Context,
  schema: z.ZodType<T>,
  answer: (query: T) => Response | Promise<Response>,
): Promise<Response> {
  const query = new Map<string, string>();
  for (const [name, value] of new URL(c.req.url).searchParams) {
    if (query.has(name)) return wrong(c, `${JSON.stringify(name.slice(0, 60))} is given more than once`);
    query.set(name, value);
  }
  const found = schema.safeParse(Object.fromEntries(query));
  return found.success ? answer(found.data) : wrong(c, sentenceOf(found.error));
}

export function sentenceOf({ issues: [issue] }: z.ZodError): string {
  if (issue === undefined) return 'The request is not understood';
  if (issue.code === 'unrecognized_keys') return `There is no parameter ${JSON.stringify(issue.keys[0]?.slice(0, 60))}`;
  return issue.message;
}

export function wrong(c: Context, message: string, hint?: string): Response {
  return problem(c, 400, 'INVALID_ARGUMENT', message, hint);
}

async function paper(c: Context, services: Services, id: string): Promise<Response> {
  const view = await services.paper(id);
  return view === undefined ? missing(c, id) : answerJson(c, view);
}

async function similar(
  c: Context,
  services: Services,
  { id, limit }: { readonly id: string; readonly limit: number },
): Promise<Response> {
  const hits = await services.similar(id, { limit });
  return hits === undefined ? missing(c, id) : answerJson(c, hits);
}

async function day(
  c: Context,
  services: Services,
  page: { readonly offset: number; readonly limit: number },
): Promise<Response> {
  const text = c.req.param('day') ?? '';
  const day = text === 'newest' ? await services.newestDay() : text;
  if (day === undefined) return problem(c, 404, 'NOT_FOUND', 'No paper of this library has a day');
  const date = parseDate(day);
  if (date?.precision !== 'day' || date.date !== day) {
    return wrong(c, `${JSON.stringify(day.slice(0, 60))} is not a day`, 'Write it as 2025-11-21.');
  }
  return answerJson(c, await services.papersOfDay(day, page));
}

function missing(c: Context, id: string): Response {
  return problem(c, 404, 'NOT_FOUND', `This library has no paper ${JSON.stringify(id.slice(0, 200))}`);
}
