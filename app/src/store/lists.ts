// Works in an order: of a day, the newest ones. The order comes from indexes of SQLite, whose entries have no checksum
// of ours, so each entry is compared with the verified row: the row has to be there, to belong here, and to follow the
// row before it. An entry that is missing altogether is found by the check of the whole file alone (walk.ts).

import { badEntry, type Damage } from './damage.ts';
import { isDamage, type ReadWork, type WorkReader, type Works } from './read-works.ts';
import type { Sql } from './sql.ts';
import { workLists } from './work-lists.ts';

type Columns = ReadWork['columns'];
/** Whether a row belongs to a list, after the row before it. */
type Fits = (row: Columns, before: Columns | undefined) => boolean;

export class Lists {
  readonly #sql: Sql;
  readonly #reader: WorkReader;
  readonly #report: (damage: Damage) => void;
  readonly #run: ReturnType<typeof workLists>;

  constructor(sql: Sql, reader: WorkReader, report: (damage: Damage) => void) {
    this.#sql = sql;
    this.#reader = reader;
    this.#report = report;
    this.#run = workLists(sql);
  }

  newestDay(): number | undefined {
    return this.#sql.snapshot(() => this.#day(this.#run.newestDay.get({})));
  }

  /** The nearest days before and after `day` that have works. */
  daysAround(day: number): { readonly previous?: number; readonly next?: number } {
    return this.#sql.snapshot(() => {
      const previous = this.#day(this.#run.dayBefore.get({ day }));
      const next = this.#day(this.#run.dayAfter.get({ day }));
      return { ...(previous !== undefined && { previous }), ...(next !== undefined && { next }) };
    });
  }

  /** Works of a day by upvotes, comments and date, each descending; then by key. */
  ofDay(day: number, offset: number, limit: number): Works {
    return this.#sql.snapshot(() => {
      const keys = this.#run.ofDay.all({ day, offset, limit }).map(({ key }) => key);
      return this.#listed('works_day', keys, (row, before) => row.day === day && !outranks(row, before));
    });
  }

  countOfDay(day: number): number {
    return this.#run.countOfDay.get({ day })?.count ?? 0;
  }

  /** Newest works first; undated ones last. */
  newest(offset: number, limit: number): Works {
    return this.#sql.snapshot(() => {
      const keys = this.#run.newest.all({ offset, limit }).map(({ key }) => key);
      return this.#listed('works_published', keys, (row, before) =>
        before === undefined ? true : (row.published ?? '') <= (before.published ?? ''),
      );
    });
  }

  count(): number {
    return this.#run.countWorks.get({})?.count ?? 0;
  }

  has(key: string): boolean {
    return this.#run.work.get({ key }) !== undefined;
  }

  /** Keys of all works in ascending order, by pages. */
  keysAfter(key: string, limit: number): readonly string[] {
    return this.#run.keysAfter.all({ key, limit }).map((row) => row.key);
  }

  /**
   * The day of an entry. Damage is reported, and the day is returned all the same: without it no page could show the
   * damage.
   */
  #day(entry: { readonly key: string; readonly day: number | null } | undefined): number | undefined {
    if (entry === undefined) return undefined;
    const found = this.#reader.read([entry.key]).get(entry.key);
    if (found !== undefined && isDamage(found)) this.#report(found);
    else if (found?.columns.day !== entry.day) this.#report(badEntry('works_day', entry.key));
    return entry.day ?? undefined;
  }

  #listed(index: string, keys: readonly string[], fits: Fits): Works {
    const read = new Map(this.#reader.read(keys));
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
