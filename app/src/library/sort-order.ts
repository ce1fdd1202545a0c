// The orders of hits beside relevance, as columns of the index. Ties by key; papers without a value last.

import { DATE_COLUMNS } from './documents.ts';

export const SORT_ORDERS = ['relevance', 'date', 'votes'] as const;
export type SortOrder = (typeof SORT_ORDERS)[number];

/** The column whose largest value comes first. */
export function orderOf(sort: Exclude<SortOrder, 'relevance'>): string {
  switch (sort) {
    case 'date':
      return DATE_COLUMNS.earliest;
    case 'votes':
      return 'upvotes';
    default:
      return sort satisfies never;
  }
}
