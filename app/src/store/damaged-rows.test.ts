// A damaged row is named when it is read; sound rows beside it are given as before.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRejected, readRecord, titleHash } from '../papers/index.ts';
import { STORE_FILE } from './open-database.ts';
import type { NewRow } from './records.ts';
import { Store } from './store.ts';

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quire-damaged-'));
  store = await Store.open(folder);
  await store.importRows([
    newRow({ id: 'a', title: 'Alpha', doi: '10.1000/a', published: '2025-03-03', upvotes: 2 }),
    newRow({ id: 'b', title: 'Beta', doi: '10.1000/b', published: '2025-03-03', upvotes: 1 }),
    newRow({ id: 'c', title: 'Gamma', doi: '10.1000/c', published: '2025-03-04' }),
  ]);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

function newRow(fields: Record<string, unknown>): NewRow {
  const record = readRecord('s', fields);
  if (isRejected(record)) throw new Error(record.reason);
  return { raw: JSON.stringify(fields), record };
}

/** Changes the file with another connection, which can write what the store never does. */
function alter(...statements: readonly string[]): void {
  const raw = new DatabaseSync(join(folder, STORE_FILE));
  for (const statement of statements) raw.exec(statement);
  raw.close();
}

/** Changes a table and leaves one of its indexes as it was, as a damaged page does. */
function behindIndex(index: string, statement: string): void {
  const raw = open();
  const entry = raw.prepare('SELECT * FROM sqlite_schema WHERE name = ?').get(index) as SchemaRow; // columns of SQLite
  raw.exec(`PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = '${index}'`);
  raw.close();
  const blind = open(); // reads the schema without the index
  blind.exec(statement);
  blind.exec('PRAGMA writable_schema = ON');
  blind
    .prepare('INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES (?, ?, ?, ?, ?)')
    .run(entry.type, entry.name, entry.tbl_name, entry.rootpage, entry.sql);
  blind.close();
}

interface SchemaRow {
  readonly type: string;
  readonly name: string;
  readonly tbl_name: string;
  readonly rootpage: number;
  readonly sql: string;
}

function open(): InstanceType<typeof DatabaseSync> {
  const raw = new DatabaseSync(join(folder, STORE_FILE));
  raw.enableDefensive(false);
  return raw;
}

const DAY = 20_150; // 2025-03-03
const titles = (read: Awaited<ReturnType<Store['ofDay']>>) => read.works.map(({ title }) => title);

describe('a damaged row', () => {
  it.each([
    ['a record', "UPDATE records SET raw = replace(raw, 'Alpha', 'Alpja') WHERE id = 'a'", 'records', '1'],
    ['the digest of a record', "UPDATE records SET digest = 'x' WHERE id = 'a'", 'records', '1'],
    ['the votes of a work', "UPDATE works SET upvotes = 3 WHERE key = 'doi:10.1000/a'", 'works', 'doi:10.1000/a'],
    ['the list of members', 'DELETE FROM members WHERE record = 1', 'works', 'doi:10.1000/a'],
  ])('%s is named, and the others are given', async (_, statement, table, key) => {
    alter(statement);
    const day = await store.ofDay(DAY, 0, 10);
    expect(titles(day)).toEqual(['Beta']);
    expect(day.damaged).toMatchObject([{ table, key }]);
    await expect(store.work('doi:10.1000/a')).rejects.toThrow(expect.objectContaining({ code: 'CORRUPT' }));
    expect((await store.work('doi:10.1000/b'))?.title).toBe('Beta');
    expect(await store.health.now()).toMatchObject({ state: 'damaged', damaged: [{ table, key }] });
  });

  it('in the log of changes stops the index before it takes in another work', async () => {
    alter("UPDATE changes SET work = 'doi:10.1000/c' WHERE number = 1");
    await expect(store.changesAfter(0, 10)).rejects.toThrow(/row "1" of changes/);
    expect(await store.changesAfter(1, 10)).toHaveLength(2);
  });

  it('in the log of imports is named by file and source', async () => {
    const progress = { file: 'f', source: 's', path: '/p', lines: 3, rejected: 0, finished: true };
    await store.importRows([], progress);
    alter('UPDATE imports SET lines = 2');
    await expect(store.progress('f', 's')).rejects.toThrow(/row "f s" of imports/);
    expect(store.health.general).toEqual([]); // no page depends on it
  });

  it('among the facts is named', async () => {
    alter("UPDATE facts SET value = 'x' WHERE name = 'identity'");
    await expect(store.identity()).rejects.toThrow(/row "identity" of facts/);
  });
});

describe('a work of the search index', () => {
  it('that the store does not have is damage while the index is up to date, and no damage while it lags', async () => {
    alter("DELETE FROM works WHERE key = 'doi:10.1000/a'");
    const last = await store.lastChange();
    expect(await store.readIndexed(['doi:10.1000/a', 'doi:10.1000/b'], last - 1)).toMatchObject({
      works: [{}],
      damaged: [],
    });
    expect(await store.readIndexed(['doi:10.1000/a', 'doi:10.1000/b'], last)).toMatchObject({
      works: [{ title: 'Beta' }],
      damaged: [{ table: 'works', key: 'doi:10.1000/a' }],
    });
  });
});

describe('a name', () => {
  it('whose identity points to another record finds nothing and is reported', async () => {
    alter("UPDATE identities SET record = 2 WHERE key = 'doi:10.1000/a'");
    expect(await store.worksByIdentity('doi:10.1000/a')).toEqual([]);
    expect(store.health.general).toMatchObject([{ table: 'identities', key: 'doi:10.1000/a' }]);
  });

  it('whose entry in an index points to another record finds nothing and is reported', async () => {
    await store.close();
    behindIndex('records_id', "UPDATE records SET id = 'z', digest = digest WHERE seq = 2");
    store = await Store.open(folder);
    // the record says z, its entry says b
    expect(await store.worksBySourceId('b')).toEqual(['doi:10.1000/b']); // damaged itself: its work names it
    await expect(store.work('doi:10.1000/b')).rejects.toThrow(/record 2/);
  });

  it('whose record is a member of another work finds nothing and is reported', async () => {
    await store.close();
    behindIndex('members_work', "UPDATE members SET work = 'doi:10.1000/b' WHERE record = 1");
    store = await Store.open(folder);
    expect(await store.worksBySourceId('a')).toEqual([]);
    expect(await store.worksByTitle(titleHash(newRow({ id: 'a', title: 'Alpha' }).record))).toEqual([]);
    expect(store.health.general).toMatchObject([{ table: 'members_work', key: '1' }]);
  });
});

describe('an entry of the index of days', () => {
  it('that the row does not agree with is left out, named and reported', async () => {
    await store.close();
    behindIndex('works_day', `UPDATE works SET day = ${DAY} WHERE key = 'doi:10.1000/c'`);
    store = await Store.open(folder);
    expect(await store.newestDay()).toBe(DAY + 1); // the entry says so; the row, which is damaged, does not
    expect((await store.health.now()).damaged).toMatchObject([{ table: 'works', key: 'doi:10.1000/c' }]);
  });
});
