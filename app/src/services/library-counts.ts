// How many records and works the library has.

import type { Counts } from './answers.ts';
import type { Context } from './context.ts';

/** How long counts may be behind while papers come in. */
const COUNT_MS = 1_000;

/** Counting records reads an index through, so it is done again only after a change and at most once a second. */
export async function countLibrary(context: Context): Promise<Counts> {
  const { store, counted } = context;
  const now = context.now();
  const change = await store.lastChange();
  if (counted !== undefined && (counted.change === change || now - counted.at < COUNT_MS)) return counted.counts;
  const sources = await store.countRecords();
  const records = sources.reduce((sum, { records: n }) => sum + n, 0);
  const counts = { records, works: await store.countWorks(), sources };
  context.counted = { counts, change, at: now };
  return counts;
}
