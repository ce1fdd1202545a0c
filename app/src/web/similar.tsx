// The papers near a paper, in the order and within the limits that the reader chose, as parameters of the address.

import type { BoundedWork } from '../output/bounds.ts';
import { counted } from '../output/numbers.ts';
import { paperPath } from '../papers/index.ts';
import type { SimilarPage } from '../services/index.ts';
import { Card } from './card.tsx';
import { topicOf } from './topics.ts';

const ORDERS = ['closeness', 'date', 'votes'] as const;
const ORDER_NAMES = { closeness: 'Closeness', date: 'Date', votes: 'Votes' } as const;

export interface SimilarChoice {
  readonly sort: (typeof ORDERS)[number];
  /** `2025`: that year; `2024..`: that year and later. */
  readonly year?: string | undefined;
  readonly category?: string | undefined;
  readonly venue?: string | undefined;
}

/** Near papers that are shown, and that order and limits are applied to. */
const SHOWN = 8;
export const CONSIDERED = 60;
/** Values that a menu offers. */
const OFFERED = 20;

export function similarChoiceIn(query: (name: string) => string | undefined): SimilarChoice {
  const given = (name: string) => {
    const value = query(name)?.slice(0, 200);
    return value === '' ? undefined : value;
  };
  const choice = { year: given('year'), category: given('category'), venue: given('venue') };
  return { sort: ORDERS.find((order) => order === query('sort')) ?? 'closeness', ...choice };
}

export interface SimilarProps {
  readonly work: BoundedWork;
  readonly near: SimilarPage;
  readonly choice: SimilarChoice;
}

export function Similar({ work, near, choice }: SimilarProps) {
  if (near.hits.length === 0) return null;
  const found = arrange(near, choice);
  const path = new URL(paperPath(work.key), 'http://site');
  return (
    <section id="similar">
      <header class="heading">
        <h2>Similar papers</h2>
        <p>
          {near.hits[0]?.reason === 'meaning' ? 'near in meaning' : 'sharing the most telling words'}, of{' '}
          {counted(near.hits.length, 'candidate')}
        </p>
      </header>
      <form class="narrow" action={`${path.pathname}#similar`}>
        {[...path.searchParams].map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <label>
          Order
          <select name="sort">
            {ORDERS.map((order) => (
              <option value={order} selected={order === choice.sort}>
                {ORDER_NAMES[order]}
              </option>
            ))}
          </select>
        </label>
        <Menu name="year" label="Year" values={valuesOf(near, yearsOf)} chosen={choice.year} />
        <Menu
          name="category"
          label="Topic"
          values={valuesOf(near, ({ categories }) => categories)}
          chosen={choice.category}
          nameOf={(code) => topicOf(code).fullName}
        />
        <Menu name="venue" label="Venue" values={valuesOf(near, ({ venue }) => venue ?? [])} chosen={choice.venue} />
        <button type="submit" class="small">
          Apply
        </button>
      </form>
      {found.length === 0 && <p class="empty-list">None of the near papers fulfils this. Choose “any” in a menu.</p>}
      <ol class={`papers cards${found.some(({ upvotes }) => upvotes > 0) ? '' : ' unvoted'}`}>
        {found.map((each) => (
          <Card work={each} level={3} />
        ))}
      </ol>
    </section>
  );
}

/** The first of the near papers that the choice leaves, in its order; ties stay in the order of closeness. */
export function arrange({ hits }: SimilarPage, { sort, year, category, venue }: SimilarChoice): readonly BoundedWork[] {
  const kept = hits
    .map(({ work }) => work)
    .filter((work) => year === undefined || String(work.year ?? '') === year)
    .filter((work) => category === undefined || work.categories.includes(category))
    .filter((work) => venue === undefined || work.venue === venue);
  if (sort === 'votes') kept.sort((a, b) => b.upvotes - a.upvotes);
  if (sort === 'date') kept.sort((a, b) => compare(b.published?.date ?? b.day, a.published?.date ?? a.day));
  return kept.slice(0, SHOWN);
}

function compare(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const yearsOf = ({ year }: BoundedWork) => (year === undefined ? [] : [String(year)]);

/** The values of a field among the near papers, most frequent first. */
function valuesOf({ hits }: SimilarPage, of: (work: BoundedWork) => string | readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const value of hits.flatMap(({ work }) => of(work))) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts.keys()].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0)).slice(0, OFFERED);
}

function Menu({
  name,
  label,
  values,
  chosen,
  nameOf = (value) => value,
}: {
  readonly name: string;
  readonly label: string;
  readonly values: readonly string[];
  readonly chosen: string | undefined;
  readonly nameOf?: (value: string) => string;
}) {
  if (values.length < 2 && chosen === undefined) return null;
  const offered = chosen === undefined || values.includes(chosen) ? values : [chosen, ...values];
  return (
    <label>
      {label}
      <select name={name}>
        <option value="">any</option>
        {offered.map((value) => (
          <option value={value} selected={value === chosen} dir="auto">
            {nameOf(value)}
          </option>
        ))}
      </select>
    </label>
  );
}
