// The wording of facts on pages: dates with their precision, people, periods, counts.

import { type BoundedWork, sizeIn } from '../output/bounds.ts';
import { counted } from '../output/numbers.ts';
import type { PaperDate, Work } from '../papers/index.ts';

/** "18 March 2025", "March 2025" or "2025", with the precision of the record. */
export function inWords(date: PaperDate): string {
  if (date.precision === 'year') return date.date;
  const [year, month, day] = date.date.split('-').map(Number) as [number, number, number?];
  return (day === undefined ? MONTH : DAY).format(Date.UTC(year, month - 1, day ?? 1));
}

// Created once: creating a formatter costs a thousand times as much as a call of it, and a page has dozens of dates.
const MONTH = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', year: 'numeric', month: 'long' });
const DAY = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', year: 'numeric', month: 'long', day: 'numeric' });
const DAY_OF_WEEK = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});
const SHORT_DAY = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short' });
const WEEKDAY = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', weekday: 'short' });

const at = (day: string) => Date.parse(`${day}T00:00:00Z`);

/** "Friday, 21 November 2025" of a YYYY-MM-DD. */
export function dayInWords(day: string): string {
  return DAY_OF_WEEK.format(at(day)).replace(/^(\p{L}+) /u, '$1, ');
}

/** "21 Nov" */
export function shortDay(day: string): string {
  return SHORT_DAY.format(at(day));
}

/** "Fri" */
export function weekdayOf(day: string): string {
  return WEEKDAY.format(at(day));
}

/** "Week 47 of 2025" of 2025-W47. */
export function weekInWords(week: string): string {
  const [year = '', number = ''] = week.split('-W');
  return `Week ${Number(number)} of ${year}`;
}

/** "November 2025" of 2025-11. */
export function monthInWords(month: string): string {
  return MONTH.format(at(`${month}-01`));
}

/** "17 to 23 November 2025", "29 December 2025 to 4 January 2026". */
export function spanInWords(from: string, to: string): string {
  const end = DAY.format(at(to));
  if (from.slice(0, 7) === to.slice(0, 7)) return `${Number(from.slice(8))} to ${end}`;
  const start = from.slice(0, 4) === to.slice(0, 4) ? DAY.format(at(from)).slice(0, -5) : DAY.format(at(from));
  return `${start} to ${end}`;
}

/** The organisation if one is named, else the number of authors; undefined when neither is known. */
export function people(work: Work): string | undefined {
  if (work.organization !== undefined) return work.organization;
  return work.authorCount === undefined ? undefined : counted(work.authorCount, 'author');
}

/** The authors of a line: the first two, how many follow, and the last one where it is known. */
export interface Byline {
  readonly first: readonly string[];
  readonly between: number;
  readonly last?: string;
}

export function bylineOf(work: BoundedWork): Byline {
  const { authors } = work;
  const size = sizeIn(work, 'authors');
  if (size <= 3) return { first: authors, between: 0 };
  const first = authors.slice(0, 2);
  const last = authors.length === size ? authors.at(-1) : undefined; // the end of a shortened list is not there
  return last === undefined ? { first, between: size - 2 } : { first, between: size - 3, last };
}
