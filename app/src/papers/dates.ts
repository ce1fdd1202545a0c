// Dates of papers: a day, a month or only a year. A date never gains precision that its source did not give.

export type Precision = 'day' | 'month' | 'year';

export interface PaperDate {
  /** `2025-03-18`, `2025-03` or `2025`, as long as the precision says. */
  readonly date: string;
  readonly precision: Precision;
}

const FORM = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ].*)?)?)?$/;

/**
 * Reads `YYYY`, `YYYY-MM`, `YYYY-MM-DD` or a timestamp that begins so (its day is taken as written, never converted
 * to another time zone). undefined for anything that names no real day between the years 1000 and 2999.
 */
export function parseDate(value: string | number): PaperDate | undefined {
  const match = FORM.exec(String(value).trim());
  if (match === null) return undefined;
  const [, year = '', month, day] = match;
  if (year < '1000' || year > '2999') return undefined;
  if (month === undefined) return { date: year, precision: 'year' };
  if (Number(month) < 1 || Number(month) > 12) return undefined;
  if (day === undefined) return { date: `${year}-${month}`, precision: 'month' };
  if (Number(day) < 1 || Number(day) > daysIn(Number(year), Number(month))) return undefined;
  return { date: `${year}-${month}-${day}`, precision: 'day' };
}

/** The earliest and the latest day that a date can be, each as the number YYYYMMDD. */
export function possibleDays({ date }: Pick<PaperDate, 'date'>): {
  readonly earliest: number;
  readonly latest: number;
} {
  const [year = 0, month, day] = date.split('-').map(Number);
  const number = (m: number, d: number) => year * 10_000 + m * 100 + d;
  if (month === undefined) return { earliest: number(1, 1), latest: number(12, 31) };
  if (day === undefined) return { earliest: number(month, 1), latest: number(month, daysIn(year, month)) };
  return { earliest: number(month, day), latest: number(month, day) };
}

/** Days since 1970-01-01 of a `YYYY-MM-DD`. */
export function dayNumber(day: string): number {
  return Math.floor(Date.parse(`${day}T00:00:00Z`) / 86_400_000);
}

/** `YYYY-MM-DD` of a number of days since 1970-01-01. */
export function dayOf(number: number): string {
  return new Date(number * 86_400_000).toISOString().slice(0, 10);
}

/** The more precise date first, then the earlier one: the order in which a work chooses a date among its records. */
export function compareDates(a: PaperDate, b: PaperDate): number {
  return b.date.length - a.date.length || (a.date < b.date ? -1 : a.date > b.date ? 1 : 0);
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
