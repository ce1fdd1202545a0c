// The store: one SQLite file that holds every source record as received and, derived from them, the works. It is the
// truth; the index is made from it. One process writes at a time, any number read. Every row that leaves it is verified.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '@quire/engine/core';
import type { Work } from '../papers/index.ts';
import { type Change, Changes } from './changes.ts';
import { type Damage, damageError, hiddenWork } from './damage.ts';
import { Facts } from './facts.ts';
import { Health } from './health.ts';
import { type FileProgress, Imports } from './imports.ts';
import { Lists } from './lists.ts';
import { lostChanges } from './log-file.ts';
import { migrate, versionOf } from './migrate.ts';
import { Names } from './names.ts';
import { WorkReader, type Works } from './read-works.ts';
import { type NewRow, type QuarantinedRecord, Records, writtenId } from './records.ts';
import { Folder } from './refold.ts';
import { STORE_VERSION } from './schema.ts';
import { Sql } from './sql.ts';
import type { RecordRow, Stored } from './stored.ts';

export interface Batch {
  readonly added: number;
  readonly updated: number;
  readonly unchanged: number;
  /** Works that are new, different or gone. */
  readonly works: number;
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
  readonly #names: Names;
  readonly #lists: Lists;
  readonly #changes: Changes;
  readonly #report: (damage: Damage) => void;

  private constructor(folder: string, sql: Sql, readOnly: boolean) {
    this.folder = folder;
    this.readOnly = readOnly;
    this.sql = sql;
    this.#records = new Records(sql);
    this.#imports = new Imports(sql);
    this.#facts = new Facts(sql);
    this.#folder = new Folder(sql);
    this.#reader = new WorkReader(sql);
    this.health = new Health(() => this.#records.quarantined());
    this.#report = (damage) => this.health.report(damage);
    this.#names = new Names(sql, this.#report);
    this.#lists = new Lists(sql, this.#reader, this.#report);
    this.#changes = new Changes(sql);
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
    return this.#reader.given(keys, this.#reader.read(keys), this.#report);
  }

  /**
   * The same for keys of a search index that contains the changes up to `change`. While that is the last change, each key
   * has a work: one without is damage, too.
   */
  readIndexed(keys: readonly string[], change: number): Works {
    return this.sql.snapshot(() => {
      const read = new Map(this.#reader.read(keys));
      const missing = change === this.#changes.last() ? keys.filter((key) => !read.has(key)) : [];
      for (const key of missing) read.set(key, hiddenWork(key));
      return this.#reader.given(keys, read, this.#report);
    });
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
    return this.#lists.has(key);
  }

  /** Keys of works that hold a record with this identity key (`arxiv:…`, `doi:…`, `t:…`). */
  worksByIdentity(key: string): readonly string[] {
    return this.#names.byIdentity(key);
  }

  /** Keys of works that hold a record with this id of any source. */
  worksBySourceId(id: string): readonly string[] {
    return this.#names.bySourceId(writtenId(id));
  }

  /** Keys of works with a record of this title (papers' titleHash). */
  worksByTitle(title_hash: string): readonly string[] {
    return this.#names.byTitle(title_hash);
  }

  newestDay(): number | undefined {
    return this.#lists.newestDay();
  }

  /** The nearest days before and after `day` that have works. */
  daysAround(day: number): { readonly previous?: number; readonly next?: number } {
    return this.#lists.daysAround(day);
  }

  /** Works of a day by upvotes, comments and date, each descending; then by key. */
  ofDay(day: number, offset: number, limit: number): Works {
    return this.#lists.ofDay(day, offset, limit);
  }

  countOfDay(day: number): number {
    return this.#lists.countOfDay(day);
  }

  /** Newest works first; undated ones last. */
  newest(offset: number, limit: number): Works {
    return this.#lists.newest(offset, limit);
  }

  countWorks(): number {
    return this.#lists.count();
  }

  countRecords(): readonly { readonly source: string; readonly records: number }[] {
    return this.#records.counts();
  }

  /** Records that no page shows: damaged, or not accepted by this build. Oldest first. */
  quarantine(limit: number): readonly QuarantinedRecord[] {
    return this.#records.quarantine(limit);
  }

  /** A random name that this store got when it was made. */
  identity(): string {
    return this.#facts.get('identity');
  }

  /** The number of the last change; 0 in an empty store. Changes have ascending numbers and are never renumbered. */
  lastChange(): number {
    return this.#changes.last();
  }

  /** Changes after `number`, oldest first: which work is new, different or gone. Throws CORRUPT at a damaged row. */
  changesAfter(number: number, limit: number): readonly Change[] {
    return this.#changes.after(number, limit);
  }

  /** Records in the order in which they came, by pages, as they are in the file: the caller verifies them. */
  records(afterSeq: number, limit: number): readonly RecordRow[] {
    return this.#records.after(afterSeq, limit);
  }

  /** Keys of all works in ascending order, by pages. */
  keysAfter(key: string, limit: number): readonly string[] {
    return this.#lists.keysAfter(key, limit);
  }

  close(): void {
    this.sql.close();
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
