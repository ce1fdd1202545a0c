// The log of changes: which works are new, different or gone, numbered in order of time.

import { markOf } from './checksum.ts';
import { badRow, damageError } from './damage.ts';
import { builder, type Sql } from './sql.ts';

export interface Change {
  readonly number: number;
  readonly work: string;
}

export class Changes {
  readonly #run: ReturnType<typeof statements>;

  constructor(sql: Sql) {
    this.#run = statements(sql);
  }

  /** The number of the last change; 0 in an empty store. */
  last(): number {
    return this.#run.lastChange.get({})?.number ?? 0;
  }

  /** Changes after `number`, oldest first. Throws CORRUPT at a row that does not match its mark. */
  after(number: number, limit: number): readonly Change[] {
    const rows = this.#run.changesAfter.all({ number, limit });
    for (const row of rows) {
      if (markOf([row.number, row.work]) !== row.mark) throw damageError(badRow('changes', row.number));
    }
    return rows;
  }
}

function statements(sql: Sql) {
  return {
    lastChange: sql.prepare(() => builder.selectFrom('changes').select('number').orderBy('number', 'desc').limit(1)),
    changesAfter: sql.prepare((p: { number: number; limit: number }) =>
      builder.selectFrom('changes').selectAll().where('number', '>', p.number).orderBy('number').limit(p.limit),
    ),
  };
}
