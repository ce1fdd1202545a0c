// Brings a store to the version of this build: new tables, and works made by this build's fold. A store of an older
// version is copied to a backup beside it first. All changes are one transaction.

import { existsSync, renameSync, rmSync } from 'node:fs';
import { EngineError } from '@quire/engine/core';
import { markOf } from './checksum.ts';
import { Facts } from './facts.ts';
import { foldVersion } from './fold-version.ts';
import { Imports } from './imports.ts';
import { rebuildWorks } from './rebuild.ts';
import { STORE_VERSION, TABLES_1, TABLES_2 } from './schema.ts';
import type { Sql } from './sql.ts';

/** The version of the file; 0 when it has no tables. Throws where this build cannot read it. */
export function versionOf(sql: Sql): number {
  const version = Number(sql.pragma('user_version') ?? 0);
  if (version >= 0 && version <= STORE_VERSION) return version;
  throw new EngineError(
    'UNSUPPORTED_FORMAT',
    `The store ${sql.path} has version ${version}; this Quire reads versions up to ${STORE_VERSION}`,
    { hint: 'Use the newer Quire that made it. If none did, run "quire doctor --repair".' },
  );
}

/**
 * Creates the tables of an empty store, migrates an older one, and folds again the works of another version of the
 * fold.
 */
export function migrate(sql: Sql): void {
  const version = versionOf(sql);
  if (version === STORE_VERSION && new Facts(sql).get('fold') === foldVersion()) return;
  if (version > 0 && version < STORE_VERSION) backUp(sql, version);
  sql.transaction(() => {
    // Another process may have migrated while this one waited for the lock.
    const now = versionOf(sql);
    if (now < 1) sql.exec(TABLES_1);
    if (now < 2) toVersion2(sql);
    sql.pragma(`user_version = ${STORE_VERSION}`);
    refresh(sql);
  });
}

/** Copies the store to a file beside it. The name is used only when the copy is complete. */
function backUp(sql: Sql, version: number): void {
  const free = (n: number): string => {
    const name = `${sql.path}.v${version}-backup${n === 0 ? '' : `-${n}`}`;
    return existsSync(name) ? free(n + 1) : name;
  };
  const path = free(0);
  const copy = `${path}.part`;
  rmSync(copy, { force: true });
  try {
    sql.copyTo(copy);
    renameSync(copy, path);
  } catch (error) {
    rmSync(copy, { force: true });
    throw error;
  }
}

/** Makes the works again where another version of the fold made them. */
function refresh(sql: Sql): void {
  const facts = new Facts(sql);
  if (facts.get('fold') === foldVersion()) return;
  rebuildWorks(sql, folds(sql, 'fold'));
  facts.set('fold', foldVersion());
}

function toVersion2(sql: Sql): void {
  const id = sql.scalar('SELECT id FROM identity');
  const before = folds(sql, 'digest'); // version 1 kept the digest of the fold as the digest of the row
  sql.exec(TABLES_2);
  const facts = new Facts(sql);
  facts.name(typeof id === 'string' && /^[0-9a-f]{32}$/.test(id) ? id : undefined);
  markRows(sql);
  rebuildWorks(sql, before);
  facts.set('fold', foldVersion());
}

/** Digests of the folded works, by key. */
function folds(sql: Sql, column: 'digest' | 'fold'): Map<string, string> {
  const rows = sql.rows<{ key: string; fold: string }>(`SELECT key, ${column} AS fold FROM works`);
  return new Map(rows.map(({ key, fold }) => [key, fold]));
}

function markRows(sql: Sql): void {
  for (let after = 0; ; ) {
    const rows = sql.rows<{ number: number; work: string }>(
      `SELECT number, work FROM changes WHERE number > ${after} ORDER BY number LIMIT 10000`,
    );
    const last = rows.at(-1);
    if (last === undefined) break;
    const marks = JSON.stringify(rows.map(({ number, work }) => [number, markOf([number, work])]));
    sql.exec(`UPDATE changes SET mark = m.value ->> 1 FROM json_each('${marks}') AS m WHERE number = m.value ->> 0`);
    after = last.number;
  }
  new Imports(sql).markAll();
}
