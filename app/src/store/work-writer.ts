// Writes what is derived from records: identities, members, works and the log of changes.

import { sql as raw } from 'kysely';
import { dayNumber, type Group, makeWork, type Work } from '../papers/index.ts';
import { foldDigest, markOf, type WorkColumns, workDigest } from './checksum.ts';
import type { Connection } from './database.ts';
import { rowsIn, statement, textsIn, written } from './statement.ts';
import type { Stored } from './stored.ts';

interface WorkRow extends WorkColumns {
  readonly digest: string;
}

export class WorkWriter {
  readonly #on: Connection;

  constructor(on: Connection) {
    this.#on = on;
  }

  async putIdentities(records: Iterable<Pick<Stored, 'seq' | 'identity'>>): Promise<void> {
    const rows: (readonly [key: string, record: number, mark: number])[] = [];
    for (const { seq, identity } of records) {
      for (const key of identity.keys) rows.push([key, seq, markOf([key, seq])]);
    }
    await this.#on.run(SQL.addIdentities, { rows: JSON.stringify(rows) });
  }

  /**
   * Writes the works of `groups` where they differ from what is there, and who their members are. Returns the keys of
   * all works, and of those whose fold is new or different.
   */
  async putWorks(groups: readonly Group<Stored>[]): Promise<{
    readonly keys: readonly string[];
    readonly changed: readonly string[];
  }> {
    const rows = await this.#putMembers(groups);
    const keys = rows.map(({ key }) => key);
    const digests = await this.#on.all(SQL.digestsOf, { keys: JSON.stringify(keys) });
    const before = new Map(digests.map((row) => [row.key, row]));
    const different = rows.filter(({ key, digest }) => before.get(key)?.digest !== digest);
    if (different.length > 0) await this.#on.run(SQL.setWorks, { rows: JSON.stringify(different.map(valuesOf)) });
    const changed = rows.filter(({ key, fold }) => before.get(key)?.fold !== fold).map(({ key }) => key);
    return { keys, changed };
  }

  /** The same where the table has no works yet. Returns each work's key and fold. */
  async putNewWorks(groups: readonly Group<Stored>[]): Promise<readonly Pick<WorkColumns, 'key' | 'fold'>[]> {
    const rows = await this.#putMembers(groups);
    await this.#on.run(SQL.setWorks, { rows: JSON.stringify(rows.map(valuesOf)) });
    return rows;
  }

  async #putMembers(groups: readonly Group<Stored>[]): Promise<readonly WorkRow[]> {
    const members: (readonly [record: number, work: string])[] = [];
    const rows: WorkRow[] = [];
    for (const group of groups) {
      const row = workRow(group);
      rows.push(row);
      for (const { seq } of group.members) members.push([seq, row.key]);
    }
    await this.#on.run(SQL.setMembers, { rows: JSON.stringify(members) });
    return rows;
  }

  async dropWorks(keys: readonly string[]): Promise<void> {
    await this.#on.run(SQL.dropWorks, { keys: JSON.stringify(keys) });
  }

  /** Appends to the log that these works are new, different or gone. */
  async log(keys: readonly string[]): Promise<void> {
    const last = (await this.#on.get(SQL.lastChange, {}))?.number ?? 0;
    const rows = keys.map((work, i) => [last + 1 + i, work, markOf([last + 1 + i, work])]);
    await this.#on.run(SQL.log, { rows: JSON.stringify(rows) });
  }
}

function workRow({ members, byTitle }: Group<Stored>): WorkRow {
  const work = makeWork(
    members.map(({ record }) => record),
    { byTitle },
  );
  const columns = columnsOf(work, byTitle);
  const inOrder = [...members].sort((a, b) => a.seq - b.seq);
  return { ...columns, digest: workDigest(columns, inOrder) };
}

function columnsOf(work: Work, byTitle: boolean): WorkColumns {
  return {
    key: work.key,
    by_title: byTitle ? 1 : 0,
    day: work.day === undefined ? null : dayNumber(work.day),
    published: work.published?.date ?? work.day ?? null,
    upvotes: whole(work.upvotes),
    comments: whole(work.comments),
    fold: foldDigest(work),
  };
}

/** A count that SQLite and the driver return as the same number. */
function whole(count: number): number {
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Math.trunc(count)));
}

/** Lists go as one JSON parameter: a call into the driver costs more than a row. */
const SQL = {
  digestsOf: statement((db, p: { keys: string }, d) =>
    db.selectFrom('works').select(['key', 'fold', 'digest']).where('key', 'in', textsIn(d, p.keys)),
  ),
  lastChange: statement((db) => db.selectFrom('changes').select('number').orderBy('number', 'desc').limit(1)),
  dropWorks: statement((db, p: { keys: string }, d) => db.deleteFrom('works').where('key', 'in', textsIn(d, p.keys))),
  addIdentities: statement((db, p: { rows: string }, d) =>
    written(
      db,
      raw`
        insert into identities (key, record, mark) ${rowsIn(d, p.rows, ['text', 'whole', 'whole'])}
        on conflict do nothing`,
    ),
  ),
  setMembers: statement((db, p: { rows: string }, d) =>
    written(
      db,
      raw`
        insert into members (record, work) ${rowsIn(d, p.rows, ['whole', 'text'])}
        on conflict (record) do update set work = excluded.work`,
    ),
  ),
  setWorks: statement((db, p: { rows: string }, d) =>
    written(
      db,
      raw`
        insert into works (key, by_title, day, published, upvotes, comments, fold, digest)
        ${rowsIn(d, p.rows, ['text', 'whole', 'whole', 'text', 'whole', 'whole', 'text', 'text'])}
        on conflict (key) do update set by_title = excluded.by_title, day = excluded.day,
          published = excluded.published, upvotes = excluded.upvotes, comments = excluded.comments,
          fold = excluded.fold, digest = excluded.digest`,
    ),
  ),
  log: statement((db, p: { rows: string }, d) =>
    written(db, raw`insert into changes (number, work, mark) ${rowsIn(d, p.rows, ['whole', 'text', 'whole'])}`),
  ),
};

/** The columns of a work in the order of `setWorks`. */
function valuesOf(row: WorkRow): readonly (string | number | null)[] {
  const { key, by_title, day, published, upvotes, comments, fold, digest } = row;
  return [key, by_title, day, published, upvotes, comments, fold, digest];
}
