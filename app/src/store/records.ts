// The table of records: the rows as received, each with its digest.

import { type SourceRecord, titleHash } from '../papers/index.ts';
import { rowDigest } from './checksum.ts';
import { builder, type Sql } from './sql.ts';
import { type RecordRow, type Stored, stored, verified } from './stored.ts';

/** A row to store. */
export interface NewRow {
  readonly raw: string;
  readonly record: SourceRecord;
}

/** The result for a row. `replaced`: the earlier record in its place, with other content. */
export interface Kept {
  readonly kept: Stored;
  readonly outcome: 'added' | 'updated' | 'unchanged';
  readonly replaced?: Stored;
}

/** A record that does not match its checksum, or that this build does not accept. The columns may be damaged. */
export interface QuarantinedRecord {
  readonly source: string;
  readonly id: string;
  readonly reason: string;
  /** When it was found, ISO 8601. */
  readonly since: string;
}

export class Records {
  readonly #run: ReturnType<typeof statements>;

  constructor(sql: Sql) {
    this.#run = statements(sql);
  }

  /** Throws CORRUPT where the row with this key is there and damaged. */
  find(source: string, id: string, title_hash: string): Stored | undefined {
    const row = this.#run.find.get({ source, id: writtenId(id), title_hash });
    return row === undefined ? undefined : verified(row);
  }

  /** Adds a row, or replaces the one with the same source, id and title. */
  put({ raw, record }: NewRow): Kept {
    const key = { source: record.source, id: writtenId(record.id), title_hash: titleHash(record) };
    const digest = rowDigest([key.source, key.id, key.title_hash, raw]);
    const found = this.#run.find.get(key);
    if (found === undefined) {
      const seq = this.#run.add.run({ ...key, raw, digest }).lastInsertRowid;
      return { kept: stored(seq, digest, record), outcome: 'added' };
    }
    const replaced = verified(found);
    const kept = stored(found.seq, digest, record);
    if (found.digest === digest) return { kept, outcome: 'unchanged' };
    this.#run.update.run({ seq: found.seq, raw, digest });
    return { kept, outcome: 'updated', replaced };
  }

  remove(seq: number): void {
    this.#run.remove.run({ seq });
  }

  /** Rows in order of arrival, as they are in the file: the caller verifies them. */
  after(seq: number, limit: number): readonly RecordRow[] {
    return this.#run.after.all({ seq, limit });
  }

  counts(): readonly { readonly source: string; readonly records: number }[] {
    return this.#run.counts.all({});
  }

  /** Records that no page shows, oldest first. */
  quarantine(limit: number): readonly QuarantinedRecord[] {
    return this.#run.quarantine.all({ limit });
  }

  quarantined(): number {
    return this.#run.quarantined.get({})?.count ?? 0;
  }
}

/**
 * An id as it is in its column. The driver ends text at a NUL, so control characters are written as their number; it
 * writes half of a surrogate pair as U+FFFD.
 */
export function writtenId(id: string): string {
  return id.replace(/\p{Cs}/gu, '\ufffd').replace(/\p{Cc}/gu, (unit) => `\u0001${unit.charCodeAt(0).toString(16)};`);
}

function statements(sql: Sql) {
  return {
    find: sql.prepare((p: { source: string; id: string; title_hash: string }) =>
      builder
        .selectFrom('records')
        .selectAll()
        .where('source', '=', p.source)
        .where('id', '=', p.id)
        .where('title_hash', '=', p.title_hash),
    ),
    add: sql.prepare((p: { source: string; id: string; title_hash: string; raw: string; digest: string }) =>
      builder
        .insertInto('records')
        .values({ source: p.source, id: p.id, title_hash: p.title_hash, raw: p.raw, digest: p.digest }),
    ),
    update: sql.prepare((p: { seq: number; raw: string; digest: string }) =>
      builder.updateTable('records').set({ raw: p.raw, digest: p.digest }).where('seq', '=', p.seq),
    ),
    remove: sql.prepare((p: { seq: number }) => builder.deleteFrom('records').where('seq', '=', p.seq)),
    after: sql.prepare((p: { seq: number; limit: number }) =>
      builder.selectFrom('records').selectAll().where('seq', '>', p.seq).orderBy('seq').limit(p.limit),
    ),
    counts: sql.prepare(() =>
      builder
        .selectFrom('records')
        .select(['source', (e) => e.fn.countAll<number>().as('records')])
        .groupBy('source')
        .orderBy('source'),
    ),
    quarantine: sql.prepare((p: { limit: number }) =>
      builder.selectFrom('quarantine').select(['source', 'id', 'reason', 'since']).orderBy('seq').limit(p.limit),
    ),
    quarantined: sql.prepare(() => builder.selectFrom('quarantine').select((e) => e.fn.countAll<number>().as('count'))),
  };
}
