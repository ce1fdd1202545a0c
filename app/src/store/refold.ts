// Keeps `works` equal to the fold of `records`. Only the records that a change can affect are folded again: all that
// are connected with it by identities, or by the works as they were before.

import { EngineError } from '@quire/engine/core';
import { groupRecords } from '../papers/index.ts';
import { builder, listed, type Sql } from './sql.ts';
import { REPAIR_HINT } from './sql-errors.ts';
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
  readonly #run: ReturnType<typeof statements>;
  readonly #writer: WorkWriter;

  constructor(sql: Sql) {
    this.#run = statements(sql);
    this.#writer = new WorkWriter(sql);
  }

  /**
   * Removes the identities of a record before other content takes its place. Returns what was connected with it only
   * through an identity that the new content lacks: that folds differently without the record.
   */
  replace(old: Stored, kept: Stored): Connected {
    const stays = new Set(kept.identity.keys);
    const left = old.identity.keys.every((key) => stays.has(key)) ? NOTHING : this.#connectedWith(old);
    this.#forget(old);
    return left;
  }

  /** Removes the identities of a record and its membership. Returns what was connected with it, to be folded again. */
  remove(gone: Stored): Connected {
    const left = this.#connectedWith(gone);
    this.#forget(gone);
    this.#run.dropMember.run({ record: gone.seq });
    return left;
  }

  /**
   * Folds everything that `touched` is connected with; of the works in `before` those that are left over go. Run inside
   * the transaction that wrote the records.
   */
  refold(touched: readonly Stored[], before: ReadonlySet<string> = new Set()): Refold {
    if (touched.length === 0 && before.size === 0) return { put: 0, dropped: 0 };
    this.#writer.putIdentities(touched);
    const { records, works: now } = this.#closure(touched);
    const { keys, changed } = this.#writer.putWorks(groupRecords(records, ({ identity }) => identity));
    const left = new Set(keys);
    const gone = [...new Set([...before, ...now])].filter((key) => !left.has(key));
    this.#writer.dropWorks(gone);
    this.#writer.log([...changed, ...gone]);
    return { put: changed.length, dropped: gone.length };
  }

  #forget({ seq, identity }: Stored): void {
    for (const key of identity.keys) this.#run.dropIdentity.run({ key, record: seq });
  }

  /** What is connected with one record, without the record itself. */
  #connectedWith(one: Stored): Connected {
    const { records, works } = this.#closure([one]);
    return { records: records.filter(({ seq }) => seq !== one.seq), works };
  }

  /** All records connected with `start` now or, through their works, before; and the keys of those works. */
  #closure(start: readonly Stored[]): Connected {
    const records = new Map(start.map((each) => [each.seq, each]));
    const keys = new Set<string>();
    const works = new Set<string>();
    for (let edge = start; edge.length > 0; ) {
      const newKeys = unseen(
        keys,
        edge.flatMap(({ identity }) => identity.keys),
      );
      const inWorks = this.#run.worksOf.all({ records: JSON.stringify(edge.map(({ seq }) => seq)) });
      const newWorks = unseen(
        works,
        inWorks.map(({ work }) => work),
      );
      const reached = [
        ...this.#run.recordsByKeys.all({ keys: JSON.stringify(newKeys) }),
        ...(newWorks.length > 0 ? this.#run.recordsByWorks.all({ works: JSON.stringify(newWorks) }) : []),
      ];
      edge = this.#read([...new Set(reached.map(({ record }) => record))].filter((seq) => !records.has(seq)));
      for (const each of edge) records.set(each.seq, each);
    }
    return { records: [...records.values()], works };
  }

  #read(seqs: readonly number[]): readonly Stored[] {
    if (seqs.length === 0) return [];
    const rows = this.#run.load.all({ seqs: JSON.stringify(seqs) });
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
function statements(sql: Sql) {
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
      builder.selectFrom('records').selectAll().where('seq', 'in', listed<number>(p.seqs)),
    ),
    dropIdentity: sql.prepare((p: { key: string; record: number }) =>
      builder.deleteFrom('identities').where('key', '=', p.key).where('record', '=', p.record),
    ),
    dropMember: sql.prepare((p: { record: number }) => builder.deleteFrom('members').where('record', '=', p.record)),
  };
}
