// Keeps `works` equal to the fold of `records`. Only the records that a change can affect are folded again: all that
// are connected with it by identities, or by the works as they were before.

import { EngineError } from '@quire/engine/core';
import { groupRecords } from '../papers/index.ts';
import type { Connection } from './database.ts';
import { REPAIR_HINT } from './sql-errors.ts';
import { statement, textsIn, wholesIn } from './statement.ts';
import { type Stored, verified } from './stored.ts';
import { WorkWriter } from './work-writer.ts';

export interface Refold {
  /** Works that are new or different, and works that are gone. */
  readonly put: number;
  readonly dropped: number;
}

/** Records that are connected with each other, and the works that they are in now. */
export interface Connected {
  readonly records: readonly Stored[];
  readonly works: ReadonlySet<string>;
}

const NOTHING: Connected = { records: [], works: new Set() };

export class Folder {
  readonly #on: Connection;
  readonly #writer: WorkWriter;

  constructor(on: Connection) {
    this.#on = on;
    this.#writer = new WorkWriter(on);
  }

  /**
   * Removes the identities of a record before other content takes its place. Returns what was connected with it only
   * through an identity that the new content lacks: that folds differently without the record.
   */
  async replace(old: Stored, kept: Stored): Promise<Connected> {
    const stays = new Set(kept.identity.keys);
    const left = old.identity.keys.every((key) => stays.has(key)) ? NOTHING : await this.#connectedWith(old);
    await this.#forget(old);
    return left;
  }

  /** Removes the identities of a record and its membership. Returns what was connected with it, to be folded again. */
  async remove(gone: Stored): Promise<Connected> {
    const left = await this.#connectedWith(gone);
    await this.#forget(gone);
    await this.#on.run(SQL.dropMember, { record: gone.seq });
    return left;
  }

  /**
   * Folds everything that `touched` is connected with; of the works in `before` those that are left over go. Run inside
   * the transaction that wrote the records.
   */
  async refold(touched: readonly Stored[], before: ReadonlySet<string> = new Set()): Promise<Refold> {
    if (touched.length === 0 && before.size === 0) return { put: 0, dropped: 0 };
    await this.#writer.putIdentities(touched);
    const { records, works: now } = await this.#closure(touched);
    const { keys, changed } = await this.#writer.putWorks(groupRecords(records, ({ identity }) => identity));
    const left = new Set(keys);
    const gone = [...new Set([...before, ...now])].filter((key) => !left.has(key));
    await this.#writer.dropWorks(gone);
    await this.#writer.log([...changed, ...gone]);
    return { put: changed.length, dropped: gone.length };
  }

  async #forget({ seq, identity }: Stored): Promise<void> {
    for (const key of identity.keys) await this.#on.run(SQL.dropIdentity, { key, record: seq });
  }

  /** What is connected with one record, without the record itself. */
  async #connectedWith(one: Stored): Promise<Connected> {
    const { records, works } = await this.#closure([one]);
    return { records: records.filter(({ seq }) => seq !== one.seq), works };
  }

  /** All records connected with `start` now or, through their works, before; and the keys of those works. */
  async #closure(start: readonly Stored[]): Promise<Connected> {
    const records = new Map(start.map((each) => [each.seq, each]));
    const keys = new Set<string>();
    const works = new Set<string>();
    for (let edge = start; edge.length > 0; ) {
      const newKeys = unseen(
        keys,
        edge.flatMap(({ identity }) => identity.keys),
      );
      const inWorks = await this.#on.all(SQL.worksOf, { records: JSON.stringify(edge.map(({ seq }) => seq)) });
      const newWorks = unseen(
        works,
        inWorks.map(({ work }) => work),
      );
      const reached = [
        ...(await this.#on.all(SQL.recordsByKeys, { keys: JSON.stringify(newKeys) })),
        ...(newWorks.length > 0 ? await this.#on.all(SQL.recordsByWorks, { works: JSON.stringify(newWorks) }) : []),
      ];
      edge = await this.#read([...new Set(reached.map(({ record }) => record))].filter((seq) => !records.has(seq)));
      for (const each of edge) records.set(each.seq, each);
    }
    return { records: [...records.values()], works };
  }

  async #read(seqs: readonly number[]): Promise<readonly Stored[]> {
    if (seqs.length === 0) return [];
    const rows = await this.#on.all(SQL.load, { seqs: JSON.stringify(seqs) });
    if (rows.length === seqs.length) return rows.map(verified);
    throw new EngineError('CORRUPT', `The store lacks ${seqs.length - rows.length} records that its works name`, {
      hint: REPAIR_HINT,
    });
  }
}

/** Those of `found` that are not in `seen` yet, each once. Adds them to `seen`. */
function unseen<T>(seen: Set<T>, found: readonly T[]): readonly T[] {
  const fresh = [...new Set(found)].filter((item) => !seen.has(item));
  for (const item of fresh) seen.add(item);
  return fresh;
}

/** Lists go as one JSON parameter: a call into the driver costs more than a row. */
const SQL = {
  recordsByKeys: statement((db, p: { keys: string }, d) =>
    db.selectFrom('identities').select('record').where('key', 'in', textsIn(d, p.keys)),
  ),
  recordsByWorks: statement((db, p: { works: string }, d) =>
    db.selectFrom('members').select('record').where('work', 'in', textsIn(d, p.works)),
  ),
  worksOf: statement((db, p: { records: string }, d) =>
    db.selectFrom('members').select('work').distinct().where('record', 'in', wholesIn(d, p.records)),
  ),
  load: statement((db, p: { seqs: string }, d) =>
    db.selectFrom('records').selectAll().where('seq', 'in', wholesIn(d, p.seqs)),
  ),
  dropIdentity: statement((db, p: { key: string; record: number }) =>
    db.deleteFrom('identities').where('key', '=', p.key).where('record', '=', p.record),
  ),
  dropMember: statement((db, p: { record: number }) => db.deleteFrom('members').where('record', '=', p.record)),
};
