// Keeping `works` equal to the fold of `records`, by folding again only what a change can have touched: everything
// connected to it by identities or by the works as they were.

import { EngineError } from '@quire/engine/core';
import {
  dayNumber,
  groupRecords,
  identityOf,
  isRejected,
  makeWork,
  readRecord,
  type SourceRecord,
  type Work,
} from '../papers/index.ts';
import { rowDigest } from './checksum.ts';
import type { Tables } from './schema.ts';
import { builder, type Sql } from './sql.ts';

/** A record and its row number in the store. */
export interface Stored {
  readonly seq: number;
  readonly record: SourceRecord;
}

export interface Refold {
  /** Works that are new or different, and works that are no more. */
  readonly put: number;
  readonly dropped: number;
}

/** Records that bear on one another, and the works that they are in now. */
interface Connected {
  readonly records: readonly Stored[];
  readonly works: ReadonlySet<string>;
}

export class Folder {
  private readonly run: ReturnType<typeof statements>;

  constructor(sql: Sql) {
    this.run = statements(sql);
  }

  /** Records what `record` is known by; `before` is its reading before an update. */
  identify({ seq, record }: Stored, before?: SourceRecord): void {
    const keys = identityOf(record).keys;
    for (const key of before === undefined ? [] : identityOf(before).keys) {
      if (!keys.includes(key)) this.run.dropIdentity.run({ key, record: seq });
    }
    for (const key of keys) this.run.addIdentity.run({ key, record: seq });
  }

  /** Folds everything that `touched` is connected with; of the works in `before` those that are left over go. Run inside the transaction that wrote the records. */
  refold(touched: readonly Stored[], before: ReadonlySet<string> = new Set()): Refold {
    const { records, works: now } = this.closure(touched);
    const works = new Set([...before, ...now]);
    let put = 0;
    let dropped = 0;
    for (const group of groupRecords(records, ({ record }) => identityOf(record))) {
      const work = makeWork(
        group.members.map(({ record }) => record),
        group,
      );
      works.delete(work.key);
      for (const { seq } of group.members) this.run.setMember.run({ record: seq, work: work.key });
      if (this.write(work, group.byTitle)) put++;
    }
    for (const key of works) {
      this.drop(key);
      dropped++;
    }
    return { put, dropped };
  }

  private drop(key: string): void {
    this.run.dropWork.run({ key });
    this.run.log.run({ work: key });
  }

  /** Forgets a record; returns what was connected with it, to be folded again. */
  remove(gone: Stored): Connected {
    const { records, works } = this.closure([gone]);
    for (const key of identityOf(gone.record).keys) this.run.dropIdentity.run({ key, record: gone.seq });
    this.run.dropMember.run({ record: gone.seq });
    return { records: records.filter(({ seq }) => seq !== gone.seq), works };
  }

  /** All records connected with `start` now or, through their works, before; and the keys of those works. */
  private closure(start: readonly Stored[]): Connected {
    const records = new Map(start.map((stored) => [stored.seq, stored]));
    const keys = new Set<string>();
    const works = new Set<string>();
    const queue = [...start];
    const reach = (seq: number) => {
      if (records.has(seq)) return;
      const stored = { seq, record: this.read(seq) };
      records.set(seq, stored);
      queue.push(stored);
    };
    for (let stored = queue.pop(); stored !== undefined; stored = queue.pop()) {
      for (const key of identityOf(stored.record).keys) {
        if (keys.has(key)) continue;
        keys.add(key);
        for (const { record } of this.run.recordsByKey.all({ key })) reach(record);
      }
      const work = this.run.workOf.get({ record: stored.seq })?.work;
      if (work === undefined || works.has(work)) continue;
      works.add(work);
      for (const { record } of this.run.recordsByWork.all({ work })) reach(record);
    }
    return { records: [...records.values()], works };
  }

  private read(seq: number): SourceRecord {
    const row = this.run.load.get({ seq });
    if (row === undefined) throw new EngineError('CORRUPT', `The store lacks record ${seq}, which its works name`);
    return readStored(row);
  }

  /** True when the work is new or different from what was there. */
  private write(work: Work, byTitle: boolean): boolean {
    const digest = rowDigest([JSON.stringify(work)]);
    if (this.run.digestOf.get({ key: work.key })?.digest === digest) return false;
    this.run.setWork.run({ ...workRow(work, byTitle), digest });
    this.run.log.run({ work: work.key });
    return true;
  }
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

function statements(sql: Sql) {
  return {
    recordsByKey: sql.prepare((p: { key: string }) =>
      builder.selectFrom('identities').select('record').where('key', '=', p.key),
    ),
    recordsByWork: sql.prepare((p: { work: string }) =>
      builder.selectFrom('members').select('record').where('work', '=', p.work),
    ),
    workOf: sql.prepare((p: { record: number }) =>
      builder.selectFrom('members').select('work').where('record', '=', p.record),
    ),
    load: sql.prepare((p: { seq: number }) =>
      builder.selectFrom('records').select(['source', 'raw']).where('seq', '=', p.seq),
    ),
    addIdentity: sql.prepare((p: { key: string; record: number }) =>
      builder
        .insertInto('identities')
        .values({ key: p.key, record: p.record })
        .onConflict((on) => on.doNothing()),
    ),
    dropIdentity: sql.prepare((p: { key: string; record: number }) =>
      builder.deleteFrom('identities').where('key', '=', p.key).where('record', '=', p.record),
    ),
    setMember: sql.prepare((p: { record: number; work: string }) =>
      builder
        .insertInto('members')
        .values({ record: p.record, work: p.work })
        .onConflict((on) => on.column('record').doUpdateSet({ work: p.work })),
    ),
    dropMember: sql.prepare((p: { record: number }) => builder.deleteFrom('members').where('record', '=', p.record)),
    digestOf: sql.prepare((p: { key: string }) =>
      builder.selectFrom('works').select('digest').where('key', '=', p.key),
    ),
    setWork: sql.prepare((p: Tables['works']) => {
      const { key, ...rest } = {
        key: p.key,
        by_title: p.by_title,
        day: p.day,
        published: p.published,
        upvotes: p.upvotes,
        comments: p.comments,
        digest: p.digest,
      };
      return builder
        .insertInto('works')
        .values({ key, ...rest })
        .onConflict((on) => on.column('key').doUpdateSet(rest));
    }),
    dropWork: sql.prepare((p: { key: string }) => builder.deleteFrom('works').where('key', '=', p.key)),
    log: sql.prepare((p: { work: string }) => builder.insertInto('changes').values({ work: p.work })),
  };
}
