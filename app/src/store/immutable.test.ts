// A file that is open as immutable is followed: it is opened again when another process has written it.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inFolder } from '../../test/papers.ts';
import { Sql } from './sql.ts';

/** A file with one row in WAL mode, merged. */
function written(folder: string): string {
  const path = join(folder, 'a.sqlite');
  const sql = new Sql(path);
  sql.pragma('journal_mode = WAL');
  sql.exec('CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1)');
  sql.close();
  return path;
}

const add = (path: string) => {
  const writer = new Sql(path);
  writer.exec('INSERT INTO t VALUES (2)');
  return writer;
};

describe('a file that is open as immutable', () => {
  it('gives what another process has merged into the file', async () => {
    await inFolder((folder) => {
      const path = written(folder);
      const reader = new Sql(path, 'immutable');
      expect(reader.scalar('SELECT count(*) FROM t')).toBe(1);
      add(path).close();
      expect(reader.scalar('SELECT count(*) FROM t')).toBe(2);
      reader.close();
    });
  });

  it('gives what stands only in the log of a writer', async () => {
    await inFolder((folder) => {
      const path = written(folder);
      const reader = new Sql(path, 'immutable');
      const writer = add(path);
      expect(reader.scalar('SELECT count(*) FROM t')).toBe(2);
      writer.exec('INSERT INTO t VALUES (3)');
      expect(reader.scalar('SELECT count(*) FROM t')).toBe(3);
      reader.close();
      writer.close();
    });
  });

  it('keeps to one state within a snapshot: a change in between is an error, and the next snapshot has it', async () => {
    await inFolder(async (folder) => {
      const path = written(folder);
      const reader = new Sql(path, 'immutable');
      const count = () => reader.scalar('SELECT count(*) FROM t');
      await expect(
        reader.snapshot(async () => {
          count();
          add(path).close();
          return count();
        }),
      ).rejects.toThrow('Another process changed');
      expect(await reader.snapshot(async () => count())).toBe(2);
      reader.close();
    });
  });
});
