// The works that a name refers to: an identity, a source's own id, a title. The result comes from indexes of SQLite,
// whose entries have no checksum, so each entry is compared with the record that it points to. A damaged record stays
// in the result: reading its work reports the damage.

import { sql as raw } from 'kysely';
import { isSoundRecord, markOf } from './checksum.ts';
import { badEntry, badRow, type Damage } from './damage.ts';
import type { Connection } from './database.ts';
import { type Dialect, statement, written } from './statement.ts';
import type { RecordRow } from './stored.ts';

/** Maximum number of works of one id or title; 82 ids of one conference dump have up to a few dozen. */
const WORKS_LIMIT = 200;
/** Maximum number of records that are read for one name. */
const RECORDS_LIMIT = 1_000;

/** A record with this name and the work that it is in. */
interface NamedRow extends RecordRow {
  readonly work: string;
  /** 1: the index of members by work has this member, too. */
  readonly listed: number;
}

interface IdentityRow extends NamedRow {
  readonly key: string;
  readonly record: number;
  readonly mark: number;
}

export class Names {
  readonly #on: Connection;
  readonly #report: (damage: Damage) => void;

  /** `report` is called for every entry that is left out of an answer. */
  constructor(on: Connection, report: (damage: Damage) => void) {
    this.#on = on;
    this.#report = report;
  }

  /** Keys of works that hold a record with this identity key. */
  async byIdentity(key: string): Promise<readonly string[]> {
    const rows = await this.#on.all(SQL.byIdentity, { key });
    return this.#works(rows, (row) =>
      markOf([row.key, row.record]) === row.mark ? undefined : badRow('identities', row.key),
    );
  }

  /** Keys of works that hold a record with this id, as it is in its column. */
  async bySourceId(id: string): Promise<readonly string[]> {
    const rows = await this.#on.all(SQL.bySourceId, { id });
    return this.#works(rows, (row) => disagrees('records_id', row, row.id === id));
  }

  /** Keys of works with a record of this title. */
  async byTitle(title_hash: string): Promise<readonly string[]> {
    const rows = await this.#on.all(SQL.byTitle, { title_hash });
    return this.#works(rows, (row) => disagrees('records_title', row, row.title_hash === title_hash));
  }

  #works<R extends NamedRow>(rows: readonly R[], damageOf: (row: R) => Damage | undefined): readonly string[] {
    const works = new Set<string>();
    for (const row of rows) {
      const damage = row.listed === 1 ? damageOf(row) : badEntry('members_work', row.seq);
      if (damage === undefined) works.add(row.work);
      else this.#report(damage);
    }
    return [...works].slice(0, WORKS_LIMIT);
  }
}

/** An index returned this record for a name that the record, which is sound, does not have. */
function disagrees(index: string, row: NamedRow, hasName: boolean): Damage | undefined {
  return hasName || !isSoundRecord(row) ? undefined : badEntry(index, row.seq);
}

/** SQLite is told which index to read: its entries are what is compared. Elsewhere the database checks its own indexes. */
const by = (d: Dialect, index: string) => (d === 'sqlite' ? raw` indexed by ${raw.ref(index)}` : raw``);
const named = (d: Dialect) => raw`records.seq, records.source, records.id, records.title_hash, records.raw,
  records.digest, members.work, case when exists (
    select 1 from members as m${by(d, 'members_work')} where m.work = members.work and m.record = records.seq
  ) then 1 else 0 end as listed`;
const rest = raw`order by members.work limit ${raw.lit(RECORDS_LIMIT)}`;

const SQL = {
  byIdentity: statement((db, p: { key: string }, d) =>
    written(
      db,
      raw<IdentityRow>`
        select ${named(d)}, identities.key, identities.record, identities.mark from identities
        join records on records.seq = identities.record join members on members.record = records.seq
        where identities.key = ${p.key} ${rest}`,
    ),
  ),
  bySourceId: statement((db, p: { id: string }, d) =>
    written(
      db,
      raw<NamedRow>`
        select ${named(d)} from records${by(d, 'records_id')} join members on members.record = records.seq
        where records.id = ${p.id} ${rest}`,
    ),
  ),
  byTitle: statement((db, p: { title_hash: string }, d) =>
    written(
      db,
      raw<NamedRow>`
        select ${named(d)} from records${by(d, 'records_title')} join members on members.record = records.seq
        where records.title_hash = ${p.title_hash} ${rest}`,
    ),
  ),
};
