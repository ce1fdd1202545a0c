// The store keeps the records it received, folds incrementally to the result of a full fold, and detects damage.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import type { EngineError } from '@quire/engine/core';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { count, seed } from '../../../engine/test/support/env.ts';
import { foldRecords, isRejected, readRecord, type SourceRecord, titleHash } from '../papers/index.ts';
import { checkStore } from './check.ts';
import type { NewRow } from './records.ts';
import type { SqliteDatabase } from './sqlite-database.ts';
import { Store } from './store.ts';

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quire-store-'));
  store = await Store.open(folder);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const newRow = (source: string, fields: Record<string, unknown>): NewRow => {
  const record = readRecord(source, fields);
  if (isRejected(record)) throw new Error(record.reason);
  return { raw: JSON.stringify(fields), record };
};
const allWorks = async (from: Store) => from.works(await from.keysAfter('', 10_000));
const fileOf = ({ database }: Store) => (database as SqliteDatabase).file; // a store in a folder is a file

describe('Store.openToRead', () => {
  it('answers and writes nothing', async () => {
    await store.importRows([newRow('q', { title: 'A Title' })]);
    const reader = await Store.openToRead(folder);
    expect([reader.readOnly, (await allWorks(reader)).map(({ title }) => title)]).toEqual([true, ['A Title']]);
    expect(fileOf(reader).pragma('busy_timeout')).toBe(5_000); // another process may close the store just then
    await expect(reader.importRows([newRow('q', { title: 'Another' })])).rejects.toThrow(
      expect.objectContaining({ code: 'READ_ONLY' }),
    );
    await reader.close();
  });

  it.each(['with space', 'quarter?mode=rwc', 'per%20cent', '100%', '#hash', 'ümläut'])(
    'finds the file in %j',
    async (name) => {
      const odd = join(folder, name);
      await (await Store.open(odd)).close();
      const reader = await Store.openToRead(odd);
      expect(await reader.countWorks()).toBe(0);
      await reader.close();
    },
  );

  it('refuses a store of an older version, which it would have to change', async () => {
    fileOf(store).pragma('user_version = 0');
    await expect(Store.openToRead(folder)).rejects.toThrow(expect.objectContaining({ code: 'UNSUPPORTED_FORMAT' }));
  });
});

describe('Store', () => {
  it('keeps rows as received and finds their works by every name', async () => {
    const row = newRow('conf', { id: "x/1 'ö'", title: 'A Title', authors: ['Ada B'], doi: '10.1000/1', unknown: [1] });
    await store.importRows([row]);
    expect((await store.records(0, 10)).map(({ raw }) => raw)).toEqual([row.raw]);
    expect(await store.worksBySourceId("x/1 'ö'")).toEqual(['doi:10.1000/1']);
    expect(await store.worksByIdentity('doi:10.1000/1')).toEqual(['doi:10.1000/1']);
    expect(await store.worksByTitle(titleHash(newRow('q', { title: 'a  TITLE!' }).record))).toEqual(['doi:10.1000/1']);
    expect((await store.work('doi:10.1000/1'))?.title).toBe('A Title');
  });

  it('changes nothing when the same rows come again', async () => {
    const rows = [newRow('a', { id: '1', title: 'A' }), newRow('a', { id: '2', title: 'B' })];
    await store.importRows(rows);
    const before = [await store.lastChange(), await allWorks(store)];
    expect(await store.importRows(rows)).toEqual({ added: 0, updated: 0, unchanged: 2, works: 0 });
    expect([await store.lastChange(), await allWorks(store)]).toEqual(before);
  });

  it('replaces a row that came with other content and numbers the change', async () => {
    await store.importRows([newRow('a', { id: '1', title: 'A', upvotes: 1 })]);
    const before = await store.lastChange();
    const batch = await store.importRows([newRow('a', { id: '1', title: 'A', upvotes: 2 })]);
    expect(batch).toEqual({ added: 0, updated: 1, unchanged: 0, works: 1 });
    expect(await store.changesAfter(before, 10)).toHaveLength(1);
    expect((await allWorks(store))[0]?.upvotes).toBe(2);
  });

  it('splits a work when an update takes away what held it together', async () => {
    await store.importRows([
      newRow('a', { id: '1', title: 'A', doi: '10.1000/1' }),
      newRow('b', { id: '2', title: 'B', doi: '10.1000/1' }),
    ]);
    expect(await store.countWorks()).toBe(1);
    await store.importRows([newRow('b', { id: '2', title: 'B' })]);
    expect(await store.countWorks()).toBe(2);
  });

  it('keeps both rows of one source id with two titles, and finds both', async () => {
    await store.importRows(
      ['First paper', 'Second paper'].map((title) => newRow('c', { id: 'cvpr2016/1', title, authors: ['Ada B'] })),
    );
    const keys = await store.worksBySourceId('cvpr2016/1');
    expect((await store.works(keys)).map(({ title }) => title).sort()).toEqual(['First paper', 'Second paper']);
  });

  it('tells ids apart whatever characters they hold', async () => {
    const ids = ['nul', 'nul\0', 'nul\0a', 'nul\0b', '\u0001', '\u00011;', '\ud800', '\t', '.', '/', '%00'];
    const rows = ids.map((id) => newRow('odd', { id, title: 'The Same Title' }));
    expect(await store.importRows(rows)).toMatchObject({ added: ids.length });
    expect(await store.importRows(rows)).toMatchObject({ unchanged: ids.length });
    for (const id of ids) expect(await store.worksBySourceId(id), JSON.stringify(id)).toHaveLength(1);
    expect((await checkStore(store)).problems).toEqual([]);
  });

  it('says that a folder is read-only when SQLite finds out at the first write', async () => {
    fileOf(store).pragma('query_only = 1');
    await expect(store.importRows([newRow('a', { id: '1', title: 'T' })])).rejects.toThrow(
      expect.objectContaining({ code: 'READ_ONLY' }),
    );
  });

  it('orders a day by votes, comments, date and key, and knows its neighbours', async () => {
    const day = (id: string, published: string, upvotes = 0, comments = 0) =>
      newRow('a', { id, title: id, published, upvotes, comments });
    await store.importRows([
      day('u', '2025-03-01'),
      day('x', '2025-03-03', 1),
      day('y', '2025-03-03', 5),
      day('z', '2025-03-03', 1, 2),
      day('w', '2025-04'),
      day('v', '2025'),
    ]);
    const newest = (await store.newestDay())!;
    expect((await store.ofDay(newest, 0, 10)).works.map(({ title }) => title)).toEqual(['y', 'z', 'x']);
    expect(await store.daysAround(newest)).toEqual({ previous: newest - 2 });
    expect(await store.countOfDay(newest)).toBe(3);
  });

  it('has everything after it was closed and opened again', async () => {
    await store.importRows([newRow('a', { id: '1', title: 'A' })]);
    const [works, identity] = [await allWorks(store), await store.identity()];
    await store.close();
    store = await Store.open(folder);
    expect([await allWorks(store), await store.identity()]).toEqual([works, identity]);
  });

  it('refuses a store of a newer version', async () => {
    fileOf(store).pragma('user_version = 99');
    await expect(Store.open(folder)).rejects.toThrow(/has version 99/);
  });

  it('says in words that the folder cannot be written', async () => {
    const inFile = join(folder, 'papers.sqlite', 'below');
    await expect(Store.open(inFile)).rejects.toThrow(expect.objectContaining({ code: 'READ_ONLY' }) as EngineError);
  });
});

/** Few values for each field, so that rows meet in every way. */
const rows = fc.array(
  fc
    .record({
      source: fc.constantFrom('s', 't'),
      id: fc.constantFrom('1', '2', '2503.00001'),
      title: fc.constantFrom('Alpha', 'ALPHA!', 'Beta', 'Gamma'),
      authors: fc.constantFrom([], ['Ada B'], ['Cy D']),
      doi: fc.constantFrom(undefined, '10.1000/1', '10.1000/2'),
      upvotes: fc.constantFrom(0, 7),
    })
    .map(({ source, ...fields }) => newRow(source, fields)),
  { maxLength: 10 },
);

describe('the works in the store', () => {
  it('equal the fold of all records after any imports and removals, and removal leaves no trace', async () => {
    const run = async (batches: readonly (readonly NewRow[])[], removed: readonly number[]) => {
      const own = mkdtempSync(join(tmpdir(), 'quire-fold-'));
      const fresh = await Store.open(own);
      const truth = new Map<string, SourceRecord>();
      const slot = (record: SourceRecord) => JSON.stringify([record.source, record.id, titleHash(record)]);
      for (const batch of batches) {
        await fresh.importRows(batch);
        for (const { record } of batch) truth.set(slot(record), record);
        expect(await allWorks(fresh)).toEqual(foldRecords(truth.values()));
      }
      for (const index of removed) {
        const record = [...truth.values()][index % Math.max(1, truth.size)];
        if (record === undefined) continue;
        expect(await fresh.removeRecord(record.source, record.id, titleHash(record))).toBe(true);
        truth.delete(slot(record));
        expect(await allWorks(fresh)).toEqual(foldRecords(truth.values()));
      }
      expect((await checkStore(fresh)).problems).toEqual([]);
      await fresh.close();
      rmSync(own, { recursive: true, force: true });
    };
    await fc.assert(fc.asyncProperty(fc.array(rows, { maxLength: 4 }), fc.array(fc.nat(20), { maxLength: 4 }), run), {
      seed: seed('imports and removals'),
      numRuns: count(40, 1_000),
    });
  });
});

describe('checkStore', () => {
  it('finds a row that another process altered, and a work that is missing', async () => {
    await store.importRows([
      newRow('a', { id: '1', title: 'A' }),
      newRow('a', { id: '2', title: 'B', authors: ['X Y'] }),
    ]);
    expect(await checkStore(store)).toMatchObject({ records: 2, works: 2, problems: [] });
    const raw = new DatabaseSync(join(folder, 'papers.sqlite'));
    raw.exec(`UPDATE records SET raw = replace(raw, '"A"', '"Z"') WHERE id = '1'`);
    raw.exec(`DELETE FROM works WHERE key LIKE 't:%'`);
    raw.close();
    const found = (await checkStore(store)).problems;
    expect(found.some((text) => /record 1 \("a", id "1"\).*checksum/.test(text))).toBe(true);
    expect(found.some((text) => /Missing or surplus in works: the works of 1 records/.test(text))).toBe(true);
  });
});

describe('a transaction', () => {
  it('waits for the one before it, and reads wait for both', async () => {
    const batch = (id: string) => store.importRows([newRow('w', { id, title: `Title ${id}` })]);
    const first = batch('1');
    const rest = Promise.all([batch('2'), batch('3'), store.newestDay(), store.newest(0, 10), store.countWorks()]);
    await first;
    await rest;
    expect(await store.countWorks()).toBe(3);
  });
});
