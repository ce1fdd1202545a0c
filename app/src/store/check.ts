// What `quire doctor` asks of the store: SQLite's own check, the checksum of every row, and whether the works are
// exactly the fold of the records.

import { groupRecords, type Identity, identityOf, makeWork, titleHash } from '../papers/index.ts';
import { rowDigest } from './checksum.ts';
import { readStored } from './refold.ts';
import type { Store } from './store.ts';

export interface StoreCheck {
  readonly records: number;
  readonly works: number;
  /** One sentence each, at most PROBLEM_LIMIT; [] when all is well. */
  readonly problems: readonly string[];
}

const PAGE = 2_000;
const PROBLEM_LIMIT = 100;

/** Reads every row. Memory: a few hundred bytes a record. */
export function checkStore(store: Store): StoreCheck {
  const problems: string[] = [];
  const report = (text: string) => {
    if (problems.length < PROBLEM_LIMIT) problems.push(text);
  };
  const integrity = store.sql.pragma('integrity_check');
  if (integrity !== 'ok') report(`SQLite: ${integrity}`);
  const seen: (Identity & { readonly seq: number })[] = [];
  for (let page = store.records(0, PAGE); page.length > 0; page = store.records(page.at(-1)?.seq ?? 0, PAGE)) {
    for (const row of page) {
      const where = `record ${row.seq} (${row.source}, id ${JSON.stringify(row.id)})`;
      if (rowDigest([row.source, row.id, row.title_hash, row.raw]) !== row.digest)
        report(`${where}: the checksum does not match`);
      try {
        const record = readStored(row);
        if (titleHash(record) !== row.title_hash) report(`${where}: its title is not the one it is kept under`);
        seen.push({ ...identityOf(record), seq: row.seq });
      } catch (error) {
        report(`${where}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  const works = checkWorks(store, seen, report);
  return { records: seen.length, works, problems };
}

/** Folds all records anew and compares, work by work. */
function checkWorks(
  store: Store,
  seen: readonly (Identity & { seq: number })[],
  report: (text: string) => void,
): number {
  const expected = new Set<string>();
  for (const group of groupRecords(seen, (record) => record)) {
    const records = group.members.flatMap(({ seq }) => store.records(seq - 1, 1)).map(readStored);
    const work = makeWork(records, group);
    expected.add(work.key);
    if (store.workDigest(work.key) === undefined) report(`missing work ${work.key}: ${work.title}`);
    else if (store.workDigest(work.key) !== rowDigest([JSON.stringify(work)]))
      report(`work ${work.key} is not the fold of its records`);
  }
  let works = 0;
  for (let keys = store.keysAfter('', PAGE); keys.length > 0; keys = store.keysAfter(keys.at(-1) ?? '', PAGE)) {
    works += keys.length;
    for (const key of keys) if (!expected.has(key)) report(`work ${key} has no records`);
  }
  return works;
}
