// A store of version 1, made by the build that had no row checksums, opens: it is migrated once, with a backup before.
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkStore } from './check.ts';
import { STORE_FILE, Store } from './store.ts';

/** Twelve papers of app/test/papers.ts, and what the build that wrote them answered. */
const FIXTURE = fileURLToPath(new URL('../../test/fixtures/store-v1/', import.meta.url));
const { identity, lastChange, works } = JSON.parse(readFileSync(join(FIXTURE, 'works.json'), 'utf8'));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quire-migrate-'));
  copyFileSync(join(FIXTURE, STORE_FILE), join(folder, STORE_FILE));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const all = (store: Store) => store.works(store.keysAfter('', 100));
const backups = () => readdirSync(folder).filter((name) => name.includes('backup'));

describe('a store of version 1', () => {
  it('gives the works, the name, the changes and the imports that it had', () => {
    const store = Store.open(folder);
    expect(all(store)).toEqual(works);
    expect([store.identity(), store.lastChange()]).toEqual([identity, lastChange]);
    expect(store.changesAfter(0, 100)).toHaveLength(lastChange);
    expect(store.progress('a'.repeat(64), 'papers')).toMatchObject({ lines: 12, finished: true });
    expect(checkStore(store).problems).toEqual([]);
    store.close();
  });

  it('is copied before, and migrated once', () => {
    Store.open(folder).close();
    expect(backups()).toEqual([`${STORE_FILE}.v1-backup`]);
    const backup = new DatabaseSync(join(folder, `${STORE_FILE}.v1-backup`));
    expect(backup.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
    expect(backup.prepare('SELECT count(*) AS n FROM records').get()).toEqual({ n: 12 });
    backup.close();
    Store.open(folder).close();
    expect(backups()).toHaveLength(1);
  });

  it('is refused where it cannot be written, since it has to change', () => {
    expect(() => Store.openToRead(folder)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_FORMAT' }));
    expect(backups()).toEqual([]);
  });

  it('puts a record that does not match its digest into quarantine and gives the others', () => {
    const raw = new DatabaseSync(join(folder, STORE_FILE));
    raw.exec("UPDATE records SET raw = replace(raw, 'Walruses', 'Narwhals') WHERE id = 'y'");
    raw.close();
    const store = Store.open(folder);
    expect(all(store)).toHaveLength(works.length - 1);
    expect(store.quarantine(10)).toMatchObject([
      { source: 'papers', id: 'y', reason: expect.stringContaining('checksum') },
    ]);
    expect(store.health.now.quarantined).toBe(1);
    expect(checkStore(store).problems).toEqual([]);
    store.close();
  });

  it('keeps the version that it had where the migration fails', () => {
    const raw = new DatabaseSync(join(folder, STORE_FILE));
    raw.exec('DROP TABLE identity');
    raw.close();
    expect(() => Store.open(folder)).toThrow(expect.objectContaining({ code: 'CORRUPT' }));
    const after = new DatabaseSync(join(folder, STORE_FILE));
    expect(after.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
    expect(after.prepare('SELECT count(*) AS n FROM works').get()).toEqual({ n: works.length });
    after.close();
  });
});
