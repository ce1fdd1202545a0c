// Facts about a store: its name, and which fold made its works.

import { randomBytes } from 'node:crypto';
import { markOf } from './checksum.ts';
import { badRow, type Damage, damageError } from './damage.ts';
import type { Connection } from './database.ts';
import { statement } from './statement.ts';

export type FactName = 'identity' | 'fold';

export class Facts {
  readonly #on: Connection;

  constructor(on: Connection) {
    this.#on = on;
  }

  /** Throws CORRUPT where the row is missing or does not match its mark. */
  async get(name: FactName): Promise<string> {
    const row = await this.#on.get(SQL.get, { name });
    const damage = row === undefined ? badRow('facts', name) : factDamage(row);
    if (row === undefined || damage !== undefined) throw damageError(damage ?? badRow('facts', name));
    return row.value;
  }

  async set(name: FactName, value: string): Promise<void> {
    await this.#on.run(SQL.set, { name, value, mark: markOf([name, value]) });
  }

  /** Gives the store a name, where it has none from an older version. */
  async name(id: string = randomBytes(16).toString('hex')): Promise<void> {
    await this.set('identity', id);
  }
}

export function factDamage(row: {
  readonly name: unknown;
  readonly value: unknown;
  readonly mark: unknown;
}): Damage | undefined {
  return markOf([row.name, row.value]) === row.mark ? undefined : badRow('facts', row.name);
}

const SQL = {
  get: statement((db, p: { name: string }) => db.selectFrom('facts').selectAll().where('name', '=', p.name)),
  set: statement((db, p: { name: string; value: string; mark: number }) =>
    db
      .insertInto('facts')
      .values({ name: p.name, value: p.value, mark: p.mark })
      .onConflict((on) => on.column('name').doUpdateSet({ value: p.value, mark: p.mark })),
  ),
};
