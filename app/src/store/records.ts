// The table of records: the rows as received, each with its digest.

import { type SourceRecord, titleHash } from '../papers/index.ts';
import { rowDigest } from './checksum.ts';
import type { Connection } from './database.ts';
import { statement } from './statement.ts';
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
  readonly #on: Connection;

  constructor(on: Connection) {
    this.#on = on;
  }

  /** Throws CORRUPT where the row with this key is there and damaged. */
  async find(source: string, id: string, title_hash: string): Promise<Stored | undefined> {
    const row = await this.#on.get(SQL.find, { source, id: writtenId(id), title_hash });
    return row === undefined ? undefined : verified(row);
  }

  /** Adds a row, or replaces the one with the same source, id and title. */
  async put({ raw, record }: NewRow): Promise<Kept> {
    const key = { source: record.source, id: writtenId(record.id), title_hash: titleHash(record) };
    const digest = rowDigest([key.source, key.id, key.title_hash, raw]);
    const found = await this.#on.get(SQL.find, key);
    if (found === undefined) {
      const seq = (await this.#on.get(SQL.add, { ...key, raw, digest }))?.seq ?? 0; // `returning` gives a row
      return { kept: stored(seq, digest, record), outcome: 'added' };
    }
    const replaced = verified(found);
    const kept = stored(found.seq, digest, record);
    if (found.digest === digest) return { kept, outcome: 'unchanged' };
    await this.#on.run(SQL.update, { seq: found.seq, raw, digest });
    return { kept, outcome: 'updated', replaced };
  }

  /** The records of a source, in order of arrival. Throws CORRUPT at a damaged one. */
  async ofSource(source: string): Promise<readonly Stored[]> {
    return (await this.#on.all(SQL.ofSource, { source })).map(verified);
  }

  async remove(seq: number): Promise<void> {
    await this.#on.run(SQL.remove, { seq });
  }

  /** Rows in order of arrival, as they are in the file: the caller verifies them. */
  after(seq: number, limit: number): Promise<readonly RecordRow[]> {
    return this.#on.all(SQL.after, { seq, limit });
  }

  counts(): Promise<readonly { readonly source: string; readonly records: number }[]> {
    return this.#on.all(SQL.counts, {});
  }

  /** Records that no page shows, oldest first. */
  quarantine(limit: number): Promise<readonly QuarantinedRecord[]> {
    return this.#on.all(SQL.quarantine, { limit });
  }

  async quarantined(): Promise<number> {
    return (await this.#on.get(SQL.quarantined, {}))?.count ?? 0;
  }
}

/**
 * An id as it is in its column. The driver ends text at a NUL, so control characters are written as their number; it
 * writes half of a surrogate pair as U+FFFD.
 */
export function writtenId(id: string): string {
  return id.replace(/\p{Cs}/gu, '\ufffd').replace(/\p{Cc}/gu, (unit) => `\u0001${unit.charCodeAt(0).toString(16)};`);
}

const SQL = {
  find: statement((db, p: { source: string; id: string; title_hash: string }) =>
    db
      .selectFrom('records')
      .selectAll()
      .where('source', '=', p.source)
      .where('id', '=', p.id)
      .where('title_hash', '=', p.title_hash),
  ),
  add: statement((db, p: { source: string; id: string; title_hash: string; raw: string; digest: string }) =>
    db
      .insertInto('records')
      .values({ source: p.source, id: p.id, title_hash: p.title_hash, raw: p.raw, digest: p.digest })
      .returning('seq'),
  ),
  update: statement((db, p: { seq: number; raw: string; digest: string }) =>
    db.updateTable('records').set({ raw: p.raw, digest: p.digest }).where('seq', '=', p.seq),
  ),
  ofSource: statement((db, p: { source: string }) =>
    db.selectFrom('records').selectAll().where('source', '=', p.source).orderBy('seq'),
  ),
  remove: statement((db, p: { seq: number }) => db.deleteFrom('records').where('seq', '=', p.seq)),
  after: statement((db, p: { seq: number; limit: number }) =>
    db.selectFrom('records').selectAll().where('seq', '>', p.seq).orderBy('seq').limit(p.limit),
  ),
  counts: statement((db) =>
    db
      .selectFrom('records')
      .select(['source', (e) => e.fn.countAll<number>().as('records')])
      .groupBy('source')
      .orderBy('source'),
  ),
  quarantine: statement((db, p: { limit: number }) =>
    db.selectFrom('quarantine').select(['source', 'id', 'reason', 'since']).orderBy('seq').limit(p.limit),
  ),
  quarantined: statement((db) => db.selectFrom('quarantine').select((e) => e.fn.countAll<number>().as('count'))),
};
