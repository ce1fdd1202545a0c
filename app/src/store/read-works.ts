// Reads works with every row verified: the digests of the records, and the digest of the work over its columns and
// members. A work that fails is left out and named; the others are given.

import { makeWork, type SourceRecord, type Work } from '../papers/index.ts';
import { isSoundRecord, type Member, type WorkColumns, workDigest } from './checksum.ts';
import { badRecord, badWork, type Damage, damageFrom } from './damage.ts';
import type { Connection } from './database.ts';
import { statement, textsIn } from './statement.ts';
import { readStored } from './stored.ts';

export interface Works {
  /** In the order of the keys that were given. */
  readonly works: readonly Work[];
  /** The works that exist and cannot be shown. */
  readonly damaged: readonly Damage[];
}

/** A work and the columns that lists are ordered by. */
export interface ReadWork {
  readonly work: Work;
  readonly columns: WorkColumns;
}

/** What was read for each key; a key without a row has no entry. */
export type ReadWorks = ReadonlyMap<string, ReadWork | Damage>;

/** One record of a work, with the columns of the work; columns of the record are null where the work has none. */
interface JoinedRow extends WorkColumns {
  readonly work_digest: string;
  readonly seq: number | null;
  readonly source: string | null;
  readonly id: string | null;
  readonly title_hash: string | null;
  readonly raw: string | null;
  readonly digest: string | null;
}

export class WorkReader {
  readonly #name: string;

  /** `name`: how messages name the database. */
  constructor(name: string) {
    this.#name = name;
  }

  async read(on: Connection, keys: readonly string[]): Promise<ReadWorks> {
    let rows: readonly JoinedRow[];
    try {
      rows = await on.all(ROWS, { keys: JSON.stringify(keys) });
    } catch (error) {
      const damage = damageFrom(error, this.#name);
      // A page of the file is damaged: the works on other pages can still be read.
      if (keys.length === 1) return new Map(keys.map((key) => [key, damage]));
      const alone = new Map<string, ReadWork | Damage>();
      for (const key of keys) for (const [name, found] of await this.read(on, [key])) alone.set(name, found);
      return alone;
    }
    const byKey = new Map<string, JoinedRow[]>();
    for (const row of rows) {
      const known = byKey.get(row.key);
      if (known === undefined) byKey.set(row.key, [row]);
      else known.push(row);
    }
    const read = new Map<string, ReadWork | Damage>();
    for (const [key, joined] of byKey) read.set(key, verifiedWork(key, joined));
    return read;
  }

  /** The works of `keys` from the rows read; damage is left out, named and reported. */
  given(keys: readonly string[], read: ReadWorks, report: (damage: Damage) => void): Works {
    const works: Work[] = [];
    const damaged: Damage[] = [];
    for (const key of keys) {
      const found = read.get(key);
      if (found === undefined) continue;
      if (isDamage(found)) damaged.push(found);
      else works.push(found.work);
    }
    for (const damage of damaged) report(damage);
    return { works, damaged };
  }
}

export function isDamage(read: ReadWork | Damage): read is Damage {
  return 'message' in read;
}

function verifiedWork(key: string, rows: readonly JoinedRow[]): ReadWork | Damage {
  const records: SourceRecord[] = [];
  const members: Member[] = [];
  for (const { seq, source, id, title_hash, raw, digest } of rows) {
    if (seq === null || source === null || raw === null || digest === null) return badWork(key);
    if (!isSoundRecord({ source, id, title_hash, raw, digest })) return badRecord({ seq, source, id });
    members.push({ seq, digest });
    try {
      records.push(readStored({ source, raw }));
    } catch (error) {
      return { ...damageFrom(error, 'records'), key: String(seq) };
    }
  }
  const columns = rows[0];
  if (columns === undefined) return badWork(key);
  members.sort((a, b) => a.seq - b.seq);
  if (workDigest(columns, members) !== columns.work_digest) return badWork(key);
  return { work: makeWork(records, { key }), columns };
}

/** All keys in one statement: a call into the driver costs more than a row, and one statement reads one state. */
const ROWS = statement<JoinedRow, { keys: string }>((db, p, d) =>
  db
    .selectFrom('works')
    .leftJoin('members', 'members.work', 'works.key')
    .leftJoin('records', 'records.seq', 'members.record')
    .select(['key', 'by_title', 'day', 'published', 'upvotes', 'comments', 'fold', 'works.digest as work_digest'])
    .select(['seq', 'source', 'id', 'title_hash', 'raw', 'records.digest as digest'])
    .where('works.key', 'in', textsIn(d, p.keys)),
);
