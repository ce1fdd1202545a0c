// The store: every source record as received and, derived from them, the works. It is the truth; the index is made from
// it. It is kept in a database (database.ts): a file in the folder, or PostgreSQL. One process writes at a time, any number
// read. Every row that leaves it is verified.

import { mkdirSync } from 'node:fs';
import { EngineError } from '@quire/engine/core';
import type { Work } from '../papers/index.ts';
import { type Change, Changes } from './changes.ts';
import { type Damage, damageError, hiddenWork } from './damage.ts';
import type { Database } from './database.ts';
import { Facts } from './facts.ts';
import { Health } from './health.ts';
import { type FileProgress, Imports } from './imports.ts';
import { Lists, type Voted } from './lists.ts';
import { migrate, versionOf } from './migrate.ts';
import { Names } from './names.ts';
import { type OpenDatabase, openDatabase, type Place } from './open-database.ts';
import { WorkReader, type Works } from './read-works.ts';
import { type NewRow, type QuarantinedRecord, Records, writtenId } from './records.ts';
import { Folder } from './refold.ts';
import type { RecordRow, Stored } from './stored.ts';
import { STORE_VERSION } from './version.ts';

export interface Batch {
  readonly added: number;
  readonly updated: number;
  readonly unchanged: number;
  /** Works that are new, different or gone. */
  readonly works: number;
}

export class Store {
  readonly place: Place;
  /** Nothing is ever written through this store. */
  readonly readOnly: boolean;
  readonly database: Database;
  /** What is known about damage. */
  readonly health: Health;
  readonly #records: Records;
  readonly #imports: Imports;
  readonly #facts: Facts;
  readonly #reader: WorkReader;
  readonly #names: Names;
  readonly #lists: Lists;
  readonly #changes: Changes;
  readonly #report: (damage: Damage) => void;

  private constructor(place: Place, database: Database, readOnly: boolean) {
    this.place = place;
    this.readOnly = readOnly;
    this.database = database;
    this.#records = new Records(database);
    this.#imports = new Imports(database);
    this.#facts = new Facts(database);
    this.#reader = new WorkReader(database.name);
    this.health = new Health(() => this.#records.quarantined());
    this.#report = (damage) => this.health.report(damage);
    this.#names = new Names(database, this.#report);
    this.#lists = new Lists(database, this.#reader, this.#report);
    this.#changes = new Changes(database);
  }

  /** The folder of the library. */
  get folder(): string {
    return this.place.folder;
  }

  /** Opens the store of `folder`, making folder and tables when they are not there. */
  static async open(folder: string, options: Omit<Place, 'folder'> = {}): Promise<Store> {
    try {
      mkdirSync(folder, { recursive: true });
    } catch (cause) {
      const hint = 'Choose another folder with --data-dir.';
      throw new EngineError('READ_ONLY', `Cannot make the folder ${folder}`, { hint, cause });
    }
    const place = { ...options, folder };
    return opened(await openDatabase(place, 'write'), async (database, lost) => {
      await migrate(database);
      return new Store(place, database, false).#with(lost);
    });
  }

  /** Opens the store of `folder` without writing anything, also where nothing can be written. */
  static async openToRead(folder: string, options: Omit<Place, 'folder'> = {}): Promise<Store> {
    const place = { ...options, folder };
    return opened(await openDatabase(place, 'read'), async (database, lost) => {
      const version = await versionOf(database);
      if (version < STORE_VERSION) {
        const hint = 'Open it once where its folder can be written: that brings it up to date.';
        throw new EngineError('UNSUPPORTED_FORMAT', `The store in ${folder} has the older version ${version}`, {
          hint,
        });
      }
      return new Store(place, database, true).#with(lost);
    });
  }

  #with(lost: readonly Damage[]): Store {
    for (const damage of lost) this.health.report(damage);
    return this;
  }

  /**
   * Keeps rows and folds what they touch, in one durable transaction together with the progress of their file. A row
   * whose key (source, id, normalised title) is there with the same bytes changes nothing; with other bytes it replaces.
   */
  importRows(rows: readonly NewRow[], progress?: FileProgress): Promise<Batch> {
    return this.database.transaction(async (on) => {
      const [records, folder] = [new Records(on), new Folder(on)];
      const touched = new Map<number, Stored>();
      const counts = { added: 0, updated: 0, unchanged: 0 };
      const before = new Set<string>();
      for (const row of rows) {
        const { kept, outcome, replaced } = await records.put(row);
        counts[outcome]++;
        const left = replaced && (await folder.replace(replaced, kept));
        for (const each of left?.records ?? []) if (!touched.has(each.seq)) touched.set(each.seq, each);
        for (const work of left?.works ?? []) before.add(work);
        if (outcome !== 'unchanged') touched.set(kept.seq, kept);
      }
      const { put, dropped } = await folder.refold([...touched.values()], before);
      if (progress !== undefined) await new Imports(on).set(progress);
      return { ...counts, works: put + dropped };
    });
  }

  /** Takes a record out; the works become what they would be without it. false when it was not there. */
  removeRecord(source: string, id: string, title_hash: string): Promise<boolean> {
    return this.database.transaction(async (on) => {
      const [records, folder] = [new Records(on), new Folder(on)];
      const found = await records.find(source, id, title_hash);
      if (found === undefined) return false;
      const left = await folder.remove(found);
      await records.remove(found.seq);
      await folder.refold(left.records, left.works);
      return true;
    });
  }

  /** Takes every record of a source out, in one transaction; the works become what they would be without them. */
  removeSource(source: string): Promise<number> {
    return this.database.transaction(async (on) => {
      const [records, folder] = [new Records(on), new Folder(on)];
      const gone = await records.ofSource(source);
      for (const record of gone) {
        const left = await folder.remove(record);
        await records.remove(record.seq);
        await folder.refold(left.records, left.works);
      }
      return gone.length;
    });
  }

  /** How far this file was read as `source`; undefined when never. */
  progress(file: string, source: string): Promise<FileProgress | undefined> {
    return this.#imports.get(file, source);
  }

  /** The works of these keys, in the same order. Keys without a work are left out; damaged works are named. */
  async read(keys: readonly string[]): Promise<Works> {
    if (keys.length === 0) return { works: [], damaged: [] };
    return this.#reader.given(keys, await this.#reader.read(this.database, keys), this.#report);
  }

  /**
   * The same for keys of a search index that contains the changes up to `change`. While that is the last change, each key
   * has a work: one without is damage, too.
   */
  readIndexed(keys: readonly string[], change: number): Promise<Works> {
    return this.database.snapshot(async (on) => {
      const read = new Map(await this.#reader.read(on, keys));
      const missing = change === (await new Changes(on).last()) ? keys.filter((key) => !read.has(key)) : [];
      for (const key of missing) read.set(key, hiddenWork(key));
      return this.#reader.given(keys, read, this.#report);
    });
  }

  /** The same for a caller that needs every work: throws CORRUPT at the first damaged one. */
  async works(keys: readonly string[]): Promise<readonly Work[]> {
    const { works, damaged } = await this.read(keys);
    if (damaged[0] !== undefined) throw damageError(damaged[0]);
    return works;
  }

  /** Throws CORRUPT where it is damaged. */
  async work(key: string): Promise<Work | undefined> {
    return (await this.works([key]))[0];
  }

  hasWork(key: string): Promise<boolean> {
    return this.#lists.has(key);
  }

  /** Keys of works that hold a record with this identity key (`arxiv:…`, `doi:…`, `t:…`). */
  worksByIdentity(key: string): Promise<readonly string[]> {
    return this.#names.byIdentity(key);
  }

  /** Keys of works that hold a record with this id of any source. */
  worksBySourceId(id: string): Promise<readonly string[]> {
    return this.#names.bySourceId(writtenId(id));
  }

  /** Keys of works with a record of this title (papers' titleHash). */
  worksByTitle(title_hash: string): Promise<readonly string[]> {
    return this.#names.byTitle(title_hash);
  }

  newestDay(): Promise<number | undefined> {
    return this.#lists.newestDay();
  }

  /** The nearest days before and after `day` that have works. */
  daysAround(day: number): Promise<{ readonly previous?: number; readonly next?: number }> {
    return this.#lists.daysAround(day);
  }

  /** Works of a day by upvotes, comments and date, each descending; then by key. */
  ofDay(day: number, offset: number, limit: number): Promise<Works> {
    return this.#lists.ofDay(day, offset, limit);
  }

  /** Works of the days from `from` to `to` by upvotes, comments and day, each descending; then by key. */
  ofDays(from: number, to: number, offset: number, limit: number): Promise<Works> {
    return this.#lists.ofDays(from, to, offset, limit);
  }

  /** The days in a range that have works, in order, with their numbers. */
  daysBetween(from: number, to: number): Promise<readonly { readonly day: number; readonly count: number }[]> {
    return this.#lists.daysBetween(from, to);
  }

  /** The works of a day that have votes or comments, most votes first. */
  mostVotedOfDay(day: number, limit: number): Promise<readonly Voted[]> {
    return this.#lists.mostVotedOfDay(day, limit);
  }

  countOfDay(day: number): Promise<number> {
    return this.#lists.countOfDay(day);
  }

  /** Newest works first; undated ones last. */
  newest(offset: number, limit: number): Promise<Works> {
    return this.#lists.newest(offset, limit);
  }

  countWorks(): Promise<number> {
    return this.#lists.count();
  }

  countRecords(): Promise<readonly { readonly source: string; readonly records: number }[]> {
    return this.#records.counts();
  }

  /** Records that no page shows: damaged, or not accepted by this build. Oldest first. */
  quarantine(limit: number): Promise<readonly QuarantinedRecord[]> {
    return this.#records.quarantine(limit);
  }

  /** A random name that this store got when it was made. */
  identity(): Promise<string> {
    return this.#facts.get('identity');
  }

  /** The number of the last change; 0 in an empty store. Changes have ascending numbers and are never renumbered. */
  lastChange(): Promise<number> {
    return this.#changes.last();
  }

  /** Changes after `number`, oldest first: which work is new, different or gone. Throws CORRUPT at a damaged row. */
  changesAfter(number: number, limit: number): Promise<readonly Change[]> {
    return this.#changes.after(number, limit);
  }

  /** Records in the order in which they came, by pages, as they are in the file: the caller verifies them. */
  records(afterSeq: number, limit: number): Promise<readonly RecordRow[]> {
    return this.#records.after(afterSeq, limit);
  }

  /** Keys of all works in ascending order, by pages. */
  keysAfter(key: string, limit: number): Promise<readonly string[]> {
    return this.#lists.keysAfter(key, limit);
  }

  close(): Promise<void> {
    return this.database.close();
  }
}

async function opened(
  { database, lost }: OpenDatabase,
  make: (database: Database, lost: readonly Damage[]) => Promise<Store>,
): Promise<Store> {
  try {
    return await make(database, lost);
  } catch (error) {
    await database.close();
    throw error;
  }
}
