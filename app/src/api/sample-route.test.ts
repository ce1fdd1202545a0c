// The sample library leaves at one press, and only for the person at this machine.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inFolder, PAPERS, writeRows } from '../../test/papers.ts';
import { createApp } from '../server/app.ts';
import { type OpenLibrary, openLibraryIn, SAMPLE_SOURCE } from '../services/library-open.ts';
import { createPages } from '../web/index.ts';

const withSample = (use: (library: OpenLibrary) => Promise<void>): Promise<void> =>
  inFolder(async (folder) => {
    const library = await openLibraryIn(join(folder, 'data'), { create: true });
    try {
      const shared = { ...PAPERS[0], upvotes: 40, tldr: 'A sample claim.', abstract: 'Our own summary.' };
      const sample = writeRows(join(folder, 'sample.jsonl'), [shared, ...PAPERS.slice(2, 4)]);
      await library.ingest.importFiles([sample], { source: SAMPLE_SOURCE });
      await library.ingest.importFiles([writeRows(join(folder, 'papers.jsonl'), PAPERS.slice(0, 2))]);
      await use(library);
    } finally {
      await library.close();
    }
  });

const press = (library: OpenLibrary, headers: Record<string, string> = {}, address = '127.0.0.1') =>
  createApp(library.services, { pages: createPages(library.services), remoteAddress: () => address }).request(
    'http://localhost/sample/remove',
    { method: 'POST', headers: { host: 'localhost', ...headers } },
  );

describe('removing the sample library', () => {
  it('takes its papers, votes and texts out, and leaves what other sources say', async () => {
    await withSample(async (library) => {
      const { services } = library;
      expect((await services.counts()).works).toBe(4);
      const before = await services.paper('2503.00001');
      expect(before?.work.upvotes).toBe(40);
      const answer = await press(library, { 'sec-fetch-site': 'same-origin' });
      expect([answer.status, answer.headers.get('location')]).toEqual([303, '/papers']);
      expect((await services.paper('2503.00001'))?.work).toMatchObject({
        upvotes: 0,
        abstract: 'We compress the index of a search engine. Queries stay fast.',
      });
      expect((await services.paper('2503.00001'))?.work.tldr).toBeUndefined();
      expect(await services.paper('2503.00003')).toBeUndefined();
      await library.ingest.catchUp();
      expect(
        (await services.search('dense retrieval', { mode: 'lexical' })).hits.map(({ work }) => work.key),
      ).not.toContain('arxiv:2503.00003');
      expect(await services.removeSample()).toEqual({ removed: 0 });
    });
  });

  it('refuses a page of another site and another machine, and removes nothing', async () => {
    await withSample(async (library) => {
      for (const [headers, address] of [
        [{ 'sec-fetch-site': 'cross-site' }, '127.0.0.1'],
        [{ origin: 'https://evil.example' }, '127.0.0.1'],
        [{ origin: 'null' }, '127.0.0.1'],
        [{ 'sec-fetch-site': 'same-origin' }, '192.0.2.7'],
      ] as const) {
        expect((await press(library, headers, address)).status, JSON.stringify([headers, address])).toBe(403);
        expect((await library.services.counts()).works).toBe(4);
      }
    });
  });
});
