// A server checks its store in the background and says so until the check has ended.
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { expect, it } from 'vitest';
import { inFolder, PAPERS, writeRows } from '../../test/papers.ts';
import { openLibraryIn } from '../services/library-open.ts';
import { createPages } from '../web/index.ts';
import { startSite } from './serve.ts';

interface Status {
  readonly store: { readonly state: string; readonly checkedAt?: string; readonly damaged: readonly string[] };
  readonly notes: readonly string[];
}

it('says "not yet checked", then that the store is sound, then what is damaged', async () => {
  await inFolder(async (folder) => {
    const data = join(folder, 'data');
    const library = await openLibraryIn(data, { create: true });
    await library.ingest.importFiles([writeRows(join(folder, 'papers.jsonl'), PAPERS)]);
    await library.close();
    const ask = async (url: string) => (await (await fetch(`${url}/api/v1/status`)).json()) as Status; // the route's type

    const first = await startSite({ folder: data, port: 0 });
    expect(await first.library.services.status()).toMatchObject({
      store: { state: 'unchecked', damaged: [] },
      notes: expect.arrayContaining(['The store is not yet checked.']),
    });
    await first.checked;
    const { store, notes } = await ask(first.url);
    expect([store.state, typeof store.checkedAt, notes.join()]).toEqual([
      'sound',
      'string',
      expect.not.stringMatching(/store/i),
    ]);
    await first.stop();

    const raw = new DatabaseSync(join(data, 'papers.sqlite'));
    raw.exec("DELETE FROM identities WHERE key = 'arxiv:2503.00003'"); // no read can see that a row is missing
    raw.close();
    const second = await startSite({ folder: data, port: 0, pages: (services) => createPages(services) });
    await second.checked;
    expect(await ask(second.url)).toMatchObject({
      store: { state: 'damaged', damaged: expect.arrayContaining([expect.stringMatching(/identities/)]) },
      notes: expect.arrayContaining([expect.stringContaining('quire doctor --repair')]),
    });
    const missing = await fetch(`${second.url}/papers/2503.99999`);
    expect([missing.status, await missing.text()]).toEqual([500, expect.stringContaining('identities')]);
    const day = await (await fetch(`${second.url}/papers`)).text();
    expect(day).toContain('identities');
    await second.stop();
  });
});

it('stops in the middle of the check', async () => {
  await inFolder(async (folder) => {
    const site = await startSite({ folder: join(folder, 'data'), port: 0 });
    await site.stop();
    await site.checked;
    expect(site.library.store.health).toBeDefined();
  });
});
