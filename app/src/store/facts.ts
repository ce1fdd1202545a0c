// Facts about a store: its name, and which fold made its works.

import { randomBytes } from 'node:crypto';
import { markOf } from './checksum.ts';
import { badRow, type Damage, damageError } from './damage.ts';
import { builder, type Sql } from './sql.ts';

export type FactName = 'identity' | 'fold';

export class Facts {
  readonly #run: ReturnType<typeof statements>;

  constructor(sql: Sql) {
    this.#run = statements(sql);
  }

  /** Throws CORRUPT where the row is missing or does not match its mark. */
  get(name: FactName): string {
    const row = this.#run.get.get({ name });
    const damage = row === undefined ? badRow('facts', name) : factDamage(row);
    if (row === undefined || damage !== undefined) throw damageError(damage ?? badRow('facts', name));
    return row.value;
  }

  set(name: FactName, value: string): void {
    this.#run.set.run({ name, value, mark: markOf([name, value]) });
  }

  /** Gives the store a name, where it has none from an older version. */
  name(id: string = randomBytes(16).toString('hex')): void {
    this.set('identity', id);
  }
}

export function factDamage(row: {
  readonly name: unknown;
  readonly value: unknown;
  readonly mark: unknown;
}): Damage | undefined {
  return markOf([row.name, row.value]) === row.mark ? undefined : badRow('facts', row.name);
}

function statements(sql: Sql) {
  return {
    get: sql.prepare((p: { name: string }) => builder.selectFrom('facts').selectAll().where('name', '=', p.name)),
    set: sql.prepare((p: { name: string; value: string; mark: number }) =>
      builder
        .insertInto('facts')
        .values({ name: p.name, value: p.value, mark: p.mark })
        .onConflict((on) => on.column('name').doUpdateSet({ value: p.value, mark: p.mark })),
    ),
  };
}
