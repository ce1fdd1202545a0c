// A running process stays in step with its folder: papers that another process stored or indexed are found without a
// call, another writer is no trouble, and real trouble is told once.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '@quire/engine/core';
import { describe, expect, it } from 'vitest';
import { inFolder, PAPERS, writeRows } from '../../test/papers.ts';
import { type OpenLibrary, openLibraryIn } from '../services/library-open.ts';
import { Store } from '../store/index.ts';
import { type Following, follow } from './follow.ts';
import { importFiles } from './import-files.ts';
import { PaperIndexer } from './indexer.ts';
import { loadEncoders, openPaperIndex } from './paper-index.ts';

interface Followed {
  readonly data: string;
  readonly library: OpenLibrary;
  readonly following: Following;
  readonly problems: unknown[];
  /** Stores rows as another process does. */
  store(name: string, from: number, to: number): Promise<void>;
}

/** A library that is followed while `use` runs. */
async function followed(use: (running: Followed) => Promise<void>, change: Partial<OpenLibrary> = {}): Promise<void> {
  await inFolder(async (folder) => {
    const data = join(folder, 'data');
    const store = async (name: string, from: number, to: number) => {
      const other = await Store.open(data);
      await importFiles(other, [writeRows(join(folder, name), PAPERS.slice(from, to))]);
      await other.close();
    };
    await store('a.jsonl', 0, 2);
    const library = { ...(await openLibraryIn(data)), ...change };
    const stop = new AbortController();
    const problems: unknown[] = [];
    const onProblem = (error: unknown) => problems.push(error);
    const following = follow(library, { signal: stop.signal, onProblem, intervalMs: 20 });
    try {
      await use({ data, library, following, problems, store });
    } finally {
      stop.abort();
      await following.ended;
      await library.close();
    }
  });
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 500 && !(await isTrue()); i++) await sleep(20);
  expect(await isTrue()).toBe(true);
}

const works = async ({ library }: Followed) => (await library.services.status()).indexed;

describe('follow', () => {
  it('indexes what the store held at the start, and what another process stores later', async () => {
    await followed(async (running) => {
      await running.following.ready;
      expect(await running.library.services.status()).toMatchObject({ works: 2, indexed: 2, behind: 0 });
      await running.store('b.jsonl', 2, 5);
      await until(async () => (await works(running)) === 5);
      await until(async () => (await running.library.services.status()).works === 5); // counted once a second
      expect(await running.library.services.status()).toMatchObject({ indexed: 5, behind: 0 });
      expect(running.problems).toEqual([]);
    });
  });

  it('shows what another process indexes, and takes over when that one stops writing', async () => {
    await followed(async (running) => {
      await running.following.ready;
      const other = await openPaperIndex(running.data, loadEncoders());
      const writer = await other.writer();
      await running.store('b.jsonl', 2, 5);
      await until(async () => (await running.library.services.status()).works === 5);
      const { indexed, behind, notes } = await running.library.services.status();
      expect([indexed, behind]).toEqual([2, 3]);
      const lag = '2 of 5 papers are searchable; the index does not contain the rest yet.';
      expect(notes).toContain(lag);
      const page = await running.library.services.search('indexes');
      expect(page.notes).toContain(lag);
      await writer.close();
      await other.close();
      await until(async () => (await works(running)) === 5);
      expect(running.problems).toEqual([]);
    });
  });

  it('only looks where the library is read only, and sees the commits of a writer', async () => {
    const change = { readOnly: true };
    await followed(async (running) => {
      await running.following.ready;
      expect(await works(running)).toBe(0);
      const store = await Store.open(running.data);
      const indexer = await PaperIndexer.open(store);
      await indexer.catchUp();
      await until(async () => (await works(running)) === 2);
      await indexer.close();
      await store.close();
    }, change);
  });

  it('tells trouble once, is ready all the same, and looks less often', async () => {
    let looks = 0;
    const ingest = {
      busy: false,
      importFiles: () => Promise.reject(new Error('not asked for')),
      catchUp: () => {
        looks++;
        return Promise.reject(new EngineError('STORAGE_FULL', 'The disk is full'));
      },
      reencode: async () => false,
      close: async () => undefined,
    };
    await followed(
      async ({ following, problems }) => {
        await following.ready;
        await sleep(400);
        expect(problems).toMatchObject([{ code: 'STORAGE_FULL' }]);
        expect(looks).toBeGreaterThan(1);
        expect(looks).toBeLessThan(8); // 20 looks at a steady 20 ms
      },
      { ingest },
    );
  });
});
