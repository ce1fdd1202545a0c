// The check of the whole file: SQLite's own check of pages and indexes, the schema, every checksum, and the counts of
// the tables against each other. Row checksums cannot see a row that is missing; the counts and the integrity check can.
// Memory does not grow with the store. It runs in slices, so that a thread can be stopped and a test can interleave.

import { basename } from 'node:path';
import { type Member, markOf, type WorkColumns, workDigest } from './checksum.ts';
import { badRecord, badRow, badWork, type Damage, damageFrom } from './damage.ts';
import { factDamage } from './facts.ts';
import { Imports, importDamage } from './imports.ts';
import { identified } from './rebuild.ts';
import { STORE_VERSION, TABLES_1, TABLES_2 } from './schema.ts';
import { builder, listed, Sql } from './sql.ts';

const PAGE = 1_000;

export type Report = (damage: Damage) => void;

/** Yields after every slice. Run it inside one snapshot, or while no process writes. */
export function* walkStore(sql: Sql, report: Report): Generator<void> {
  for (const step of [integrity, schema, records, works, counts, changes, smallTables]) {
    try {
      yield* step(sql, report);
    } catch (error) {
      report(damageFrom(error, sql.path)); // this table cannot be read to its end; the others are checked
    }
    yield;
  }
}

function* integrity(sql: Sql, report: Report): Generator<void> {
  for (const line of sql.pragmaRows('integrity_check')) {
    if (line !== 'ok') report(ofFile(sql, `SQLite reports: ${String(line)}`));
  }
  yield;
}

/** The schema in the file is text. Compared with that of a new store. */
function* schema(sql: Sql, report: Report): Generator<void> {
  const fresh = new Sql(':memory:');
  fresh.exec(TABLES_1);
  fresh.exec(TABLES_2);
  const text = (from: Sql) =>
    JSON.stringify(
      from.rows("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name <> 'sqlite_stat1' ORDER BY name"),
    );
  if (text(sql) !== text(fresh)) report(ofFile(sql, 'its tables are not those of this version'));
  if (sql.pragma('user_version') !== STORE_VERSION) report(ofFile(sql, 'its version number was changed'));
  if (sql.pragma('encoding') !== 'UTF-8') report(ofFile(sql, 'its text encoding was changed'));
  fresh.close();
  yield;
}

/** Digests of records, and whether each has its identities and is a member of a work. */
function* records(sql: Sql, report: Report): Generator<void> {
  const page = sql.prepare<{ seq: number; limit: number }, RecordAndWork>((p) =>
    builder
      .selectFrom('records')
      .leftJoin('members', 'members.record', 'records.seq')
      .select(['seq', 'source', 'id', 'title_hash', 'raw', 'digest', 'members.work'])
      .where('seq', '>', p.seq)
      .orderBy('seq')
      .limit(p.limit),
  );
  const marks = sql.prepare<{ keys: string }, { key: string; record: number; mark: number }>((p) =>
    builder.selectFrom('identities').selectAll().where('key', 'in', listed<string>(p.keys)),
  );
  let identities = 0;
  let all = 0;
  for (let rows = page.all({ seq: -1, limit: PAGE }); rows.length > 0; ) {
    const wanted = new Set<string>();
    for (const row of rows) {
      const read = identified(row);
      all++;
      if (typeof read === 'string') report(badRecord(row));
      else for (const key of read.keys) wanted.add(pair(key, row.seq));
      if (row.work === null) report(missing('members', row.seq, `record ${row.seq} is in no work`));
    }
    identities += wanted.size;
    const keys = new Set([...wanted].map((each) => each.slice(each.indexOf('\n') + 1)));
    for (const row of marks.all({ keys: JSON.stringify([...keys]) })) {
      if (markOf([row.key, row.record]) !== row.mark) report(badRow('identities', row.key));
      wanted.delete(pair(row.key, row.record));
    }
    for (const each of wanted) report(missing('identities', each, `an identity of record ${each.split('\n')[0]}`));
    yield;
    rows = page.all({ seq: rows.at(-1)?.seq ?? 0, limit: PAGE });
  }
  compare(sql, report, 'records', all);
  compare(sql, report, 'members', all);
  compare(sql, report, 'identities', identities);
}

interface RecordAndWork {
  readonly seq: number;
  readonly source: string;
  readonly id: string;
  readonly title_hash: string;
  readonly raw: string;
  readonly digest: string;
  readonly work: string | null;
}

function pair(key: string, record: number): string {
  return `${record}\n${key}`;
}

/** Digests of works, with the digests of their records as they are written there. */
function* works(sql: Sql, report: Report): Generator<void> {
  const page = sql.prepare<{ key: string; limit: number }, WorkColumns & { digest: string }>((p) =>
    builder.selectFrom('works').selectAll().where('key', '>', p.key).orderBy('key').limit(p.limit),
  );
  const members = sql.prepare<{ keys: string }, Member & { work: string }>((p) =>
    builder
      .selectFrom('members')
      .innerJoin('records', 'records.seq', 'members.record')
      .select(['work', 'seq', 'digest'])
      .where('work', 'in', listed<string>(p.keys))
      .orderBy('seq'),
  );
  let all = 0;
  for (let rows = page.all({ key: '', limit: PAGE }); rows.length > 0; ) {
    const byWork = new Map<string, Member[]>(rows.map(({ key }) => [key, []]));
    for (const row of members.all({ keys: JSON.stringify([...byWork.keys()]) })) byWork.get(row.work)?.push(row);
    for (const row of rows) {
      all++;
      if (workDigest(row, byWork.get(row.key) ?? []) !== row.digest) report(badWork(row.key));
    }
    yield;
    rows = page.all({ key: rows.at(-1)?.key ?? '', limit: PAGE });
  }
  compare(sql, report, 'works', all);
}

/** Every member belongs to a work, and every index has as many entries as its table has rows. */
function* counts(sql: Sql, report: Report): Generator<void> {
  const foreign = sql.scalar('SELECT count(*) FROM members WHERE work NOT IN (SELECT key FROM works)');
  if (foreign !== 0) report(missing('works', '', `the works of ${String(foreign)} records`));
  const indexes: readonly (readonly [table: string, index: string])[] = [
    ['records', 'records_id'],
    ['records', 'records_title'],
    ['members', 'members_work'],
    ['works', 'works_day'],
    ['works', 'works_published'],
  ];
  for (const [table, index] of indexes) {
    const rows = sql.scalar(`SELECT count(*) FROM ${table} NOT INDEXED`);
    const entries = sql.scalar(`SELECT count(*) FROM ${table} INDEXED BY ${index}`);
    if (rows !== entries) report(ofFile(sql, `the index ${index} has ${entries} entries for ${rows} rows`));
    yield;
  }
}

function* changes(sql: Sql, report: Report): Generator<void> {
  const page = sql.prepare<{ number: number; limit: number }, { number: number; work: string; mark: number }>((p) =>
    builder.selectFrom('changes').selectAll().where('number', '>', p.number).orderBy('number').limit(p.limit),
  );
  let next: number | undefined;
  for (let rows = page.all({ number: -1, limit: PAGE }); rows.length > 0; ) {
    for (const row of rows) {
      if (markOf([row.number, row.work]) !== row.mark) report(badRow('changes', row.number));
      else if (next !== undefined && row.number !== next) report(missing('changes', next, `change ${next}`));
      next = row.number + 1;
    }
    yield;
    rows = page.all({ number: rows.at(-1)?.number ?? 0, limit: PAGE });
  }
}

function* smallTables(sql: Sql, report: Report): Generator<void> {
  const facts = sql.rows<{ name: string; value: string; mark: number }>('SELECT name, value, mark FROM facts');
  for (const row of facts) {
    const damage = factDamage(row);
    if (damage !== undefined) report(damage);
  }
  for (const name of ['identity', 'fold']) {
    if (!facts.some((fact) => fact.name === name)) report(missing('facts', name, `the fact ${name}`));
  }
  yield;
  for (const row of new Imports(sql).all()) {
    const damage = importDamage(row);
    if (damage !== undefined) report(damage);
  }
}

/** A table has as many rows as were walked, counted without reading them in order. */
function compare(sql: Sql, report: Report, table: string, expected: number): void {
  const rows = sql.scalar(`SELECT count(*) FROM ${table}`);
  if (rows !== expected) report(missing(table, '', `${table} has ${String(rows)} rows where ${expected} are expected`));
}

function missing(table: string, key: string | number, what: string): Damage {
  return { table, key: String(key), message: `Missing or surplus in ${table}: ${what}.` };
}

function ofFile(sql: Sql, what: string): Damage {
  const file = basename(sql.path);
  return { table: file, key: '', message: `The file ${file} is damaged: ${what}.` };
}
