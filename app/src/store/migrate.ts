// Brings a store to the version of this build: new tables, and works made by this build's fold. A store of an older
// version is backed up first. All changes are one transaction.

import { EngineError } from '@quire/engine/core';
import type { Connection, Database } from './database.ts';
import { Facts } from './facts.ts';
import { foldVersion } from './fold-version.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { foldsOf, rebuildWorks } from './rebuild.ts';
import { STORE_VERSION } from './version.ts';

/** The version of the tables; 0 when there are none. Throws where this build cannot read it. */
export async function versionOf(database: Database, on: Connection = database): Promise<number> {
  const version = await database.version(on);
  if (version >= 0 && version <= STORE_VERSION) return version;
  throw new EngineError(
    'UNSUPPORTED_FORMAT',
    `The store ${database.name} has version ${version}; this Quire reads versions up to ${STORE_VERSION}`,
    { hint: 'Use the newer Quire that made it. If none did, run "quire doctor --repair".' },
  );
}

/**
 * Creates the tables of an empty store, migrates an older one, and folds again the works of another version of the
 * fold.
 */
export async function migrate(database: Database): Promise<void> {
  const version = await versionOf(database);
  if (version === STORE_VERSION && (await new Facts(database).get('fold')) === foldVersion()) return;
  if (version > 0 && version < STORE_VERSION) await database.backUp(version);
  await database.transaction(async (on) => {
    // Another process may have migrated while this one waited for the lock.
    const now = await versionOf(database, on);
    for (const migration of MIGRATIONS.filter(({ number }) => number > now)) {
      const data = now > 0 ? migration.data : undefined; // a new store has none
      const read = await data?.before(on);
      const tables = migration.tables(database.dialect);
      if (tables !== '') await on.exec(tables);
      await data?.after(on, read);
    }
    await database.setVersion(on, STORE_VERSION);
    const facts = new Facts(on);
    if (now === 0) {
      await facts.name();
      await facts.set('fold', foldVersion());
    } else await refresh(on, facts);
  });
}

/** Makes the works again where another version of the fold made them. */
async function refresh(on: Connection, facts: Facts): Promise<void> {
  if ((await facts.get('fold')) === foldVersion()) return;
  await rebuildWorks(on, await foldsOf(on, 'fold'));
  await facts.set('fold', foldVersion());
}
