// Every database of the store passes one contract: the file of SQLite, and PostgreSQL where it is installed.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Store } from '../src/store/index.ts';
import { type PostgresServer, startPostgres, withoutPostgres } from './postgres.ts';
import { storeContract } from './store-contract.ts';

const folderOf = () => mkdtempSync(join(tmpdir(), 'quire-stores-'));

storeContract('an SQLite file', {
  make: async () => {
    const folder = folderOf();
    return {
      store: await Store.open(folder),
      again: () => Store.open(folder),
      remove: () => rmSync(folder, { recursive: true, force: true }),
    };
  },
});

const reason = withoutPostgres();

if (reason !== undefined) {
  it.skip(`a store in PostgreSQL (skipped: ${reason})`, () => undefined);
} else {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres();
  }, 180_000);
  afterAll(() => server.stop(), 180_000);

  storeContract('PostgreSQL', {
    make: async () => {
      const folder = folderOf();
      const database = server.database();
      return {
        store: await Store.open(folder, { database }),
        again: () => Store.open(folder, { database }),
        remove: () => rmSync(folder, { recursive: true, force: true }),
      };
    },
  });

  describe('a store in PostgreSQL', () => {
    it('is read without being written', async () => {
      const [folder, database] = [folderOf(), server.database()];
      await expect(Store.openToRead(folder, { database })).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' });
      await (await Store.open(folder, { database })).close();
      const reader = await Store.openToRead(folder, { database });
      expect(await reader.countWorks()).toBe(0);
      const progress = { file: 'f', source: 's', path: '/p', lines: 0, rejected: 0, finished: true };
      await expect(reader.importRows([], progress)).rejects.toMatchObject({ code: 'READ_ONLY' });
      await reader.close();
      rmSync(folder, { recursive: true });
    });

    it('is refused where it was made by a newer build, and where tables are gone', async () => {
      const [folder, database] = [folderOf(), server.database()];
      const store = await Store.open(folder, { database });
      await store.database.exec('UPDATE store_version SET number = 99');
      await expect(Store.open(folder, { database })).rejects.toMatchObject({ code: 'UNSUPPORTED_FORMAT' });
      await store.database.exec('DROP TABLE works');
      await expect(store.countWorks()).rejects.toMatchObject({ code: 'CORRUPT' });
      await store.close();
      rmSync(folder, { recursive: true });
    });

    it('says which address cannot be reached, and shows no password', async () => {
      const folder = folderOf();
      const open = (database: string) => Store.open(folder, { database }).catch((error: Error) => error);
      const gone = await open('postgres://ada:secret-word@127.0.0.1:1/papers');
      expect(gone).toMatchObject({ code: 'STORAGE_FAILED', message: expect.stringContaining('127.0.0.1:1/papers') });
      const wrong = await open('mysql://ada:secret-word@host/papers');
      expect(wrong).toMatchObject({ code: 'INVALID_ARGUMENT', hint: expect.stringContaining('postgres://') });
      expect(`${String(gone)} ${String(wrong)}`).not.toContain('secret-word');
      const missing = await open(server.database().replace('/postgres?', '/nowhere?'));
      expect(missing).toMatchObject({ code: 'NOT_FOUND' });
      rmSync(folder, { recursive: true });
    });
  });
}
