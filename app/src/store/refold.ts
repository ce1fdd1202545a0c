// Keeping `works` equal to the fold of `records`, by folding again only what a change can have touched: everything
// connected to it by identities or by the works as they were.

import { EngineError } from '@quire/engine/core';
import { sql as raw } from 'kysely';
import {
  dayNumber,
  groupRecords,
  type Identity,
  identityOf,
  isRejected,
  makeWork,
  readRecord,
  type SourceRecord,
  type Work,
} from '../papers/index.ts';
import { rowDigest } from './checksum.ts';
import type { Tables } from './schema.ts';
import { builder, listed, type Sql, written } from './sql.ts';

/** A record and its row number in the store. */
export interface Stored {
  readonly seq: number;
  readonly record: SourceRecord;
  readonly identity: Identity;
}

export function stored(seq: number, record: SourceRecord): Stored {
  return { seq, record, identity: identityOf(record) };
}

export interface Refold {
  /** Works that are new or different, and works that are no more. */
  readonly put: number;
  readonly dropped: number;
}

/** Records that bear on one another, and the works that they are in now. */
export interface Connected {
  readonly records: readonly Stored[];
  readonly works: ReadonlySet<string>;
}

const NOTHING: Connected = { records: [], works: new Set() };

export class Folder {
  private readonly run: ReturnType<typeof statements>;

  constructor(sql: Sql) {
    this.run = statements(sql);
  }

  /**
   * Forgets what a record was known by, before other content takes its place. Returns what was connected with it only
   * through an identity that the new content lacks: without that tie it folds differently.
   */
  replace(old: Stored, kept: Stored): Connected {
    const stays = new Set(kept.identity.keys);
    const left = old.identity.keys.every((key) => stays.has(key)) ? NOTHING : this.connectedWith(old);
    this.forget(old);
    return left;
  }

  /** Forgets a record; returns what was connected with it, to be folded again. */
  remove(gone: Stored): Connected {
    const left = this.connectedWith(gone);
    this.forget(gone);
    this.run.dropMember.run({ record: gone.seq });
    return left;
  }

  /**
   * Folds everything that `touched` is connected with; of the works in `before` those that are left over go. Run inside
   * the transaction that wrote the records.
   */
  refold(touched: readonly Stored[], before: ReadonlySet<string> = new Set()): Refold {
    if (touched.length === 0 && before.size === 0) return { put: 0, dropped: 0 };
    const known = touched.flatMap(({ seq, identity }) => identity.keys.map((key) => [key, seq] as const));
    this.run.addIdentities.run({ pairs: JSON.stringify(known) });
    const { records, works: now } = this.closure(touched);
    const gone = new Set([...before, ...now]);
    const members: (readonly [record: number, work: string])[] = [];
    const works: { readonly work: Work; readonly byTitle: boolean }[] = [];
    for (const group of groupRecords(records, ({ identity }) => identity)) {
      const work = makeWork(
        group.members.map(({ record }) => record),
        group,
      );
      gone.delete(work.key);
      works.push({ work, byTitle: group.byTitle });
      for (const { seq } of group.members) members.push([seq, work.key]);
    }
    this.run.setMembers.run({ pairs: JSON.stringify(members) });
    const put = this.write(works);
    this.run.dropWorks.run({ keys: JSON.stringify([...gone]) });
    this.run.log.run({ keys: JSON.stringify([...put, ...gone]) });
    return { put: put.length, dropped: gone.size };
  }

  private forget({ seq, identity }: Stored): void {
    for (const key of identity.keys) this.run.dropIdentity.run({ key, record: seq });
  }

  /** What is connected with one record, without the record itself. */
  private connectedWith(one: Stored): Connected {
    const { records, works } = this.closure([one]);
    return { records: records.filter(({ seq }) => seq !== one.seq), works };
  }

  /** All records connected with `start` now or, through their works, before; and the keys of those works. */
  private closure(start: readonly Stored[]): Connected {
    const records = new Map(start.map((each) => [each.seq, each]));
    const keys = new Set<string>();
    const works = new Set<string>();
    for (let edge = start; edge.length > 0; ) {
      const newKeys = unseen(
        keys,
        edge.flatMap(({ identity }) => identity.keys),
      );
      const inWorks = this.run.worksOf.all({ records: JSON.stringify(edge.map(({ seq }) => seq)) });
      const newWorks = unseen(
        works,
        inWorks.map(({ work }) => work),
      );
      const reached = [
        ...this.run.recordsByKeys.all({ keys: JSON.stringify(newKeys) }),
        ...(newWorks.length > 0 ? this.run.recordsByWorks.all({ works: JSON.stringify(newWorks) }) : []),
      ];
      edge = this.read([...new Set(reached.map(({ record }) => record))].filter((seq) => !records.has(seq)));
      for (const each of edge) records.set(each.seq, each);
    }
    return { records: [...records.values()], works };
  }

  private read(seqs: readonly number[]): readonly Stored[] {
    if (seqs.length === 0) return [];
    const rows = this.run.load.all({ seqs: JSON.stringify(seqs) });
    if (rows.length === seqs.length) return rows.map((row) => stored(row.seq, readStored(row)));
    throw new EngineError('CORRUPT', `The store lacks ${seqs.length - rows.length} records that its works name`, {
      hint: 'Run "quire doctor --deep".',
    });
  }

  /** Writes the works that are new or different from what was there; returns their keys. */
  private write(works: readonly { readonly work: Work; readonly byTitle: boolean }[]): readonly string[] {
    const keys = JSON.stringify(works.map(({ work }) => work.key));
    const known = new Map(this.run.digestsOf.all({ keys }).map(({ key, digest }) => [key, digest]));
    const rows = works
      .map(({ work, byTitle }) => ({ ...workRow(work, byTitle), digest: rowDigest([JSON.stringify(work)]) }))
      .filter(({ key, digest }) => known.get(key) !== digest);
    if (rows.length > 0) this.run.setWorks.run({ rows: JSON.stringify(rows) });
    return rows.map(({ key }) => key);
  }
}

/** Those of `found` that are not in `seen` yet, each once; they are from now on. */
function unseen<T>(seen: Set<T>, found: readonly T[]): readonly T[] {
  const fresh = [...new Set(found)].filter((item) => !seen.has(item));
  for (const item of fresh) seen.add(item);
  return fresh;
}

/** Reads a stored row again; it was accepted once, so a failure means damage. */
export function readStored(row: { readonly source: string; readonly raw: string }): SourceRecord {
  let record: ReturnType<typeof readRecord>;
  try {
    record = readRecord(row.source, JSON.parse(row.raw));
  } catch (cause) {
    throw new EngineError('CORRUPT', `A stored row of ${row.source} is no JSON`, {
      hint: 'Run "quire doctor".',
      cause,
    });
  }
  if (!isRejected(record)) return record;
  throw new EngineError('CORRUPT', `A stored row of ${row.source} is no record: ${record.reason}`, {
    hint: 'Run "quire doctor".',
  });
}

function workRow(work: Work, byTitle: boolean): Omit<Tables['works'], 'digest'> {
  return {
    key: work.key,
    by_title: byTitle ? 1 : 0,
    day: work.day === undefined ? null : dayNumber(work.day),
    published: work.published?.date ?? work.day ?? null,
    upvotes: work.upvotes,
    comments: work.comments,
  };
}

/** Lists go as one JSON parameter: a call into the driver costs more than a row. */
function statements(sql: Sql) {
  return { ...readStatements(sql), ...writeStatements(sql) };
}

function readStatements(sql: Sql) {
  return {
    recordsByKeys: sql.prepare((p: { keys: string }) =>
      builder.selectFrom('identities').select('record').where('key', 'in', listed<string>(p.keys)),
    ),
    recordsByWorks: sql.prepare((p: { works: string }) =>
      builder.selectFrom('members').select('record').where('work', 'in', listed<string>(p.works)),
    ),
    worksOf: sql.prepare((p: { records: string }) =>
      builder.selectFrom('members').select('work').distinct().where('record', 'in', listed<number>(p.records)),
    ),
    load: sql.prepare((p: { seqs: string }) =>
      builder.selectFrom('records').select(['seq', 'source', 'raw']).where('seq', 'in', listed<number>(p.seqs)),
    ),
    digestsOf: sql.prepare((p: { keys: string }) =>
      builder.selectFrom('works').select(['key', 'digest']).where('key', 'in', listed<string>(p.keys)),
    ),
  };
}

function writeStatements(sql: Sql) {
  return {
    addIdentities: sql.prepare((p: { pairs: string }) =>
      written(raw`
        insert or ignore into identities (key, record)
        select json_extract(value, '$[0]'), json_extract(value, '$[1]') from json_each(${p.pairs})`),
    ),
    dropIdentity: sql.prepare((p: { key: string; record: number }) =>
      builder.deleteFrom('identities').where('key', '=', p.key).where('record', '=', p.record),
    ),
    setMembers: sql.prepare((p: { pairs: string }) =>
      written(raw`
        insert into members (record, work)
        select json_extract(value, '$[0]'), json_extract(value, '$[1]') from json_each(${p.pairs}) where true
        on conflict (record) do update set work = excluded.work`),
    ),
    dropMember: sql.prepare((p: { record: number }) => builder.deleteFrom('members').where('record', '=', p.record)),
    setWorks: sql.prepare((p: { rows: string }) =>
      written(raw`
        insert into works (key, by_title, day, published, upvotes, comments, digest)
        select value ->> 'key', value ->> 'by_title', value ->> 'day', value ->> 'published', value ->> 'upvotes',
          value ->> 'comments', value ->> 'digest'
        from json_each(${p.rows}) where true
        on conflict (key) do update set by_title = excluded.by_title, day = excluded.day,
          published = excluded.published, upvotes = excluded.upvotes, comments = excluded.comments,
          digest = excluded.digest`),
    ),
    dropWorks: sql.prepare((p: { keys: string }) =>
      builder.deleteFrom('works').where('key', 'in', listed<string>(p.keys)),
    ),
    log: sql.prepare((p: { keys: string }) =>
      written(raw`insert into changes (work) select value from json_each(${p.keys}) order by json_each.key`),
    ),
  };
}
