// Conditions without a word to look for (`year:2024 cat:cs.IR`): the papers that fulfil them, the newest first unless
// another order is asked for. Nothing is scored here; conditions beside words only narrow a search (search.ts).

import type { Cancellable, DocId, LexicalQuery } from '@quire/engine/core';
import type { Encoders, PaperSnapshot } from './paper-index.ts';
import type { ReadQuery } from './query.ts';
import { contentOf } from './wanted-words.ts';

export interface Fulfilling {
  /** In the order asked for, papers without its value last, ties by key; at most as many as asked for. */
  readonly keys: readonly DocId[];
  /** All that there are. */
  readonly total: number;
}

/** Whether `query` has conditions and no wanted word; words to leave out count as conditions beside another one. */
export function isConditionsAlone({ filter, strict, loose, words }: ReadQuery): boolean {
  if (filter === undefined || strict.phrases.length > 0) return false;
  const isWithoutWords = strict.lexical === undefined && loose.lexical === undefined;
  return isWithoutWords || (!loose.restricted && contentOf(words).length === 0 && words.runs.length === 0);
}

interface Wanted extends Cancellable {
  readonly wanted: number;
  /** The column whose largest value comes first. */
  readonly order: string;
}

/** The first papers of `snapshot` that fulfil the conditions of `query`. */
export async function fulfilling(
  query: ReadQuery,
  snapshot: PaperSnapshot,
  encoders: Encoders,
  { wanted, order, ...options }: Wanted,
): Promise<Fulfilling> {
  const { filter } = query;
  if (filter === undefined) return { keys: [], total: 0 };
  const left = await holding(query.strict.excluded, query, snapshot, encoders, options);
  const total = await snapshot.count(filter);
  const keys = await snapshot.sorted(order, { descending: true, filter, limit: wanted + left.size });
  return { keys: keys.filter((key) => !left.has(key)).slice(0, wanted), total: total - left.size };
}

/** Papers within the conditions that hold any of `clauses`. */
async function holding(
  clauses: readonly LexicalQuery[],
  { filter }: ReadQuery,
  snapshot: PaperSnapshot,
  encoders: Encoders,
  { signal }: Cancellable,
): Promise<ReadonlySet<DocId>> {
  if (clauses.length === 0) return new Set();
  const terms = snapshot.part('terms');
  const rep = encoders.terms.query({ type: 'or', clauses });
  const found = await terms.search(rep, Math.max(1, snapshot.size), { signal, filter });
  return new Set(found.map(({ id }) => id));
}
