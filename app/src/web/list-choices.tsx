// What a reader can choose about a list: its order and one topic. Both are parameters of the address.

import type { Display } from './display.ts';
import { Data } from './text.tsx';
import { topicOf } from './topics.ts';

const ORDERS = ['votes', 'newest'] as const;

export interface Chosen {
  readonly sort: (typeof ORDERS)[number];
  readonly category?: string | undefined;
}

/** Reads the choices of a request; an order that does not exist is the first one. */
export function chosenIn(query: (name: string) => string | undefined): Chosen {
  const category = query('category');
  return {
    sort: ORDERS.find((order) => order === query('sort')) ?? 'votes',
    ...(category !== undefined && category !== '' && { category: category.slice(0, 60) }),
  };
}

/** The address of a list with choices; what is the default is left out. */
export function choicePath(
  path: string,
  { sort, category, offset = 0 }: Chosen & { readonly offset?: number },
): string {
  const query = new URLSearchParams();
  if (sort !== 'votes') query.set('sort', sort);
  if (category !== undefined) query.set('category', category);
  if (offset > 0) query.set('offset', String(offset));
  return query.size === 0 ? path : `${path}?${query}`;
}

const NAMES = { votes: 'Most votes', newest: 'Newest' } as const;

export interface ChoicesProps {
  readonly path: string;
  readonly chosen: Chosen;
  readonly density: Display['density'];
}

export function Choices({ path, chosen, density }: ChoicesProps) {
  const other = density === 'compact' ? 'comfortable' : 'compact';
  return (
    <ul class="choices">
      {chosen.category !== undefined && (
        <li>
          <a class="chosen" href={choicePath(path, { ...chosen, category: undefined })}>
            <Data>{topicOf(chosen.category).name}</Data> <span aria-hidden="true">×</span>
            <span class="hidden">: show all topics</span>
          </a>
        </li>
      )}
      {ORDERS.map((sort) => (
        <li>
          <a href={choicePath(path, { ...chosen, sort })} aria-current={sort === chosen.sort ? 'true' : undefined}>
            {NAMES[sort]}
          </a>
        </li>
      ))}
      <li>
        <form method="post" action="/settings/display">
          <input type="hidden" name="density" value={other} />
          <input type="hidden" name="to" value={choicePath(path, chosen)} />
          <button type="submit" class="plain">
            {other === 'compact' ? 'Compact' : 'Comfortable'}
          </button>
        </form>
      </li>
    </ul>
  );
}
