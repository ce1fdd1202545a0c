// Repair: a new file from every record that matches its checksum. The old file is kept beside it, unchanged. Works,
// identities and the log of changes are made again; the index is rebuilt, because the new store has a new name.
//
// The old file is never opened in its place: a copy is. The driver closes a connection only when the garbage collector
// frees its statements, and SQLite removes the log beside the path of the last connection that closes.

import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { EngineError } from '@quire/engine/core';
import { isSoundRecord } from './checksum.ts';
import { badRecord } from './damage.ts';
import type { Connection } from './database.ts';
import { Facts } from './facts.ts';
import { foldVersion } from './fold-version.ts';
import { Imports, importDamage } from './imports.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { openDatabase, STORE_FILE } from './open-database.ts';
import { foldsOf, QUARANTINE, rebuildWorks, texts } from './rebuild.ts';
import { Sql } from './sql.ts';
import { SqliteDatabase } from './sqlite-database.ts';
import { statement } from './statement.ts';
import type { RecordRow } from './stored.ts';
import { STORE_VERSION } from './version.ts';

export interface Repaired {
  readonly records: number;
  readonly works: number;
  /** Records that exist and cannot be used: in `quarantine`. */
  readonly quarantined: number;
  /** Places in the table of records that SQLite could not read; the number of records there is unknown. */
  readonly unreadable: number;
  /** The folder that the old file was copied to; absent where the store is no file. */
  readonly kept?: string;
}

const PAGE = 500;
/** Row numbers beyond this are not looked for: a damaged file cannot be told from one that large. */
const LAST_SEQ = 2 ** 40;

/** Repairs the store in `folder`. No other process may have it open. */
export async function repairStore(folder: string, now: Date = new Date()): Promise<Repaired> {
  const path = join(folder, STORE_FILE);
  const before = stateOf(path);
  const kept = keepOld(folder, now);
  const unfinished = `${path}.repair`;
  rmSync(unfinished, { force: true });
  const old = new SqliteDatabase(new Sql(join(kept, STORE_FILE)));
  try {
    const made = new SqliteDatabase(new Sql(unfinished));
    const report = await made.transaction(async (on) => {
      const found = await salvage(old, on);
      await made.setVersion(on, STORE_VERSION);
      return found;
    });
    await made.close();
    if (stateOf(path) !== before) throw written(path, unfinished);
    // A log of the old file would be applied to the new one.
    for (const end of ['-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
    renameSync(unfinished, path);
    return { ...report, kept };
  } finally {
    await old.close();
  }
}

/** Differs after every write to the file or its log. */
function stateOf(path: string): string {
  const states = ['', '-wal'].map((end) => statSync(path + end, { bigint: true, throwIfNoEntry: false }));
  return states.map((state) => `${state?.ino} ${state?.size} ${state?.mtimeNs}`).join(', ');
}

/**
 * Repairs a database that is no file: records that do not match their checksum go into quarantine, where they are kept,
 * and everything else is made again from the others. One transaction.
 */
export async function repairDatabase(folder: string, address: string): Promise<Repaired> {
  const { database } = await openDatabase({ folder, database: address }, 'write');
  try {
    return await database.transaction(async (on) => {
      const { records, works, quarantined } = await rebuildWorks(on, await foldsOf(on, 'fold'));
      const facts = new Facts(on);
      await facts.name(); // so that the index is made again
      await facts.set('fold', foldVersion());
      return { records, works, quarantined, unreadable: 0 };
    });
  } finally {
    await database.close();
  }
}

function written(path: string, unfinished: string): EngineError {
  rmSync(unfinished, { force: true });
  return new EngineError('LOCKED', `Another process wrote ${path} during the repair`, {
    hint: 'Stop every import and server of this library, then repeat the repair.',
  });
}

function keepOld(folder: string, now: Date): string {
  const kept = join(folder, `${STORE_FILE}.damaged-${now.toISOString().replace(/[:.]/g, '-')}`);
  mkdirSync(kept);
  for (const end of ['', '-wal']) {
    const from = join(folder, STORE_FILE + end);
    if (existsSync(from)) copyFileSync(from, join(kept, STORE_FILE + end));
  }
  return kept;
}

async function salvage(old: SqliteDatabase, made: Connection): Promise<Omit<Repaired, 'kept'>> {
  for (const { tables } of MIGRATIONS) await made.exec(tables('sqlite'));
  const facts = new Facts(made);
  await facts.name();
  await facts.set('fold', foldVersion());
  const { bad, unreadable } = await copyRecords(old, made);
  const quarantinedBefore = await copyQuarantine(old, made);
  const { records, works, quarantined } = await rebuildWorks(made, new Map());
  // A file that counts as imported is not read again: only right where none of its records is lost.
  if (bad + unreadable + quarantined + quarantinedBefore === 0) await copyImports(old, made);
  return { records, works, quarantined: bad + quarantined + quarantinedBefore, unreadable };
}

async function copyRecords(
  old: SqliteDatabase,
  made: Connection,
): Promise<{ readonly bad: number; readonly unreadable: number }> {
  let bad = 0;
  const unreadable = await eachRecord(old, async (row) => {
    if (isSoundRecord(row)) {
      const { seq, source, id, title_hash, raw, digest } = row;
      const known = await made.get(SQL.known, { source, id, title_hash });
      if (known === undefined) await made.run(SQL.add, { seq, source, id, title_hash, raw, digest });
      return;
    }
    bad++;
    await made.run(QUARANTINE, { ...texts(row), reason: badRecord(row).message, since: new Date().toISOString() });
  });
  return { bad, unreadable };
}

/** Calls `take` for every readable row of `records`. Returns the number of unreadable places. */
async function eachRecord(old: SqliteDatabase, take: (row: RecordRow) => Promise<void>): Promise<number> {
  let unreadable = 0;
  let after = -(2 ** 40);
  for (let [step, limit] = [1, PAGE]; after < LAST_SEQ; ) {
    const rows = await page(old, after, limit);
    if (rows === undefined && limit > 1) {
      limit = 1; // up to the row that cannot be read, one by one
    } else if (rows === undefined) {
      if (step === 1) unreadable++;
      after += step; // over the damaged place, in growing steps
      step *= 2;
    } else {
      if (rows.length === 0) break;
      for (const row of rows) await take(row);
      [step, limit] = [1, step > 1 ? PAGE : limit];
      after = Number(rows.at(-1)?.seq ?? LAST_SEQ);
    }
  }
  return unreadable;
}

async function page(old: SqliteDatabase, after: number, limit: number): Promise<readonly RecordRow[] | undefined> {
  try {
    return await old.rows<RecordRow>(
      `SELECT seq, source, id, title_hash, raw, digest FROM records NOT INDEXED WHERE seq > ${after} ORDER BY seq LIMIT ${limit}`,
    );
  } catch (error) {
    if (!(error instanceof EngineError && error.code === 'CORRUPT')) throw error;
    if (!/malformed/.test(error.message) || /schema/.test(error.message)) throw hopeless(old, error);
    return undefined;
  }
}

function hopeless(old: SqliteDatabase, cause: EngineError): EngineError {
  const message = `No record of ${basename(old.name)} can be read: ${cause.message}`;
  const hint = 'Restore papers.sqlite from a backup, or import the papers again into an empty folder.';
  return new EngineError('CORRUPT', message, { hint, cause });
}

/** Records that an earlier repair put into quarantine. */
async function copyQuarantine(old: SqliteDatabase, made: Connection): Promise<number> {
  const rows = await readable(() =>
    old.rows<RecordRow & { reason: string; since: string }>('SELECT * FROM quarantine'),
  );
  for (const row of rows) {
    await made.run(QUARANTINE, { ...texts(row), reason: String(row.reason), since: String(row.since) });
  }
  return rows.length;
}

async function copyImports(old: SqliteDatabase, made: Connection): Promise<void> {
  const into = new Imports(made);
  for (const row of await readable(() => new Imports(old).all())) {
    if (importDamage(row) === undefined) await into.set({ ...row, finished: row.finished === 1 });
  }
}

/** [] where the table cannot be read, or a store of version 1 does not have it. */
async function readable<R>(read: () => Promise<readonly R[]>): Promise<readonly R[]> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof EngineError && error.code === 'CORRUPT') return [];
    throw error;
  }
}

const SQL = {
  add: statement((db, p: { [K in keyof RecordRow]: RecordRow[K] }) =>
    db.insertInto('records').values({
      seq: p.seq,
      source: p.source,
      id: p.id,
      title_hash: p.title_hash,
      raw: p.raw,
      digest: p.digest,
    }),
  ),
  known: statement((db, p: { source: string; id: string; title_hash: string }) =>
    db
      .selectFrom('records')
      .select('seq')
      .where('source', '=', p.source)
      .where('id', '=', p.id)
      .where('title_hash', '=', p.title_hash),
  ),
};
