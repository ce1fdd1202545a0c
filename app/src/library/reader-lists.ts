// `is:saved` and `in:collection`: the papers of a reader as conditions. Who the reader is comes with each request, because
// one index answers all of them.

import type { Filter } from '@quire/engine/core';
import type { ListCondition } from './query-conditions.ts';

/** What a reader keeps, as keys of works. */
export interface ReaderLists {
  saved(): Promise<readonly string[]>;
  /** undefined: the reader has no collection of that name. */
  collection(name: string): Promise<readonly string[] | undefined>;
}

export interface ListFilter {
  readonly filter: Filter | undefined;
  readonly notes: readonly string[];
}

/** `lists`: those of the reader who asks; undefined on a site without readers, which leaves the conditions out. */
export async function listFilter(
  conditions: readonly ListCondition[],
  lists: ReaderLists | undefined,
): Promise<ListFilter> {
  const filters: Filter[] = [];
  const notes: string[] = [];
  for (const condition of conditions) {
    if (lists === undefined) {
      notes.push(`“${condition.text}” was left out: nothing can be saved on this site yet.`);
      continue;
    }
    const keys = condition.list === 'saved' ? await lists.saved() : await lists.collection(condition.name);
    if (keys === undefined) notes.push(`You have no collection “${condition.name}”.`);
    const filter: Filter = { op: 'ids', ids: keys ?? [] };
    filters.push(condition.isExcluded ? { op: 'not', filter } : filter);
  }
  const [only, ...others] = filters;
  return { filter: others.length === 0 ? only : { op: 'and', filters }, notes };
}
