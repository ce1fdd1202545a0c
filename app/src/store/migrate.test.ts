// A store of version 1, made by the build that had no row checksums, opens: it is migrated once, with a backup before.
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkStore } from './check.ts';
import { STORE_FILE } from './open-database.ts';
import { Store } from './store.ts';

/** Twelve papers of app/test/papers.ts, and what the build that wrote them answered. */
const FIXTURE = fileURLToPath(new URL('../../test/fixtures/store-v1/', import.meta.url));
const { identity, lastChange, works } = JSON.parse(readFileSync(join(FIXTURE, 'works.json'), 'utf8'));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quire-migrate-'));
  copyFileSync(join(FIXTURE, STORE_FILE), join(folder, STORE_FILE));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const all = async (store: Store) => store.works(await store.keysAfter('', 100));
const backups = () => readdirSync(folder).filter((name) => name.includes('backup'));

describe('a store of version 1', () => {
  it('gives the works, the name, the changes and the imports that it had', async () => {
    const store = await Store.open(folder);
    expect(await all(store)).toEqual(works);
    expect([await store.identity(), await store.lastChange()]).toEqual([identity, lastChange]);
    expect(await store.changesAfter(0, 100)).toHaveLength(lastChange);
    expect(await store.progress('a'.repeat(64), 'papers')).toMatchObject({ lines: 12, finished: true });
    expect((await checkStore(store)).problems).toEqual([]);
    await store.close();
  });

  it('is copied before, and migrated once', async () => {
    await (await Store.open(folder)).close();
    expect(backups()).toEqual([`${STORE_FILE}.v1-backup`]);
    const backup = new DatabaseSync(join(folder, `${STORE_FILE}.v1-backup`));
    expect(backup.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
    expect(backup.prepare('SELECT count(*) AS n FROM records').get()).toEqual({ n: 12 });
    backup.close();
    await (await Store.open(folder)).close();
    expect(backups()).toHaveLength(1);
  });

  it('is refused where it cannot be written, since it has to change', async () => {
    await expect(Store.openToRead(folder)).rejects.toThrow(expect.objectContaining({ code: 'UNSUPPORTED_FORMAT' }));
    expect(backups()).toEqual([]);
  });

  it('puts a record that does not match its digest into quarantine and gives the others', async () => {
    const raw = new DatabaseSync(join(folder, STORE_FILE));
    raw.exec("UPDATE records SET raw = replace(raw, 'Walruses', 'Narwhals') WHERE id = 'y'");
    raw.close();
    const store = await Store.open(folder);
    expect(await all(store)).toHaveLength(works.length - 1);
    expect(await store.quarantine(10)).toMatchObject([
      { source: 'papers', id: 'y', reason: expect.stringContaining('checksum') },
    ]);
    expect((await store.health.now()).quarantined).toBe(1);
    expect((await checkStore(store)).problems).toEqual([]);
    await store.close();
  });

  it('keeps the version that it had where the migration fails', async () => {
    const raw = new DatabaseSync(join(folder, STORE_FILE));
    raw.exec('DROP TABLE identity');
    raw.close();
    await expect(Store.open(folder)).rejects.toThrow(expect.objectContaining({ code: 'CORRUPT' }));
    const after = new DatabaseSync(join(folder, STORE_FILE));
    expect(after.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
    expect(after.prepare('SELECT count(*) AS n FROM works').get()).toEqual({ n: works.length });
    after.close();
  });
});
