// The papers of a range of days: which days have any, how many, the papers by interest or newest first, the topics.

import type { Filter } from '@quire/engine/core';
import { EngineError } from '@quire/engine/core';
import { DATE_COLUMNS } from '../library/documents.ts';
import { dayNumber, dayOf, isDay, type Period, type Work } from '../papers/index.ts';
import { changeOf, type FromStore, type Part } from './answers.ts';
import type { Context } from './context.ts';
import { damagedField } from './damage-view.ts';
import { bounds } from './page-bounds.ts';

export interface PeriodPage extends FromStore, Period {
  readonly works: readonly Work[];
  readonly total: number;
  readonly offset: number;
  readonly limit: number;
}

export interface PeriodChoice extends Part {
  /** 'votes': interest, then comments, then the later day, then the key. Default 'votes'. */
  readonly sort?: 'votes' | 'newest';
  /** Papers of this category alone, `cs.IR`. */
  readonly category?: string | undefined;
}

export interface PeriodDays {
  /** Days of the period that have papers, in order. */
  readonly days: readonly { readonly day: string; readonly count: number }[];
  /** The nearest days with papers before and after the period. */
  readonly previous?: string;
  readonly next?: string;
}

export interface CategoryCount {
  readonly category: string;
  readonly count: number;
}

/** The days of a period that have papers, with their numbers. */
export async function daysWithPapers({ store }: Context, period: Period): Promise<PeriodDays> {
  const { from, to } = numbersOf(period);
  const { previous } = await store.daysAround(from);
  const { next } = await store.daysAround(to);
  return {
    days: (await store.daysBetween(from, to)).map(({ day, count }) => ({ day: dayOf(day), count })),
    ...(previous !== undefined && { previous: dayOf(previous) }),
    ...(next !== undefined && { next: dayOf(next) }),
  };
}

/** One page of the papers that are listed in a period. A topic, and another order than votes, come from the index. */
export async function papersOfPeriod(context: Context, period: Period, choice: PeriodChoice = {}): Promise<PeriodPage> {
  const { store } = context;
  const { offset, limit } = bounds(choice);
  const { from, to } = numbersOf(period);
  const page = { from: period.from, to: period.to, offset, limit };
  if (choice.category === undefined && (choice.sort ?? 'votes') === 'votes') {
    const { works, damaged } = await store.ofDays(from, to, offset, limit);
    return {
      ...page,
      works,
      total: (await store.daysBetween(from, to)).reduce((sum, { count }) => sum + count, 0),
      ...damagedField(store.health, damaged),
    };
  }
  const filter = filterOf(period, choice.category);
  const column = choice.sort === 'newest' ? DATE_COLUMNS.earliest : 'upvotes';
  return context.index.with(async (snapshot) => {
    const keys = await snapshot.sorted(column, { descending: true, filter, offset, limit });
    const total = await snapshot.count(filter);
    const { works, damaged } = await store.readIndexed(keys, changeOf(snapshot));
    return { ...page, works, total, ...damagedField(store.health, damaged) };
  });
}

/** The categories of the papers of a period, most frequent first; [] while there is no index. */
export async function categoriesOf(
  { index }: Context,
  period: Period,
  { limit = 10 }: { readonly limit?: number } = {},
): Promise<readonly CategoryCount[]> {
  const filter = filterOf(period, undefined);
  try {
    return await index.with(async (snapshot) =>
      (await snapshot.facet('categories', { filter, limit })).map(({ value, count }) => ({
        category: String(value),
        count,
      })),
    );
  } catch (error) {
    if (error instanceof EngineError && error.code === 'NOT_FOUND') return [];
    throw error;
  }
}

function filterOf(period: Period, category: string | undefined): Filter {
  const { from, to } = numbersOf(period);
  const days: Filter = { op: 'range', column: 'day', gte: from, lte: to };
  if (category === undefined) return days;
  return { op: 'and', filters: [days, { op: 'is', column: 'categories', value: category }] };
}

/** Throws INVALID_ARGUMENT for a period without days. */
function numbersOf({ from, to }: Period): { readonly from: number; readonly to: number } {
  for (const day of [from, to]) {
    if (!isDay(day))
      throw new EngineError('INVALID_ARGUMENT', `${JSON.stringify(day)} is not a day`, {
        hint: 'Write it as 2025-11-21.',
      });
  }
  if (from > to) throw new EngineError('INVALID_ARGUMENT', `The period ends on ${to}, before its start on ${from}`);
  return { from: dayNumber(from), to: dayNumber(to) };
}
