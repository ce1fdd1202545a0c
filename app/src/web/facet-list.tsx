// What the papers of an answer divide into: each value adds a condition to the query.

import { counted } from '../output/numbers.ts';
import type { FacetGroup, Facets } from '../services/index.ts';

const TITLES: Readonly<Record<FacetGroup['name'], string>> = {
  year: 'Year',
  category: 'Category',
  venue: 'Venue',
  organisation: 'Organisation',
  source: 'Source',
};

/** @param at the address of a query */
export function FacetList({ facets, at }: { readonly facets: Facets; readonly at: (query: string) => string }) {
  if (facets.groups.length === 0) return null;
  return (
    <aside class="facets" aria-label="Narrow the search">
      <p>{scopeOf(facets)}</p>
      {facets.groups.map((group) => (
        <details open>
          <summary class="facet-name">{TITLES[group.name]}</summary>
          <ul class="facet-values">
            {group.values.map(({ value, papers, query }) => (
              <li>
                <a href={at(query)}>
                  <bdi>{value}</bdi>
                </a>{' '}
                <span class="facet-count">{papers.toLocaleString('en')}</span>
              </li>
            ))}
            {group.more > 0 && <li>and {group.more.toLocaleString('en')} more</li>}
          </ul>
        </details>
      ))}
    </aside>
  );
}

/** Which papers the numbers count. */
function scopeOf({ papers, kind, isPart }: Facets): string {
  const number = counted(papers, 'paper');
  switch (kind) {
    case 'every-word':
      return isPart ? `Counted in the best ${number} with every word` : `Counted in the ${number} with every word`;
    case 'best':
      return `Counted in the best ${number}`;
    case 'all':
      return `Counted in ${papers === 1 ? 'the one paper' : `all ${number}`} found`;
    default:
      return kind satisfies never;
  }
}
