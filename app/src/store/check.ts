// The check of the store by `quire doctor --deep`: the check of the whole file, and whether the works are exactly the
// fold of the records.

import { groupRecords, makeWork } from '../papers/index.ts';
import { foldDigest } from './checksum.ts';
import { DAMAGE_LIMIT, type Damage } from './damage.ts';
import { identified, type Known } from './rebuild.ts';
import type { Store } from './store.ts';
import { readStored } from './stored.ts';
import { walkStore } from './walk.ts';

export interface StoreCheck {
  readonly records: number;
  readonly works: number;
  /** One sentence each, at most DAMAGE_LIMIT; [] when the store is sound. */
  readonly problems: readonly string[];
}

const PAGE = 2_000;

/** Reads every row. Memory: a few hundred bytes a record. */
export function checkStore(store: Store): StoreCheck {
  const problems = new Set<string>();
  const report = ({ message }: Pick<Damage, 'message'>) => {
    if (problems.size < DAMAGE_LIMIT) problems.add(message);
  };
  for (const damage of store.health.now.damaged) report(damage);
  return store.sql.snapshot(() => {
    for (const _ of walkStore(store.sql, report)) {
      // nothing to do between slices
    }
    if (problems.size > 0) return { records: 0, works: 0, problems: [...problems] };
    const counts = checkFold(store, report);
    return { ...counts, problems: [...problems] };
  });
}

/** Folds all records again and compares, work by work. */
function checkFold(store: Store, report: (found: Pick<Damage, 'message'>) => void): { records: number; works: number } {
  const seen: Known[] = [];
  for (let page = store.records(-1, PAGE); page.length > 0; page = store.records(page.at(-1)?.seq ?? 0, PAGE)) {
    for (const row of page) {
      const read = identified(row);
      if (typeof read === 'string') report({ message: read });
      else seen.push(read);
    }
  }
  const folds = new Map(
    store.sql.rows<{ key: string; fold: string }>('SELECT key, fold FROM works').map((row) => [row.key, row.fold]),
  );
  for (const group of groupRecords(seen, (record) => record)) {
    const records = group.members.flatMap(({ seq }) => store.records(seq - 1, 1)).map(readStored);
    const work = makeWork(records, group);
    const fold = folds.get(work.key);
    if (fold === undefined) report({ message: `missing work ${work.key}: ${work.title}` });
    else if (fold !== foldDigest(work)) report({ message: `work ${work.key} is not the fold of its records` });
    folds.delete(work.key);
  }
  for (const key of folds.keys()) report({ message: `work ${key} has no records` });
  return { records: seen.length, works: store.countWorks() };
}
