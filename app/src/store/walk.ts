// The check of the whole store: the database's own check of pages and indexes, every checksum, and the counts of the
// tables against each other. Row checksums cannot see a row that is missing; the counts can. Memory does not grow with the
// store. It runs in slices, so that a thread can be stopped and a test can interleave.

import { basename } from 'node:path';
import { type Member, markOf, workDigest } from './checksum.ts';
import { badRecord, badRow, badWork, type Damage, damageFrom } from './damage.ts';
import { type Connection, type Database, scalar } from './database.ts';
import { factDamage } from './facts.ts';
import { Imports, importDamage } from './imports.ts';
import { identified } from './rebuild.ts';
import { statement, textsIn } from './statement.ts';

const PAGE = 1_000;

export type Report = (damage: Damage) => void;

/** Yields after every slice. Run it inside one snapshot of `database`, with its connection. */
export async function* walkStore(database: Database, on: Connection, report: Report): AsyncGenerator<void> {
  for (const step of [own, records, works, members, changes, smallTables]) {
    try {
      yield* step(on, report, database);
    } catch (error) {
      report(damageFrom(error, database.name)); // this table cannot be read to its end; the others are checked
    }
    yield;
  }
}

async function* own(on: Connection, report: Report, database: Database): AsyncGenerator<void> {
  const table = basename(database.name);
  for (const message of await database.inspect(on)) report({ table, key: '', message });
  yield;
}

/** Digests of records, and whether each has its identities and is a member of a work. */
async function* records(on: Connection, report: Report): AsyncGenerator<void> {
  let identities = 0;
  let all = 0;
  for (let rows = await on.all(SQL.records, { seq: -1, limit: PAGE }); rows.length > 0; ) {
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
    for (const row of await on.all(SQL.marks, { keys: JSON.stringify([...keys]) })) {
      if (markOf([row.key, row.record]) !== row.mark) report(badRow('identities', row.key));
      wanted.delete(pair(row.key, row.record));
    }
    for (const each of wanted) report(missing('identities', each, `an identity of record ${each.split('\n')[0]}`));
    yield;
    rows = await on.all(SQL.records, { seq: rows.at(-1)?.seq ?? 0, limit: PAGE });
  }
  await compare(on, report, 'records', all);
  await compare(on, report, 'members', all);
  await compare(on, report, 'identities', identities);
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
async function* works(on: Connection, report: Report): AsyncGenerator<void> {
  let all = 0;
  for (let rows = await on.all(SQL.works, { key: '', limit: PAGE }); rows.length > 0; ) {
    const byWork = new Map<string, Member[]>(rows.map(({ key }) => [key, []]));
    for (const row of await on.all(SQL.members, { keys: JSON.stringify([...byWork.keys()]) }))
      byWork.get(row.work)?.push(row);
    for (const row of rows) {
      all++;
      if (workDigest(row, byWork.get(row.key) ?? []) !== row.digest) report(badWork(row.key));
    }
    yield;
    rows = await on.all(SQL.works, { key: rows.at(-1)?.key ?? '', limit: PAGE });
  }
  await compare(on, report, 'works', all);
}

/** Every member belongs to a work. */
async function* members(on: Connection, report: Report): AsyncGenerator<void> {
  const foreign = await scalar(on, 'SELECT count(*) FROM members WHERE work NOT IN (SELECT key FROM works)');
  if (foreign !== 0) report(missing('works', '', `the works of ${String(foreign)} records`));
  yield;
}

async function* changes(on: Connection, report: Report): AsyncGenerator<void> {
  let next: number | undefined;
  for (let rows = await on.all(SQL.changes, { number: -1, limit: PAGE }); rows.length > 0; ) {
    for (const row of rows) {
      if (markOf([row.number, row.work]) !== row.mark) report(badRow('changes', row.number));
      else if (next !== undefined && row.number !== next) report(missing('changes', next, `change ${next}`));
      next = row.number + 1;
    }
    yield;
    rows = await on.all(SQL.changes, { number: rows.at(-1)?.number ?? 0, limit: PAGE });
  }
}

async function* smallTables(on: Connection, report: Report): AsyncGenerator<void> {
  const facts = await on.rows<{ name: string; value: string; mark: number }>('SELECT name, value, mark FROM facts');
  for (const row of facts) {
    const damage = factDamage(row);
    if (damage !== undefined) report(damage);
  }
  for (const name of ['identity', 'fold']) {
    if (!facts.some((fact) => fact.name === name)) report(missing('facts', name, `the fact ${name}`));
  }
  yield;
  for (const row of await new Imports(on).all()) {
    const damage = importDamage(row);
    if (damage !== undefined) report(damage);
  }
}

/** A table has as many rows as were walked, counted without reading them in order. */
async function compare(on: Connection, report: Report, table: string, expected: number): Promise<void> {
  const rows = await scalar(on, `SELECT count(*) FROM ${table}`);
  if (rows !== expected) report(missing(table, '', `${table} has ${String(rows)} rows where ${expected} are expected`));
}

function missing(table: string, key: string | number, what: string): Damage {
  return { table, key: String(key), message: `Missing or surplus in ${table}: ${what}.` };
}

const SQL = {
  records: statement<RecordAndWork, { seq: number; limit: number }>((db, p) =>
    db
      .selectFrom('records')
      .leftJoin('members', 'members.record', 'records.seq')
      .select(['seq', 'source', 'id', 'title_hash', 'raw', 'digest', 'members.work'])
      .where('seq', '>', p.seq)
      .orderBy('seq')
      .limit(p.limit),
  ),
  marks: statement((db, p: { keys: string }, d) =>
    db.selectFrom('identities').selectAll().where('key', 'in', textsIn(d, p.keys)),
  ),
  works: statement((db, p: { key: string; limit: number }) =>
    db.selectFrom('works').selectAll().where('key', '>', p.key).orderBy('key').limit(p.limit),
  ),
  members: statement<Member & { work: string }, { keys: string }>((db, p, d) =>
    db
      .selectFrom('members')
      .innerJoin('records', 'records.seq', 'members.record')
      .select(['work', 'seq', 'digest'])
      .where('work', 'in', textsIn(d, p.keys))
      .orderBy('seq'),
  ),
  changes: statement((db, p: { number: number; limit: number }) =>
    db.selectFrom('changes').selectAll().where('number', '>', p.number).orderBy('number').limit(p.limit),
  ),
};
