// Writes what is derived from records: identities, members, works and the log of changes.

import { sql as raw } from 'kysely';
import { dayNumber, type Group, makeWork, type Work } from '../papers/index.ts';
import { foldDigest, markOf, type WorkColumns, workDigest } from './checksum.ts';
import { builder, listed, type Sql, written } from './sql.ts';
import type { Stored } from './stored.ts';

interface WorkRow extends WorkColumns {
  readonly digest: string;
}

export class WorkWriter {
  readonly #run: ReturnType<typeof statements>;

  constructor(sql: Sql) {
    this.#run = statements(sql);
  }

  putIdentities(records: Iterable<Pick<Stored, 'seq' | 'identity'>>): void {
    const rows: (readonly [key: string, record: number, mark: number])[] = [];
    for (const { seq, identity } of records) {
      for (const key of identity.keys) rows.push([key, seq, markOf([key, seq])]);
    }
    this.#run.addIdentities.run({ rows: JSON.stringify(rows) });
  }

  /**
   * Writes the works of `groups` where they differ from what is there, and who their members are. Returns the keys of
   * all works, and of those whose fold is new or different.
   */
  putWorks(groups: readonly Group<Stored>[]): {
    readonly keys: readonly string[];
    readonly changed: readonly string[];
  } {
    const rows = this.#putMembers(groups);
    const keys = rows.map(({ key }) => key);
    const before = new Map(this.#run.digestsOf.all({ keys: JSON.stringify(keys) }).map((row) => [row.key, row]));
    const different = rows.filter(({ key, digest }) => before.get(key)?.digest !== digest);
    if (different.length > 0) this.#run.setWorks.run({ rows: JSON.stringify(different) });
    const changed = rows.filter(({ key, fold }) => before.get(key)?.fold !== fold).map(({ key }) => key);
    return { keys, changed };
  }

  /** The same where the table has no works yet. Returns each work's key and fold. */
  putNewWorks(groups: readonly Group<Stored>[]): readonly Pick<WorkColumns, 'key' | 'fold'>[] {
    const rows = this.#putMembers(groups);
    this.#run.setWorks.run({ rows: JSON.stringify(rows) });
    return rows;
  }

  #putMembers(groups: readonly Group<Stored>[]): readonly WorkRow[] {
    const members: (readonly [record: number, work: string])[] = [];
    const rows: WorkRow[] = [];
    for (const group of groups) {
      const row = workRow(group);
      rows.push(row);
      for (const { seq } of group.members) members.push([seq, row.key]);
    }
    this.#run.setMembers.run({ rows: JSON.stringify(members) });
    return rows;
  }

  dropWorks(keys: readonly string[]): void {
    this.#run.dropWorks.run({ keys: JSON.stringify(keys) });
  }

  /** Appends to the log that these works are new, different or gone. */
  log(keys: readonly string[]): void {
    const last = this.#run.lastChange.get({})?.number ?? 0;
    const rows = keys.map((work, i) => [last + 1 + i, work, markOf([last + 1 + i, work])]);
    this.#run.log.run({ rows: JSON.stringify(rows) });
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
function statements(sql: Sql) {
  return {
    digestsOf: sql.prepare((p: { keys: string }) =>
      builder.selectFrom('works').select(['key', 'fold', 'digest']).where('key', 'in', listed<string>(p.keys)),
    ),
    lastChange: sql.prepare(() => builder.selectFrom('changes').select('number').orderBy('number', 'desc').limit(1)),
    dropWorks: sql.prepare((p: { keys: string }) =>
      builder.deleteFrom('works').where('key', 'in', listed<string>(p.keys)),
    ),
    ...inserts(sql),
  };
}

function inserts(sql: Sql) {
  return {
    addIdentities: sql.prepare((p: { rows: string }) =>
      written(raw`
        insert or ignore into identities (key, record, mark)
        select value ->> 0, value ->> 1, value ->> 2 from json_each(${p.rows})`),
    ),
    setMembers: sql.prepare((p: { rows: string }) =>
      written(raw`
        insert into members (record, work)
        select value ->> 0, value ->> 1 from json_each(${p.rows}) where true
        on conflict (record) do update set work = excluded.work`),
    ),
    setWorks: sql.prepare((p: { rows: string }) =>
      written(raw`
        insert into works (key, by_title, day, published, upvotes, comments, fold, digest)
        select value ->> 'key', value ->> 'by_title', value ->> 'day', value ->> 'published', value ->> 'upvotes',
          value ->> 'comments', value ->> 'fold', value ->> 'digest'
        from json_each(${p.rows}) where true
        on conflict (key) do update set by_title = excluded.by_title, day = excluded.day,
          published = excluded.published, upvotes = excluded.upvotes, comments = excluded.comments,
          fold = excluded.fold, digest = excluded.digest`),
    ),
    log: sql.prepare((p: { rows: string }) =>
      written(raw`
        insert into changes (number, work, mark) select value ->> 0, value ->> 1, value ->> 2 from json_each(${p.rows})`),
    ),
  };
}
