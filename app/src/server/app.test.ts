// The JSON API: answers, wrong questions, and the door through which a command hands papers over.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inFolder, PAPERS, writeRows } from '../../test/papers.ts';
import { type OpenLibrary, openLibraryIn } from '../services/library-open.ts';
import { createPages } from '../web/index.ts';
import { createApp } from './app.ts';
import { findServer } from './ownership.ts';
import { startSite } from './serve.ts';

const withLibrary = <T>(use: (library: OpenLibrary, folder: string) => Promise<T>): Promise<T> =>
  inFolder(async (folder) => {
    const library = await openLibraryIn(join(folder, 'data'), { create: true });
    try {
      await library.ingest.importFiles([writeRows(join(folder, 'papers.jsonl'), PAPERS)]);
      return await use(library, folder);
    } finally {
      await library.close();
    }
  });

describe('the JSON API', () => {
  it('answers searches, papers, days and status, and says what is wrong with a question', async () => {
    await withLibrary(async ({ services }) => {
      const app = createApp(services);
      const get = async (path: string) => {
        const answer = await app.request(path);
        return { status: answer.status, body: (await answer.json()) as never as Record<string, never> };
      };
      expect(await get('/healthz')).toEqual({ status: 200, body: { status: 'ok', works: 11 } });
      const found = await get('/api/v1/search?q=walruses&limit=1');
      expect(found).toMatchObject({ status: 200, body: { query: 'walruses', limit: 1, total: 2 } });
      expect((await get('/api/v1/papers/2503.00001')).body).toMatchObject({
        work: { title: 'Small Indexes for Big Questions' },
      });
      expect((await get(`/api/v1/papers/${encodeURIComponent('conf/7')}`)).body).toMatchObject({ others: [{}] });
      expect((await get('/api/v1/papers/2503.00003/similar?limit=2')).status).toBe(200);
      expect((await get('/api/v1/papers')).body.works).toHaveLength(11);
      expect((await get('/api/v1/days/newest')).body).toMatchObject({ day: '2025-03-18', total: 2 });
      expect((await get('/api/v1/days/2024-01-01')).body).toMatchObject({ total: 0, works: [] });
      expect((await get('/api/v1/status')).body).toMatchObject({ works: 11, indexed: 11 });
      for (const [path, status, code] of [
        ['/api/v1/papers/nothing', 404, 'NOT_FOUND'],
        ['/api/v1/papers/nothing/similar', 404, 'NOT_FOUND'],
        ['/api/v1/days/2024-02-30', 400, 'INVALID_ARGUMENT'],
        ['/api/v1/search?q=a&limit=many', 400, 'INVALID_ARGUMENT'],
        ['/api/v1/search?q=a&mode=magic', 400, 'INVALID_ARGUMENT'],
        ['/api/v1/search?q=a&offset=-1', 400, 'INVALID_ARGUMENT'],
        ['/api/v1/nowhere', 404, 'NOT_FOUND'],
      ] as const) {
        expect(await get(path), path).toMatchObject({ status, body: { error: { code } } });
      }
    });
  });

  it('takes papers only with the token and only from this machine', async () => {
    await withLibrary(async (library, folder) => {
      const file = writeRows(join(folder, 'more.jsonl'), [{ id: 'n1', title: 'Narwhals of the North' }, '{broken']);
      let address = '127.0.0.1';
      const app = createApp(library.services, {
        ingest: library.ingest,
        token: 'secret',
        remoteAddress: () => address,
      });
      const post = (token: string, body: unknown) =>
        app.request('/api/v1/import', {
          method: 'POST',
          headers: { authorization: `Bearer ${token}` },
          body: JSON.stringify(body),
        });
      expect((await post('wrong', { paths: [file] })).status).toBe(403);
      expect((await app.request('/api/v1/import')).status).toBe(403);
      address = '203.0.113.7';
      expect((await post('secret', { paths: [file] })).status).toBe(403);
      address = '::ffff:127.0.0.1';
      expect((await post('secret', { paths: [] })).status).toBe(400);
      const answer = await post('secret', { paths: [file] });
      const events = (await answer.text())
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(events.find(({ kind }) => kind === 'rejected')).toMatchObject({ line: 2 });
      expect(events.at(-1)).toMatchObject({ kind: 'done', report: { added: 1, rejected: 1 } });
      expect((await library.services.search('narwhals north')).hits[0]?.work.title).toBe('Narwhals of the North');
    });
  });
});

describe('startSite', () => {
  it('refuses a library that another server holds, and takes one that a dead server left', async () => {
    await inFolder(async (folder) => {
      const site = await startSite({ folder, port: 0 });
      await expect(startSite({ folder, port: 0 })).rejects.toMatchObject({
        code: 'LOCKED',
        message: expect.stringContaining(site.url),
      });
      const left = readFileSync(join(folder, 'server.json'));
      await site.stop();
      writeFileSync(join(folder, 'server.json'), left);
      await (await startSite({ folder, port: 0 })).stop();
    });
  });

  it('answers unknown addresses with a page where there are pages, and under /api with JSON', async () => {
    await withLibrary(async ({ services }) => {
      const app = createApp(services, { pages: createPages(services) });
      const page = await app.request('/nowhere');
      expect([page.status, page.headers.get('content-security-policy')?.includes("'none'")]).toEqual([404, true]);
      expect(await page.text()).toContain('There is nothing at &quot;/nowhere&quot;');
      expect(await (await app.request('/api/nowhere')).json()).toMatchObject({ error: { code: 'NOT_FOUND' } });
    });
  });

  it('serves, is found by its folder, refuses a taken port in words, and goes without a trace', async () => {
    await inFolder(async (folder) => {
      const site = await startSite({ folder, port: 0 });
      expect((await fetch(`${site.url}/healthz`)).status).toBe(200);
      const found = await findServer(folder);
      expect(found?.url).toBe(site.url);
      const port = Number(new URL(site.url).port);
      await inFolder(async (other) => {
        await expect(startSite({ folder: other, port })).rejects.toMatchObject({
          code: 'LOCKED',
          message: `Port ${port} of 127.0.0.1 is taken`,
        });
      });
      await site.stop();
      expect(await findServer(folder)).toBeUndefined();
      await expect(fetch(`${site.url}/healthz`)).rejects.toThrow();
    });
  });

  it('begins an empty library with the sample, and another time with what is there', async () => {
    await inFolder(async (folder) => {
      const sample = writeRows(join(folder, 'sample.jsonl'), PAPERS.slice(0, 3));
      const data = join(folder, 'data');
      for (const _ of [1, 2]) {
        const site = await startSite({ folder: data, port: 0, sample });
        await site.ready;
        expect(await site.library.services.status()).toMatchObject({ works: 3, indexed: 3, sample: true });
        await site.stop();
      }
    });
  });
});
