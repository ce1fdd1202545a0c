// How the papers of an answer divide into years, categories, venues, organisations and sources.

import type { Filter } from '@quire/engine/core';
import type { Answer, Matching } from './answer.ts';
import { withCondition } from './operators.ts';
import type { PaperSnapshot } from './paper-index.ts';

export interface Facets {
  /** Papers that are counted. */
  readonly papers: number;
  /** What they are: all that the query finds, those that hold every word, or the best of those that hold some. */
  readonly kind: 'all' | 'every-word' | 'best';
  /** There are more than were counted. */
  readonly isPart: boolean;
  readonly groups: readonly FacetGroup[];
}

export interface FacetGroup {
  readonly name: 'year' | 'category' | 'venue' | 'organisation' | 'source';
  /** Most papers first; years newest first. `query` is the query with the value as a condition. */
  readonly values: readonly { readonly value: string; readonly papers: number; readonly query: string }[];
  /** Values that are not listed. */
  readonly more: number;
}

/** Papers that are counted at most. */
export const COUNTED = 1_000;
/** Values of a group that are listed. */
const LISTED = 8;

const GROUPS = [
  { name: 'year', column: 'year', operator: 'year' },
  { name: 'category', column: 'categories', operator: 'cat' },
  { name: 'venue', column: 'venue', operator: 'venue' },
  { name: 'organisation', column: 'organization', operator: 'org' },
  { name: 'source', column: 'sources', operator: 'source' },
] as const;

export async function facetsOf(
  { matching, query, filter }: Answer,
  snapshot: PaperSnapshot,
): Promise<Facets | undefined> {
  if (matching === undefined) return undefined;
  const counted = countedBy(matching, filter);
  const groups = await Promise.all(
    GROUPS.map(async ({ name, column, operator }): Promise<FacetGroup> => {
      const found = await snapshot.facet(column, { filter: counted });
      const listed = found.slice(0, LISTED).map(({ value, count }) => ({
        value: String(value),
        papers: count,
        query: withCondition(query.text, operator, String(value)),
      }));
      if (name === 'year') listed.sort((a, b) => Number(b.value) - Number(a.value));
      return { name, values: listed, more: Math.max(0, found.length - LISTED) };
    }),
  );
  return {
    papers: matching.total ?? matching.keys.length,
    kind: matching.kind,
    isPart: matching.isPart,
    // A group with one value divides nothing.
    groups: groups.filter(({ values }) => values.length > 1),
  };
}

/** Conditions alone are counted by their filter: it is exact for any number of papers. */
function countedBy({ keys, total }: Matching, filter: Filter | undefined): Filter {
  return total !== undefined && filter !== undefined ? filter : { op: 'ids', ids: keys };
}
