// Dates in the query syntax: `year:2024`, `year:2020..2024-06`, `before:2024-03`, `after:2024-03-15`, `year:>=2020`.
//
// A document's date may be a day, a month or a year, so it has two columns: the earliest and the latest day that it can
// be. A document fulfils a condition when every day that it can be fulfils it. A document of "2024" is in year:2024,
// and in neither before:2024-03 nor after:2024-03. Without a date it fulfils no condition, and no negated one either.

import type { Filter } from '../core/types.ts';

export interface DateSyntax {
  readonly type: 'date';
  /** Number column: the earliest day that the date can be, as YYYYMMDD. */
  readonly earliest: string;
  /** Number column: the latest one. */
  readonly latest: string;
  /** The meaning of a single date: documents of that period (default), before its first day or after its last day. */
  readonly relation?: 'within' | 'before' | 'after';
}

/** Days as YYYYMMDD, both included; an absent end is open. */
interface Interval {
  readonly first?: number;
  readonly last?: number;
}

/** The filter of a typed value, undefined if it is not a date. `negated`: documents that are certainly outside. */
export function dateFilter(value: string, syntax: DateSyntax, negated: boolean): Filter | undefined {
  const interval = intervalOf(value, syntax.relation ?? 'within');
  if (interval === undefined) return undefined;
  const { earliest, latest } = syntax;
  const { first, last } = interval;
  const bounds: Filter[] = negated
    ? [
        ...(first === undefined ? [] : [{ op: 'range', column: latest, lt: first } as const]),
        ...(last === undefined ? [] : [{ op: 'range', column: earliest, gt: last } as const]),
      ]
    : [
        ...(first === undefined ? [] : [{ op: 'range', column: earliest, gte: first } as const]),
        ...(last === undefined ? [] : [{ op: 'range', column: latest, lte: last } as const]),
      ];
  const [only, ...others] = bounds;
  if (only === undefined || others.length === 0) return only;
  return { op: negated ? 'or' : 'and', filters: bounds };
}

const COMPARED = /^(>=|<=|>|<)(.+)$/;

function intervalOf(value: string, relation: 'within' | 'before' | 'after'): Interval | undefined {
  if (relation === 'before') return compared('<', value);
  if (relation === 'after') return compared('>', value);
  const [, sign, date] = COMPARED.exec(value) ?? [];
  if (sign !== undefined && date !== undefined) return compared(sign, date);
  const at = value.indexOf('..');
  if (at < 0) return periodOf(value);
  const [from, to] = [value.slice(0, at), value.slice(at + 2)];
  const first = from === '' ? undefined : periodOf(from);
  const last = to === '' ? undefined : periodOf(to);
  const isDate = (text: string, period: unknown) => text === '' || period !== undefined;
  if ((from === '' && to === '') || !isDate(from, first) || !isDate(to, last)) return undefined;
  return { ...(first && { first: first.first }), ...(last && { last: last.last }) };
}

/** No day has the number beside a first or last day of a month, so adding 1 excludes exactly the period. */
function compared(sign: string, date: string): Interval | undefined {
  const period = periodOf(date);
  if (period === undefined) return undefined;
  switch (sign) {
    case '<':
      return { last: period.first - 1 };
    case '<=':
      return { last: period.last };
    case '>':
      return { first: period.last + 1 };
    default:
      return { first: period.first };
  }
}

const PERIOD = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;

/**
 * First and last day of `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; undefined for anything else and for days that do not exist.
 */
function periodOf(text: string): Required<Interval> | undefined {
  const [whole, y = '', m, d] = PERIOD.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const year = Number(y) * 10_000;
  if (m === undefined) return { first: year + 101, last: year + 1231 };
  const month = Number(m);
  if (month < 1 || month > 12) return undefined;
  const days = daysIn(Number(y), month);
  if (d === undefined) return { first: year + month * 100 + 1, last: year + month * 100 + days };
  const day = Number(d);
  if (day < 1 || day > days) return undefined;
  return { first: year + month * 100 + day, last: year + month * 100 + day };
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
