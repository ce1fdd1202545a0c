// What holds for every request: host, headers, methods, size, parameters, and errors without paths of this machine.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EngineError, type ErrorCode } from '@quire/engine/core';
import { describe, expect, it } from 'vitest';
import { PLAIN_WORK } from '../../test/hostile.ts';
import { STATUS_OF } from '../api/problem.ts';
import { EXIT_OF } from '../cli/io.ts';
import { withoutPaths } from '../output/paths.ts';
import type { SearchPage, Services } from '../services/index.ts';
import { createPages } from '../web/index.ts';
import { createApp } from './app.ts';

const FOLDER = '/srv/quire data';
const page = (query: string): SearchPage => ({
  query,
  hits: [],
  total: 0,
  more: false,
  offset: 0,
  limit: 20,
  pipeline: 'lexical',
  sort: 'relevance',
  conditions: [],
  replaced: [],
  notes: [],
  ms: 1,
});

function servicesWith(over: Partial<Services> = {}): Services {
  const services: Partial<Services> = {
    newestDay: async () => '2025-03-18',
    papersOfDay: async (day, { offset = 0, limit = 20 } = {}) => ({
      day,
      works: [PLAIN_WORK],
      total: 1,
      offset,
      limit,
    }),
    list: async () => ({ works: [PLAIN_WORK] }),
    daysWithPapers: async () => ({ days: [{ day: '2025-03-18', count: 1 }] }),
    papersOfPeriod: async (period, { offset = 0, limit = 20 } = {}) => ({
      ...period,
      works: [PLAIN_WORK],
      total: 1,
      offset,
      limit,
    }),
    categoriesOf: async () => [{ category: 'cs.IR', count: 1 }],
    trendingPapers: async () => ({ hits: [], total: 0, offset: 0, limit: 20, days: 28, withPrior: true }),
    paperRanking: async () => undefined,
    monthsWithPapers: async () => [],
    papersOfMonth: async () => [],
    removeSample: async () => ({ records: 0, works: 0 }) as never, // what the route reads
    search: async (query) => page(query),
    paper: async (id) => (id === '2503.00001' ? { work: PLAIN_WORK, others: [] } : undefined),
    similar: async (id) => (id === '2503.00001' ? { hits: [] } : undefined),
    counts: async () => ({ records: 1, works: 1, sources: [] }),
    status: async () => ({ folder: FOLDER, works: 1, indexed: 1, sources: [], notes: [] }) as never, // what the routes read
    ...over,
  };
  return services as Services; // every method is there
}

function appWith(over: Partial<Services> = {}, options: Parameters<typeof createApp>[1] = {}) {
  const services = servicesWith(over);
  return createApp(services, { pages: createPages(services), token: 'secret', ...options });
}

const app = appWith();
/** Every route that the app has, with real values in place of its parameters. */
const ROUTES = [
  ...new Map(
    app.routes.filter(({ method }) => method !== 'ALL').map((route) => [`${route.method} ${route.path}`, route]),
  ).values(),
].map(({ method, path }) => ({
  method,
  path: path
    .replace(':day', '2025-03-18')
    .replace(':week', '2025-W12')
    .replace(':month', '2025-03')
    .replace(/:id(\{\.\+\})?/, '2503.00001'),
}));
const STYLE = ROUTES.find(({ path }) => path.startsWith('/static/'))?.path ?? '';

describe('every answer', () => {
  it('has the security headers', async () => {
    expect(ROUTES.length).toBeGreaterThan(12);
    const requests: readonly (readonly [method: string, path: string, headers?: Record<string, string>])[] = [
      ...ROUTES.map(({ method, path }) => [method, path] as const),
      ...ROUTES.map(({ path }) => ['PUT', path] as const),
      ['GET', '/nowhere'],
      ['GET', '/api/nowhere'],
      ['GET', '/api/v1/papers/none'],
      ['GET', '/papers/none'],
      ['GET', '/api/v1/search?limit=x'],
      ['GET', `/search?q=${'a'.repeat(20_000)}`],
      ['GET', '/papers', { host: 'evil.example' }],
      ['GET', STYLE, { 'if-none-match': (await app.request(STYLE)).headers.get('etag') ?? '' }],
      ['HEAD', '/papers'],
    ];
    const statuses = new Set<number>();
    for (const [method, path, headers = {}] of requests) {
      const answer = await app.request(path, { method, headers });
      statuses.add(answer.status);
      const seen = [answer.headers.get('x-content-type-options'), answer.headers.get('x-frame-options')];
      expect([method, path, ...seen], `${answer.status}`).toEqual([method, path, 'nosniff', 'DENY']);
      expect(answer.headers.get('content-security-policy'), path).toContain("default-src 'none'");
      expect(answer.headers.get('referrer-policy'), path).toBe('same-origin');
    }
    expect([...statuses].sort()).toEqual([200, 302, 303, 304, 400, 403, 404, 405, 414, 421]);
    const failing = appWith({ search: () => Promise.reject(new TypeError('a defect')) });
    for (const path of ['/search?q=a', '/api/v1/search?q=a']) {
      const answer = await failing.request(path);
      expect([answer.status, answer.headers.get('x-content-type-options')]).toEqual([500, 'nosniff']);
    }
  });

  it('for a known path and another method is 405, with the methods that the path has', async () => {
    for (const { path } of ROUTES) {
      for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
        const answer = await app.request(path, { method });
        expect([path, method, answer.status]).toEqual([path, method, 405]);
        const allow = answer.headers.get('allow')?.split(', ') ?? [];
        expect(allow, path).toContain(ROUTES.find((route) => route.path === path)?.method);
      }
    }
    expect((await app.request('/papers', { method: 'POST' })).headers.get('allow')).toBe('GET, HEAD');
    expect((await app.request('/nowhere', { method: 'POST' })).status).toBe(404);
  });
});

describe('the host of a request', () => {
  const statusFor = async (host: string, options: Parameters<typeof createApp>[1] = {}) => {
    const guarded = appWith({}, options);
    const paths = ['/papers', '/api/v1/status', '/api/v1/import', '/healthz', STYLE, '/nowhere'];
    const answers = await Promise.all(paths.map((path) => guarded.request(path, { headers: { host } })));
    const refused = answers.filter(({ status }) => status === 421).length;
    expect([0, paths.length]).toContain(refused); // all paths or none
    return refused === 0;
  };

  it.each(['localhost', 'LOCALHOST:4321', 'localhost.', '127.0.0.1:1', '127.8.9.1', '[::1]:4321'])(
    'may be this machine: %s',
    async (host) => expect(await statusFor(host)).toBe(true),
  );

  it.each([
    'evil.example',
    'localhost.evil.example',
    'evil.example:80',
    '127.0.0.1.evil.example',
    '192.168.1.5',
    '0.0.0.0',
    '[::2]',
    'a@localhost',
    'localhost/x',
    '',
    'a b',
  ])('may not be another name: %j', async (host) => expect(await statusFor(host)).toBe(false));

  it('may be the public address, and the address that the server listens on', async () => {
    const publicUrl = 'https://Papers.Example.org/';
    expect(await statusFor('papers.example.org', { publicUrl })).toBe(true);
    expect(await statusFor('papers.example.org:443', { publicUrl })).toBe(true);
    expect(await statusFor('evil.example', { publicUrl })).toBe(false);
    expect(await statusFor('192.168.1.5:4321', { listening: '192.168.1.5' })).toBe(true);
    expect(await statusFor('[fe80::1]:4321', { listening: 'fe80::1' })).toBe(true);
    expect(await statusFor('0.0.0.0', { listening: '0.0.0.0' })).toBe(false);
  });

  it('counts in both places that a request can name it', async () => {
    const answer = await app.request('http://evil.example/papers', { headers: { host: 'localhost' } });
    expect(answer.status).toBe(421);
  });
});

describe('parameters of the API', () => {
  it.each([
    ['/search?q=a&offset=50000', 'offset is not a whole number from 0 to 10000'],
    ['/search?q=a&offset=-1', 'offset is not a whole number from 0 to 10000'],
    ['/papers?offset=1e3', 'offset is not a whole number from 0 to 10000'],
    ['/papers?offset=', 'offset is not a whole number from 0 to 10000'],
    ['/papers?limit=0', 'limit is not a whole number from 1 to 100'],
    ['/days/2025-03-18?limit=101', 'limit is not a whole number from 1 to 100'],
    ['/papers/2503.00001/similar?limit=0x5', 'limit is not a whole number from 1 to 100'],
    ['/search?q=a&mode=magic', 'mode is hybrid, lexical or dense'],
    ['/search?q=a&q=b', '"q" is given more than once'],
    ['/papers?limit=1&limit=1', '"limit" is given more than once'],
    ['/search?query=a', 'There is no parameter "query"'],
    ['/status?x=1', 'There is no parameter "x"'],
    ['/status?__proto__=1', 'There is no parameter "__proto__"'],
    ['/paper', 'id is missing'],
    ['/paper?id=', 'id is empty'],
    ['/days/2025-02-30', '"2025-02-30" is not a day'],
  ])('%s: %s', async (path, message) => {
    const answer = await app.request(`/api/v1${path}`);
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { code: 'INVALID_ARGUMENT', message } }]);
  });

  it('name a paper by any id, also one that a path cannot hold', async () => {
    const asked: string[] = [];
    const any = appWith({
      paper: async (id) => {
        asked.push(id);
        return { work: PLAIN_WORK, others: [] };
      },
    });
    for (const id of ['.', '..', ' a ', 'a/b', '%', '?#']) {
      const url = new URL(`/api/v1/paper?id=${encodeURIComponent(id)}`, 'http://localhost');
      expect((await any.request(url)).status).toBe(200);
      expect(asked.at(-1)).toBe(id);
    }
  });
});

describe('errors', () => {
  it.each(Object.entries(STATUS_OF))('of code %s have status %i, on pages as in the API', async (code, status) => {
    const failing = appWith({
      search: () => Promise.reject(new EngineError(code as ErrorCode, 'A message', { hint: 'A hint' })),
    });
    const answer = await failing.request('/api/v1/search?q=a');
    expect([answer.status, await answer.json()]).toEqual([
      status,
      { error: { code, message: 'A message', hint: 'A hint' } },
    ]);
    expect((await failing.request('/search?q=a')).status).toBe(status);
  });

  it('stand in docs/errors.md with their status and their exit code', () => {
    const text = readFileSync(fileURLToPath(new URL('../../../docs/errors.md', import.meta.url)), 'utf8');
    const rows = [...text.matchAll(/^\| \[`([A-Z_]+)`\].*\| (\d{3}) \| (\d+) \|$/gm)];
    const stated = Object.fromEntries(rows.map(([, code, status, exit]) => [code, [Number(status), Number(exit)]]));
    const real = Object.entries(STATUS_OF).map(([code, status]) => [code, [status, EXIT_OF[code as ErrorCode]]]);
    expect(stated).toEqual(Object.fromEntries(real));
  });

  it('name no path of this machine, on pages as in the API', async () => {
    const message = `The file ${FOLDER}/index/x.part and /etc/quire/a b.json and C:\\Users\\x\\y.txt are damaged`;
    const failing = appWith({
      search: () => Promise.reject(new EngineError('CORRUPT', message, { hint: `Read ${FOLDER}` })),
    });
    for (const path of ['/api/v1/search?q=a', '/search?q=a']) {
      const text = await (await failing.request(path)).text();
      expect(text).toContain('index/x.part');
      for (const part of ['/srv', 'quire data', '/etc', 'Users']) expect(text, part).not.toContain(part);
    }
    const defect = appWith({ search: () => Promise.reject(new TypeError(`Cannot open ${FOLDER}`)) });
    for (const path of ['/api/v1/search?q=a', '/search?q=a']) {
      expect(await (await defect.request(path)).text()).not.toContain('Cannot open');
    }
  });

  it('are reported where the server runs', async () => {
    const seen: unknown[] = [];
    const defect = new TypeError('a defect');
    const failing = appWith({ search: () => Promise.reject(defect) }, { onProblem: (error) => seen.push(error) });
    await failing.request('/api/v1/search?q=a');
    expect(seen).toEqual([defect]);
  });

  it('keep addresses whole', () => {
    expect(withoutPaths('See https://example.org/a/b and and/or 1/2', FOLDER)).toBe(
      'See https://example.org/a/b and and/or 1/2',
    );
    expect(withoutPaths('Cannot read "/var/lib/x.json": no', FOLDER)).toBe('Cannot read "x.json": no');
  });

  it('are not in the status', async () => {
    expect(await (await app.request('/api/v1/status')).text()).not.toContain('quire data');
  });
});
