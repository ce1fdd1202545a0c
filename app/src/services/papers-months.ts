// The months that have papers, and the addresses of their papers: what a sitemap lists. One look-up a month and a day, so
// a library of any size is listed without being counted.

import { REQUEST } from '../output/bounds.ts';
import { dayNumber, dayOf } from '../papers/index.ts';
import type { Context } from './context.ts';

export interface PapersMonth {
  /** YYYY-MM. */
  readonly month: string;
  /** Its last day with papers. */
  readonly lastDay: string;
}

export interface ListedPaper {
  readonly key: string;
  readonly day: string;
}

/** Newest first. */
export async function monthsWithPapers({ store }: Context): Promise<readonly PapersMonth[]> {
  const months: PapersMonth[] = [];
  for (let day = await store.newestDay(); day !== undefined; ) {
    const lastDay = dayOf(day);
    const month = lastDay.slice(0, 7);
    months.push({ month, lastDay });
    day = (await store.daysAround(dayNumber(`${month}-01`))).previous;
  }
  return months;
}

/** The papers of a month, its last day first; [] in a month without any. `month` is YYYY-MM. */
export async function papersOfMonth({ store }: Context, month: string): Promise<readonly ListedPaper[]> {
  const [first, after] = [dayNumber(`${month}-01`), dayNumber(nextMonth(month))];
  const papers: ListedPaper[] = [];
  for (let day = (await store.daysAround(after)).previous; day !== undefined && day >= first; ) {
    const total = await store.countOfDay(day);
    for (let offset = 0; offset < total; offset += REQUEST.limit) {
      const { works } = await store.ofDay(day, offset, REQUEST.limit);
      papers.push(...works.map(({ key }) => ({ key, day: dayOf(day ?? first) })));
    }
    day = (await store.daysAround(day)).previous;
  }
  return papers;
}

function nextMonth(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 10);
}
