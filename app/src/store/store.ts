// The store: one SQLite file that holds every source record as received and, derived from them, the works. It is the
// truth; the index is made from it. One process writes at a time, any number read. Its statements stand beside the class
// that runs them, which makes the file a little longer than 400 lines.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '@quire/engine/core';
import { makeWork, type SourceRecord, titleHash, type Work } from '../papers/index.ts';
import { rowDigest } from './checksum.ts';
import { type Connected, Folder, readStored, type Stored, stored } from './refold.ts';
import { MIGRATIONS } from './schema.ts';
import { builder, listed, Sql } from './sql.ts';

/** A row to be kept. */
export interface NewRow {
  readonly raw: string;
  readonly record: SourceRecord;
}

export interface Batch {
  readonly added: number;
  readonly updated: number;
  readonly unchanged: number;
  /** Works that are new, different or gone. */
  readonly works: number;
}

/** How far a file has been imported. */
export interface FileProgress {
  /** SHA-256 of the file's bytes. */
  readonly file: string;
  readonly source: string;
  readonly path: string;
  readonly lines: number;
  readonly rejected: number;
  readonly finished: boolean;
}

export interface RecordRow {
  readonly seq: number;
  readonly source: string;
  readonly id: string;
  readonly title_hash: string;
  readonly raw: string;
  readonly digest: string;
}

export class Store {
  /** The folder that the store lives in. */
  readonly folder: string;
  /** Nothing is ever written through this store. */
  readonly readOnly: boolean;
  readonly sql: Sql;
  private readonly run: ReturnType<typeof statements>;
  private readonly folding: Folder;

  private constructor(folder: string, sql: Sql, readOnly: boolean) {
    this.folder = folder;
    this.readOnly = readOnly;
    this.sql = sql;
    this.run = statements(sql);
    this.folding = new Folder(sql);
  }

  /** Opens the store in `folder`, making folder and tables when they are not there. */
  static open(folder: string): Store {
    try {
      mkdirSync(folder, { recursive: true });
    } catch (cause) {
      const hint = 'Choose another folder with --data-dir.';
      throw new EngineError('READ_ONLY', `Cannot make the folder ${folder}`, { hint, cause });
    }
    const sql = new Sql(join(folder, STORE_FILE));
    sql.pragma(`busy_timeout = ${BUSY_MS}`);
    sql.pragma('journal_mode = WAL');
    sql.pragma('synchronous = FULL'); // a commit that returned survives a power cut
    sql.pragma('cache_size = -65536'); // 64 MiB
    migrate(sql, folder);
    return new Store(folder, sql, false);
  }

  /** Opens the store in `folder` without writing anything, also where nothing can be written. */
  static openToRead(folder: string): Store {
    const path = join(folder, STORE_FILE);
    const sql = Sql.openToRead(path, BUSY_MS);
    const version = versionOf(sql, folder);
    if (version < MIGRATIONS.length) {
      sql.close();
      const hint = 'Open it once where its folder can be written: that brings it up to date.';
      throw new EngineError('UNSUPPORTED_FORMAT', `The store in ${folder} has the older version ${version}`, { hint });
    }
    return new Store(folder, sql, true);
  }

  /**
   * Keeps rows and folds what they touch, in one durable transaction together with the progress of their file. A row
   * whose key (source, id, normalised title) is there with the same bytes changes nothing; with other bytes it replaces.
   */
  importRows(rows: readonly NewRow[], progress?: FileProgress): Batch {
    return this.sql.transaction(() => {
      const touched = new Map<number, Stored>();
      const counts = { added: 0, updated: 0, unchanged: 0 };
      const before = new Set<string>();
      for (const row of rows) {
        const { kept, outcome, left } = this.keep(row);
        counts[outcome]++;
        for (const each of left?.records ?? []) if (!touched.has(each.seq)) touched.set(each.seq, each);
        for (const work of left?.works ?? []) before.add(work);
        if (outcome !== 'unchanged') touched.set(kept.seq, kept);
      }
      const { put, dropped } = this.folding.refold([...touched.values()], before);
      if (progress !== undefined) this.run.setImport.run({ ...progress, finished: progress.finished ? 1 : 0 });
      return { ...counts, works: put + dropped };
    });
  }

  /** Takes a record out; the works become what they would be had it never been there. false when it was not there. */
  removeRecord(source: string, id: string, title_hash: string): boolean {
    return this.sql.transaction(() => {
      const found = this.run.find.get({ source, id: writtenId(id), title_hash });
      const row = found === undefined ? undefined : this.run.rawOf.get({ seq: found.seq });
      if (found === undefined || row === undefined) return false;
      const left = this.folding.remove(stored(found.seq, readStored(row)));
      this.run.remove.run({ seq: found.seq });
      this.folding.refold(left.records, left.works);
      return true;
    });
  }

  /** How far this file was read as `source`; undefined when never. */
  progress(file: string, source: string): FileProgress | undefined {
    const row = this.run.getImport.get({ file, source });
    return row === undefined ? undefined : { ...row, finished: row.finished === 1 };
  }

  /** The works of these keys, in the same order; those that do not exist are left out. */
  works(keys: readonly string[]): readonly Work[] {
    const records = new Map<string, SourceRecord[]>();
    for (const row of this.run.recordsOf.all({ keys: JSON.stringify(keys) })) {
      const known = records.get(row.work);
      if (known === undefined) records.set(row.work, [readStored(row)]);
      else known.push(readStored(row));
    }
    return keys.flatMap((key) => {
      const found = records.get(key);
      return found === undefined ? [] : [makeWork(found, { key })];
    });
  }

  work(key: string): Work | undefined {
    return this.works([key])[0];
  }

  /** Checksum of a work as the fold wrote it; undefined when there is no such work. */
  workDigest(key: string): string | undefined {
    return this.run.work.get({ key })?.digest;
  }

  /** Keys of works that hold a record with this identity key (`arxiv:…`, `doi:…`, `t:…`). */
  worksByIdentity(key: string): readonly string[] {
    return this.run.byIdentity.all({ key }).map(({ work }) => work);
  }

  /** Keys of works that hold a record with this id of whatever source. */
  worksBySourceId(id: string): readonly string[] {
    return this.run.bySourceId.all({ id: writtenId(id) }).map(({ work }) => work);
  }

  /** Keys of works with a record of this title (papers' titleHash). */
  worksByTitle(title_hash: string): readonly string[] {
    return this.run.byTitle.all({ title_hash }).map(({ work }) => work);
  }

  newestDay(): number | undefined {
    return this.run.newestDay.get({})?.day ?? undefined;
  }

  /** The nearest days before and after `day` that have works. */
  daysAround(day: number): { readonly previous?: number; readonly next?: number } {
    const previous = this.run.dayBefore.get({ day })?.day;
    const next = this.run.dayAfter.get({ day })?.day;
    return { ...(previous != null && { previous }), ...(next != null && { next }) };
  }

  /** Upvotes, comments, date: descending; then key. */
  keysOfDay(day: number, offset: number, limit: number): readonly string[] {
    return this.run.ofDay.all({ day, offset, limit }).map(({ key }) => key);
  }

  countOfDay(day: number): number {
    return this.run.countOfDay.get({ day })?.count ?? 0;
  }

  /** Newest first; undated last. */
  newestKeys(offset: number, limit: number): readonly string[] {
    return this.run.newest.all({ offset, limit }).map(({ key }) => key);
  }

  countWorks(): number {
    return this.run.countWorks.get({})?.count ?? 0;
  }

  countRecords(): readonly { readonly source: string; readonly records: number }[] {
    return this.run.countRecords.all({});
  }

  /** A random name given to this store when it was made. */
  identity(): string {
    return this.run.identity.get({})?.id ?? '';
  }

  /** The number of the last change; 0 in an empty store. Changes have ascending numbers and are never renumbered. */
  lastChange(): number {
    return this.run.lastChange.get({})?.number ?? 0;
  }

  /** Changes after `number`, oldest first: which work is new, different or gone. */
  changesAfter(number: number, limit: number): readonly { readonly number: number; readonly work: string }[] {
    return this.run.changesAfter.all({ number, limit });
  }

  /** Records in the order in which they came, by pages: for doctor. */
  records(afterSeq: number, limit: number): readonly RecordRow[] {
    return this.run.records.all({ seq: afterSeq, limit });
  }

  /** Keys of all works in ascending order, by pages. */
  keysAfter(key: string, limit: number): readonly string[] {
    return this.run.keysAfter.all({ key, limit }).map((row) => row.key);
  }

  close(): void {
    this.sql.close();
  }

  private keep({ raw, record }: NewRow): Kept {
    const key = { source: record.source, id: writtenId(record.id), title_hash: titleHash(record) };
    const digest = rowDigest([key.source, key.id, key.title_hash, raw]);
    const found = this.run.find.get(key);
    if (found === undefined) {
      const seq = this.run.add.run({ ...key, raw, digest }).lastInsertRowid;
      return { kept: stored(seq, record), outcome: 'added' };
    }
    const kept = stored(found.seq, record);
    if (found.digest === digest) return { kept, outcome: 'unchanged' };
    const before = this.run.rawOf.get({ seq: found.seq });
    const left = before && this.folding.replace(stored(found.seq, readStored(before)), kept);
    this.run.update.run({ seq: found.seq, raw, digest });
    return { kept, outcome: 'updated', ...(left && { left }) };
  }
}

interface Kept {
  readonly kept: Stored;
  readonly outcome: 'added' | 'updated' | 'unchanged';
  /** What the replaced content was connected with and the new one is not. */
  readonly left?: Connected;
}

/** An id as it stands in its column: the driver ends text at a NUL. */
function writtenId(id: string): string {
  return id.replace(/\p{Cc}/gu, (unit) => `\u0001${unit.charCodeAt(0).toString(16)};`);
}

/** How long one waits for another connection's lock before LOCKED. */
const BUSY_MS = 5_000;

/** The file of the store in the library's folder. */
export const STORE_FILE = 'papers.sqlite';

function versionOf(sql: Sql, folder: string): number {
  const version = Number(sql.pragma('user_version') ?? 0);
  if (version > MIGRATIONS.length) {
    throw new EngineError(
      'UNSUPPORTED_FORMAT',
      `The store in ${folder} has version ${version}; this Quire knows ${MIGRATIONS.length}`,
      {
        hint: 'Use the newer Quire that made it.',
      },
    );
  }
  return version;
}

function migrate(sql: Sql, folder: string): void {
  if (versionOf(sql, folder) === MIGRATIONS.length) return;
  sql.transaction(() => {
    // Another process may have migrated while this one waited for the lock.
    const now = Number(sql.pragma('user_version') ?? 0);
    for (const migration of MIGRATIONS.slice(now)) sql.exec(migration);
    sql.pragma(`user_version = ${MIGRATIONS.length}`);
  });
}

function statements(sql: Sql) {
  return { ...recordStatements(sql), ...workStatements(sql), ...dayStatements(sql) };
}

function recordStatements(sql: Sql) {
  return {
    find: sql.prepare((p: { source: string; id: string; title_hash: string }) =>
      builder
        .selectFrom('records')
        .select(['seq', 'digest'])
        .where('source', '=', p.source)
        .where('id', '=', p.id)
        .where('title_hash', '=', p.title_hash),
    ),
    add: sql.prepare((p: { source: string; id: string; title_hash: string; raw: string; digest: string }) =>
      builder
        .insertInto('records')
        .values({ source: p.source, id: p.id, title_hash: p.title_hash, raw: p.raw, digest: p.digest }),
    ),
    rawOf: sql.prepare((p: { seq: number }) =>
      builder.selectFrom('records').select(['source', 'raw']).where('seq', '=', p.seq),
    ),
    update: sql.prepare((p: { seq: number; raw: string; digest: string }) =>
      builder.updateTable('records').set({ raw: p.raw, digest: p.digest }).where('seq', '=', p.seq),
    ),
    remove: sql.prepare((p: { seq: number }) => builder.deleteFrom('records').where('seq', '=', p.seq)),
    records: sql.prepare((p: { seq: number; limit: number }) =>
      builder.selectFrom('records').selectAll().where('seq', '>', p.seq).orderBy('seq').limit(p.limit),
    ),
    countRecords: sql.prepare(() =>
      builder
        .selectFrom('records')
        .select(['source', (e) => e.fn.countAll<number>().as('records')])
        .groupBy('source')
        .orderBy('source'),
    ),
    getImport: sql.prepare((p: { file: string; source: string }) =>
      builder.selectFrom('imports').selectAll().where('file', '=', p.file).where('source', '=', p.source),
    ),
    setImport: sql.prepare(
      (p: { file: string; source: string; path: string; lines: number; rejected: number; finished: number }) => {
        const rest = { path: p.path, lines: p.lines, rejected: p.rejected, finished: p.finished };
        return builder
          .insertInto('imports')
          .values({ file: p.file, source: p.source, ...rest })
          .onConflict((on) => on.columns(['file', 'source']).doUpdateSet(rest));
      },
    ),
  };
}

function workStatements(sql: Sql) {
  const members = builder.selectFrom('members').innerJoin('records', 'records.seq', 'members.record');
  return {
    work: sql.prepare((p: { key: string }) =>
      builder.selectFrom('works').select(['by_title', 'digest']).where('key', '=', p.key),
    ),
    // All keys in one statement: a call into the driver costs more than a row.
    recordsOf: sql.prepare((p: { keys: string }) =>
      members
        .select(['members.work', 'records.source', 'records.raw'])
        .where('members.work', 'in', listed<string>(p.keys)),
    ),
    byIdentity: sql.prepare((p: { key: string }) =>
      builder
        .selectFrom('identities')
        .innerJoin('members', 'members.record', 'identities.record')
        .select('work')
        .distinct()
        .where('identities.key', '=', p.key)
        .orderBy('work')
        .limit(SAME_LIMIT),
    ),
    bySourceId: sql.prepare((p: { id: string }) =>
      members.select('work').distinct().where('records.id', '=', p.id).orderBy('work').limit(SAME_LIMIT),
    ),
    byTitle: sql.prepare((p: { title_hash: string }) =>
      members
        .select('work')
        .distinct()
        .where('records.title_hash', '=', p.title_hash)
        .orderBy('work')
        .limit(SAME_LIMIT),
    ),
    countWorks: sql.prepare(() => builder.selectFrom('works').select((e) => e.fn.countAll<number>().as('count'))),
    keysAfter: sql.prepare((p: { key: string; limit: number }) =>
      builder.selectFrom('works').select('key').where('key', '>', p.key).orderBy('key').limit(p.limit),
    ),
    identity: sql.prepare(() => builder.selectFrom('identity').select('id')),
    lastChange: sql.prepare(() => builder.selectFrom('changes').select('number').orderBy('number', 'desc').limit(1)),
    changesAfter: sql.prepare((p: { number: number; limit: number }) =>
      builder.selectFrom('changes').selectAll().where('number', '>', p.number).orderBy('number').limit(p.limit),
    ),
  };
}

/** Most works that one id or title may name; 82 ids of one conference dump name up to a few dozen. */
const SAME_LIMIT = 200;

function dayStatements(sql: Sql) {
  const day = builder.selectFrom('works').select('day').where('day', 'is not', null);
  return {
    newestDay: sql.prepare(() => day.orderBy('day', 'desc').limit(1)),
    dayBefore: sql.prepare((p: { day: number }) => day.where('day', '<', p.day).orderBy('day', 'desc').limit(1)),
    dayAfter: sql.prepare((p: { day: number }) => day.where('day', '>', p.day).orderBy('day').limit(1)),
    ofDay: sql.prepare((p: { day: number; offset: number; limit: number }) =>
      builder
        .selectFrom('works')
        .select('key')
        .where('day', '=', p.day)
        .orderBy('upvotes', 'desc')
        .orderBy('comments', 'desc')
        .orderBy('published', 'desc')
        .orderBy('key')
        .limit(p.limit)
        .offset(p.offset),
    ),
    countOfDay: sql.prepare((p: { day: number }) =>
      builder
        .selectFrom('works')
        .select((e) => e.fn.countAll<number>().as('count'))
        .where('day', '=', p.day),
    ),
    newest: sql.prepare((p: { offset: number; limit: number }) =>
      builder
        .selectFrom('works')
        .select('key')
        .orderBy('published', 'desc')
        .orderBy('key', 'desc')
        .limit(p.limit)
        .offset(p.offset),
    ),
  };
}
