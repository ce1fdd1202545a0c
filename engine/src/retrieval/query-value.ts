// Values of column prefixes in the query syntax: `n:20`, `n:10..`, `n:>=5`, `cat:cs.IR,cs.CL`, `cat:cs.*`. Dates are
// date-value.ts.

import type { Filter } from '../core/types.ts';
import { type DateSyntax, dateFilter } from './date-value.ts';

export type ColumnSyntax = ValueSyntax | DateSyntax;

export interface ValueSyntax {
  readonly column: string;
  /** `keyword` also stands for columns of several keywords: `is` means "contains" there. */
  readonly type: 'number' | 'keyword';
  /**
   * For a number column with finer values than people type (a day, for a year): the first and last column value that
   * the typed number covers. Default: the number itself.
   */
  readonly covers?: (typed: number) => readonly [first: number, last: number];
}

/** The filter of a typed value, undefined if it is none. `negated`: documents that certainly lack the value. */
export function filterOf(value: string, syntax: ColumnSyntax, negated = false): Filter | undefined {
  if (syntax.type === 'date') return dateFilter(value, syntax, negated);
  const filter = syntax.type === 'number' ? numberFilter(value, syntax) : keywordFilter(value, syntax.column);
  return negated && filter !== undefined ? { op: 'not', filter } : filter;
}

function numberFilter(value: string, { column, covers = (x) => [x, x] }: ValueSyntax): Filter | undefined {
  const one = /^\d{1,15}$/.exec(value);
  const range = /^(\d{0,15})\.\.(\d{0,15})$/.exec(value);
  const compared = /^(>=|<=|>|<)(\d{1,15})$/.exec(value);
  if (one) return bounds(column, covers(Number(value)));
  if (range && (range[1] !== '' || range[2] !== '')) {
    const gte = range[1] === '' ? {} : { gte: covers(Number(range[1]))[0] };
    const lte = range[2] === '' ? {} : { lte: covers(Number(range[2]))[1] };
    return { op: 'range', column, ...gte, ...lte };
  }
  if (!compared) return undefined;
  const [first, last] = covers(Number(compared[2]));
  switch (compared[1] as '>=' | '<=' | '>' | '<') {
    case '>=':
      return { op: 'range', column, gte: first };
    case '<=':
      return { op: 'range', column, lte: last };
    case '>':
      return { op: 'range', column, gt: last };
    case '<':
      return { op: 'range', column, lt: first };
  }
}

function bounds(column: string, [first, last]: readonly [number, number]): Filter {
  return first === last ? { op: 'is', column, value: first } : { op: 'range', column, gte: first, lte: last };
}

function keywordFilter(value: string, column: string): Filter | undefined {
  if (value.endsWith('*') && value.length > 1) return { op: 'prefix', column, prefix: value.slice(0, -1) };
  const values = value.split(',').filter((part) => part !== '');
  if (values.length === 0) return undefined;
  return values.length === 1 ? { op: 'is', column, value: values[0]! } : { op: 'in', column, values };
}
