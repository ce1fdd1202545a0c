// The check of the store by `quire doctor --deep`: the check of the whole store, and whether the works are exactly the
// fold of the records.

import { groupRecords, makeWork } from '../papers/index.ts';
import { foldDigest } from './checksum.ts';
import { DAMAGE_LIMIT, type Damage } from './damage.ts';
import type { Connection } from './database.ts';
import { foldsOf, identified, type Known } from './rebuild.ts';
import { Records } from './records.ts';
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
export async function checkStore({ database, health }: Store): Promise<StoreCheck> {
  const problems = new Set<string>();
  const report = ({ message }: Pick<Damage, 'message'>) => {
    if (problems.size < DAMAGE_LIMIT) problems.add(message);
  };
  for (const damage of (await health.now()).damaged) report(damage);
  return database.snapshot(async (on) => {
    for await (const _ of walkStore(database, on, report)) {
      // nothing to do between slices
    }
    if (problems.size > 0) return { records: 0, works: 0, problems: [...problems] };
    const counts = await checkFold(on, report);
    return { ...counts, problems: [...problems] };
  });
}

/** Folds all records again and compares, work by work. */
async function checkFold(
  on: Connection,
  report: (found: Pick<Damage, 'message'>) => void,
): Promise<{ records: number; works: number }> {
  const stored = new Records(on);
  const seen: Known[] = [];
  for (let page = await stored.after(-1, PAGE); page.length > 0; ) {
    for (const row of page) {
      const read = identified(row);
      if (typeof read === 'string') report({ message: read });
      else seen.push(read);
    }
    page = await stored.after(page.at(-1)?.seq ?? 0, PAGE);
  }
  const folds = await foldsOf(on, 'fold');
  const works = folds.size;
  for (const group of groupRecords(seen, (record) => record)) {
    const rows = await Promise.all(group.members.map(({ seq }) => stored.after(seq - 1, 1)));
    const work = makeWork(rows.flat().map(readStored), group);
    const fold = folds.get(work.key);
    if (fold === undefined) report({ message: `missing work ${work.key}: ${work.title}` });
    else if (fold !== foldDigest(work)) report({ message: `work ${work.key} is not the fold of its records` });
    folds.delete(work.key);
  }
  for (const key of folds.keys()) report({ message: `work ${key} has no records` });
  return { records: seen.length, works };
}
