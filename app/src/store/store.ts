// The store: one SQLite file that holds every source record as received and, derived from them, the works. It is the
// truth; the index is made from it. One process writes at a time, any number read. Every row that leaves it is verified.

import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { EngineError } from '@quire/engine/core';
import type { Work } from '../papers/index.ts';
import { markOf } from './checksum.ts';
import { badRow, type Damage, damageError } from './damage.ts';
import { Facts } from './facts.ts';
import { Health } from './health.ts';
import { type FileProgress, Imports } from './imports.ts';
import { lostChanges } from './log-file.ts';
import { migrate, versionOf } from './migrate.ts';
import { isDamage, type ReadWork, type ReadWorks, WorkReader, type Works } from './read-works.ts';
import { type NewRow, Records, writtenId } from './records.ts';
import { Folder } from './refold.ts';
import { STORE_VERSION } from './schema.ts';
import { Sql } from './sql.ts';
import type { RecordRow, Stored } from './stored.ts';
import { workLists } from './work-lists.ts';

export interface Batch {
  readonly added: number;
  readonly updated: number;
  readonly unchanged: number;
  /** Works that are new, different or gone. */
  readonly works: number;
}

export interface Change {
  readonly number: number;
  readonly work: string;
}

/** The file of the store in the library's folder. */
export const STORE_FILE = 'papers.sqlite';

/** How long a connection waits for another's lock before LOCKED. */
const BUSY_MS = 5_000;

export class Store {
  /** The folder of the library. */
  readonly folder: string;
  /** Nothing is ever written through this store. */
  readonly readOnly: boolean;
  readonly sql: Sql;
  /** What is known about damage. */
  readonly health: Health;
  readonly #records: Records;
  readonly #imports: Imports;
  readonly #facts: Facts;
  readonly #folder: Folder;
  readonly #reader: WorkReader;
  readonly #lists: ReturnType<typeof workLists>;

  private constructor(folder: string, sql: Sql, readOnly: boolean) {
    this.folder = folder;
    this.readOnly = readOnly;
    this.sql = sql;
    this.#records = new Records(sql);
    this.#imports = new Imports(sql);
    this.#facts = new Facts(sql);
    this.#folder = new Folder(sql);
    this.#reader = new WorkReader(sql);
    this.#lists = workLists(sql);
    this.health = new Health(() => this.#records.quarantined());
  }

  /** Opens the store in `folder`, making folder and tables when they are not there. */
  static open(folder: string): Store {
    try {
      mkdirSync(folder, { recursive: true });
    } catch (cause) {
      const hint = 'Choose another folder with --data-dir.';
      throw new EngineError('READ_ONLY', `Cannot make the folder ${folder}`, { hint, cause });
    }
    const path = join(folder, STORE_FILE);
    const lost = lostChanges(path);
    const sql = new Sql(path);
    return opened(sql, () => {
      sql.pragma(`busy_timeout = ${BUSY_MS}`);
      sql.pragma('journal_mode = WAL');
      sql.pragma('synchronous = FULL'); // a commit that returned survives a power cut
      sql.pragma('cache_size = -65536'); // 64 MiB
      migrate(sql);
      const store = new Store(folder, sql, false);
      for (const damage of lost) store.health.report(damage);
      return store;
    });
  }

  /** Opens the store in `folder` without writing anything, also where nothing can be written. */
  static openToRead(folder: string): Store {
    const path = join(folder, STORE_FILE);
    const lost = lostChanges(path);
    const sql = Sql.openToRead(path, BUSY_MS);
    return opened(sql, () => {
      const version = versionOf(sql);
      if (version < STORE_VERSION) {
        const hint = 'Open it once where its folder can be written: that brings it up to date.';
        throw new EngineError('UNSUPPORTED_FORMAT', `The store in ${folder} has the older version ${version}`, {
          hint,
        });
      }
      const store = new Store(folder, sql, true);
      for (const damage of lost) store.health.report(damage);
      return store;
    });
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
        const { kept, outcome, replaced } = this.#records.put(row);
        counts[outcome]++;
        const left = replaced && this.#folder.replace(replaced, kept);
        for (const each of left?.records ?? []) if (!touched.has(each.seq)) touched.set(each.seq, each);
        for (const work of left?.works ?? []) before.add(work);
        if (outcome !== 'unchanged') touched.set(kept.seq, kept);
      }
      const { put, dropped } = this.#folder.refold([...touched.values()], before);
      if (progress !== undefined) this.#imports.set(progress);
      return { ...counts, works: put + dropped };
    });
  }

  /** Takes a record out; the works become what they would be without it. false when it was not there. */
  removeRecord(source: string, id: string, title_hash: string): boolean {
    return this.sql.transaction(() => {
      const found = this.#records.find(source, id, title_hash);
      if (found === undefined) return false;
      const left = this.#folder.remove(found);
      this.#records.remove(found.seq);
      this.#folder.refold(left.records, left.works);
      return true;
    });
  }

  /** How far this file was read as `source`; undefined when never. */
  progress(file: string, source: string): FileProgress | undefined {
    return this.#imports.get(file, source);
  }

  /** The works of these keys, in the same order. Keys without a work are left out; damaged works are named. */
  read(keys: readonly string[]): Works {
    return this.#given(keys, this.#reader.read(keys));
  }

  /** The same for a caller that needs every work: throws CORRUPT at the first damaged one. */
  works(keys: readonly string[]): readonly Work[] {
    const { works, damaged } = this.read(keys);
    if (damaged[0] !== undefined) throw damageError(damaged[0]);
    return works;
  }

  /** Throws CORRUPT where it is damaged. */
  work(key: string): Work | undefined {
    return this.works([key])[0];
  }

  hasWork(key: string): boolean {
    return this.#lists.work.get({ key }) !== undefined;
  }

  /** Keys of works that hold a record with this identity key (`arxiv:…`, `doi:…`, `t:…`). */
  worksByIdentity(key: string): readonly string[] {
    return this.#lists.byIdentity.all({ key }).map(({ work }) => work);
  }

  /** Keys of works that hold a record with this id of any source. */
  worksBySourceId(id: string): readonly string[] {
    return this.#lists.bySourceId.all({ id: writtenId(id) }).map(({ work }) => work);
  }

  /** Keys of works with a record of this title (papers' titleHash). */
  worksByTitle(title_hash: string): readonly string[] {
    return this.#lists.byTitle.all({ title_hash }).map(({ work }) => work);
  }

  newestDay(): number | undefined {
    return this.#lists.newestDay.get({})?.day ?? undefined;
  }

  /** The nearest days before and after `day` that have works. */
  daysAround(day: number): { readonly previous?: number; readonly next?: number } {
    const previous = this.#lists.dayBefore.get({ day })?.day;
    const next = this.#lists.dayAfter.get({ day })?.day;
    return { ...(previous != null && { previous }), ...(next != null && { next }) };
  }

  /** Works of a day by upvotes, comments and date, each descending; then by key. */
  ofDay(day: number, offset: number, limit: number): Works {
    return this.sql.snapshot(() => {
      const keys = this.#lists.ofDay.all({ day, offset, limit }).map(({ key }) => key);
      return this.#listed('works_day', keys, (row, before) => {
        if (row.day !== day) return false;
        if (before === undefined || row.upvotes !== before.upvotes)
          return before === undefined || row.upvotes < before.upvotes;
        return row.comments <= before.comments;
      });
    });
  }

  countOfDay(day: number): number {
    return this.#lists.countOfDay.get({ day })?.count ?? 0;
  }

  /** Newest works first; undated ones last. */
  newest(offset: number, limit: number): Works {
    return this.sql.snapshot(() => {
      const keys = this.#lists.newest.all({ offset, limit }).map(({ key }) => key);
      return this.#listed('works_published', keys, (row, before) =>
        before === undefined ? true : (row.published ?? '') <= (before.published ?? ''),
      );
    });
  }

  countWorks(): number {
    return this.#lists.countWorks.get({})?.count ?? 0;
  }

  countRecords(): readonly { readonly source: string; readonly records: number }[] {
    return this.#records.counts();
  }

  /** A random name that this store got when it was made. */
  identity(): string {
    return this.#facts.get('identity');
  }

  /** The number of the last change; 0 in an empty store. Changes have ascending numbers and are never renumbered. */
  lastChange(): number {
    return this.#lists.lastChange.get({})?.number ?? 0;
  }

  /** Changes after `number`, oldest first: which work is new, different or gone. Throws CORRUPT at a damaged row. */
  changesAfter(number: number, limit: number): readonly Change[] {
    const rows = this.#lists.changesAfter.all({ number, limit });
    for (const row of rows) {
      if (markOf([row.number, row.work]) !== row.mark) throw damageError(badRow('changes', row.number));
    }
    return rows;
  }

  /** Records in the order in which they came, by pages, as they are in the file: the caller verifies them. */
  records(afterSeq: number, limit: number): readonly RecordRow[] {
    return this.#records.after(afterSeq, limit);
  }

  /** Keys of all works in ascending order, by pages. */
  keysAfter(key: string, limit: number): readonly string[] {
    return this.#lists.keysAfter.all({ key, limit }).map((row) => row.key);
  }

  close(): void {
    this.sql.close();
  }

  #given(keys: readonly string[], read: ReadWorks): Works {
    const works: Work[] = [];
    const damaged: Damage[] = [];
    for (const key of keys) {
      const found = read.get(key);
      if (found === undefined) continue;
      if (isDamage(found)) damaged.push(found);
      else works.push(found.work);
    }
    for (const damage of damaged) this.health.report(damage);
    return { works, damaged };
  }

  /**
   * Works whose keys came from an index of SQLite. The entries of an index have no checksum of ours, so each is compared
   * with the verified row: a row has to be there, and `fits` says whether it belongs here and after the row before it.
   */
  #listed(
    index: string,
    keys: readonly string[],
    fits: (row: ReadWork['columns'], before: ReadWork['columns'] | undefined) => boolean,
  ): Works {
    const read = new Map(this.#reader.read(keys));
    let before: ReadWork['columns'] | undefined;
    for (const key of keys) {
      const found = read.get(key);
      if (found !== undefined && isDamage(found)) continue;
      if (found === undefined || !fits(found.columns, before)) {
        read.set(key, badEntry(basename(this.sql.path), index, key));
      }
      before = found?.columns;
    }
    return this.#given(keys, read);
  }
}

function opened(sql: Sql, make: () => Store): Store {
  try {
    return make();
  } catch (error) {
    sql.close();
    throw error;
  }
}

function badEntry(file: string, index: string, key: string): Damage {
  const message = `The index ${index} of ${file} does not agree with its table at the work ${JSON.stringify(key)}.`;
  return { table: index, key, message };
}
