// The log of changes: which works are new, different or gone, numbered in order of time.

import { markOf } from './checksum.ts';
import { badRow, damageError } from './damage.ts';
import type { Connection } from './database.ts';
import { statement } from './statement.ts';

export interface Change {
  readonly number: number;
  readonly work: string;
}

export class Changes {
  readonly #on: Connection;

  constructor(on: Connection) {
    this.#on = on;
  }

  /** The number of the last change; 0 in an empty store. */
  async last(): Promise<number> {
    return (await this.#on.get(SQL.lastChange, {}))?.number ?? 0;
  }

  /** Changes after `number`, oldest first. Throws CORRUPT at a row that does not match its mark. */
  async after(number: number, limit: number): Promise<readonly Change[]> {
    const rows = await this.#on.all(SQL.changesAfter, { number, limit });
    for (const row of rows) {
      if (markOf([row.number, row.work]) !== row.mark) throw damageError(badRow('changes', row.number));
    }
    return rows;
  }
}

const SQL = {
  lastChange: statement((db) => db.selectFrom('changes').select('number').orderBy('number', 'desc').limit(1)),
  changesAfter: statement((db, p: { number: number; limit: number }) =>
    db.selectFrom('changes').selectAll().where('number', '>', p.number).orderBy('number').limit(p.limit),
  ),
};
