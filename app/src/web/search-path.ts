// The address of a search page: the query and what a reader chose beside it. A default is not in the address.

export interface SearchView {
  readonly query: string;
  readonly offset: number;
  readonly sort: 'relevance' | 'date' | 'votes';
  /** Words are searched as typed. */
  readonly exact: boolean;
}

export function searchPath({ query, offset, sort, exact }: SearchView): string {
  const parameters = new URLSearchParams({ q: query });
  if (sort !== 'relevance') parameters.set('sort', sort);
  if (exact) parameters.set('exact', '1');
  if (offset > 0) parameters.set('offset', String(offset));
  return `/search?${parameters}`;
}
