// Works in an order: of a day, the newest ones. The order comes from indexes of SQLite, whose entries have no checksum
// of ours, so each entry is compared with the verified row: the row has to be there, to belong here, and to follow the
// row before it. An entry that is missing altogether is found by the check of the whole file alone (walk.ts).

import { badEntry, type Damage } from './damage.ts';
import type { Connection, Database } from './database.ts';
import { isDamage, type ReadWork, type WorkReader, type Works } from './read-works.ts';
import { WORK_LISTS as SQL } from './work-lists.ts';

type Columns = ReadWork['columns'];
/** Whether a row belongs to a list, after the row before it. */
type Fits = (row: Columns, before: Columns | undefined) => boolean;

/** What sources counted for a work. */
export interface Voted {
  readonly key: string;
  readonly upvotes: number;
  readonly comments: number;
}

export class Lists {
  readonly #database: Database;
  readonly #reader: WorkReader;
  readonly #report: (damage: Damage) => void;

  constructor(database: Database, reader: WorkReader, report: (damage: Damage) => void) {
    this.#database = database;
    this.#reader = reader;
    this.#report = report;
  }

  newestDay(): Promise<number | undefined> {
    return this.#database.snapshot(async (on) => this.#day(on, await on.get(SQL.newestDay, {})));
  }

  /** The nearest days before and after `day` that have works. */
  daysAround(day: number): Promise<{ readonly previous?: number; readonly next?: number }> {
    return this.#database.snapshot(async (on) => {
      const previous = await this.#day(on, await on.get(SQL.dayBefore, { day }));
      const next = await this.#day(on, await on.get(SQL.dayAfter, { day }));
      return { ...(previous !== undefined && { previous }), ...(next !== undefined && { next }) };
    });
  }

  /** Works of a day by upvotes, comments and date, each descending; then by key. */
  ofDay(day: number, offset: number, limit: number): Promise<Works> {
    return this.#database.snapshot(async (on) => {
      const keys = (await on.all(SQL.ofDay, { day, offset, limit })).map(({ key }) => key);
      return this.#listed(on, 'works_day', keys, (row, before) => row.day === day && !outranks(row, before));
    });
  }

  /** Works of the days from `from` to `to` by upvotes, comments and day, each descending; then by key. */
  ofDays(from: number, to: number, offset: number, limit: number): Promise<Works> {
    return this.#database.snapshot(async (on) => {
      const keys = (await on.all(SQL.ofDays, { from, to, offset, limit })).map(({ key }) => key);
      const isInside = (day: number | null) => day !== null && day >= from && day <= to;
      return this.#listed(on, 'works_day', keys, (row, before) => isInside(row.day) && !outranks(row, before));
    });
  }

  /** The days in a range that have works, in order, with their numbers. */
  async daysBetween(from: number, to: number): Promise<readonly { readonly day: number; readonly count: number }[]> {
    const rows = await this.#database.all(SQL.daysBetween, { from, to });
    return rows.flatMap(({ day, count }) => (day === null ? [] : [{ day, count }]));
  }

  /** The works of a day that have votes or comments, most votes first. The rows are not verified: read the works. */
  mostVotedOfDay(day: number, limit: number): Promise<readonly Voted[]> {
    return this.#database.all(SQL.mostVotedOfDay, { day, limit });
  }

  async countOfDay(day: number): Promise<number> {
    return (await this.#database.get(SQL.countOfDay, { day }))?.count ?? 0;
  }

  /** Newest works first; undated ones last. */
  newest(offset: number, limit: number): Promise<Works> {
    return this.#database.snapshot(async (on) => {
      const keys = (await on.all(SQL.newest, { offset, limit })).map(({ key }) => key);
      return this.#listed(on, 'works_published', keys, (row, before) =>
        before === undefined ? true : (row.published ?? '') <= (before.published ?? ''),
      );
    });
  }

  async count(): Promise<number> {
    return (await this.#database.get(SQL.countWorks, {}))?.count ?? 0;
  }

  async has(key: string): Promise<boolean> {
    return (await this.#database.get(SQL.work, { key })) !== undefined;
  }

  /** Keys of all works in ascending order, by pages. */
  async keysAfter(key: string, limit: number): Promise<readonly string[]> {
    return (await this.#database.all(SQL.keysAfter, { key, limit })).map((row) => row.key);
  }

  /**
   * The day of an entry. Damage is reported, and the day is returned all the same: without it no page could show the
   * damage.
   */
  async #day(
    on: Connection,
    entry: { readonly key: string; readonly day: number | null } | undefined,
  ): Promise<number | undefined> {
    if (entry === undefined) return undefined;
    const found = (await this.#reader.read(on, [entry.key])).get(entry.key);
    if (found !== undefined && isDamage(found)) this.#report(found);
    else if (found?.columns.day !== entry.day) this.#report(badEntry('works_day', entry.key));
    return entry.day ?? undefined;
  }

  async #listed(on: Connection, index: string, keys: readonly string[], fits: Fits): Promise<Works> {
    const read = new Map(await this.#reader.read(on, keys));
    let before: Columns | undefined;
    for (const key of keys) {
      const found = read.get(key);
      if (found !== undefined && isDamage(found)) continue;
      if (found === undefined || !fits(found.columns, before)) read.set(key, badEntry(index, key));
      before = found?.columns;
    }
    return this.#reader.given(keys, read, this.#report);
  }
}

/** Whether `row` comes before the row that was listed before it. */
function outranks(row: Columns, before: Columns | undefined): boolean {
  if (before === undefined) return false;
  return row.upvotes === before.upvotes ? row.comments > before.comments : row.upvotes > before.upvotes;
}
