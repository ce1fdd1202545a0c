// Filters over columns and ids → one bit set a segment, shared by all index parts. A missing value fails every test
// except `not`. Strings compare as UTF-8 bytes. A type mismatch is INVALID_QUERY, never an empty result.

import { BitSet } from '../../core/bitset.ts';
import { shown } from '../../core/check.ts';
import { EngineError } from '../../core/errors.ts';
import { compareUtf8 } from '../../core/order.ts';
import type { Filter } from '../../core/types.ts';
import type { Column, KeywordColumn, KeywordsColumn } from './columns.ts';
import type { DocumentTable } from './table.ts';

type Range = Extract<Filter, { op: 'range' }>;

/** Documents of the table that pass. */
export async function evaluateFilter(filter: Filter, table: DocumentTable): Promise<BitSet> {
  for (const name of filterColumns(filter)) await table.column(name);
  return evaluateLoaded(filter, table, (name) => table.columnSync(name));
}

/** The same, synchronously, if the table is sync. */
export function evaluateFilterSync(filter: Filter, table: DocumentTable): BitSet {
  return evaluateLoaded(filter, table, (name) => table.columnSync(name));
}

/** Columns that a filter reads. */
function filterColumns(filter: Filter): ReadonlySet<string> {
  switch (filter.op) {
    case 'and':
    case 'or':
      return new Set(filter.filters.flatMap((f) => [...filterColumns(f)]));
    case 'not':
      return filterColumns(filter.filter);
    case 'ids':
      return new Set();
    default:
      return new Set([filter.column]);
  }
}

function evaluateLoaded(filter: Filter, table: DocumentTable, column: (name: string) => Column): BitSet {
  const evaluate = (f: Filter) => evaluateLoaded(f, table, column);
  switch (filter.op) {
    case 'and':
      return filter.filters.reduce((set, f) => set.and(evaluate(f)), BitSet.full(table.size));
    case 'or':
      return filter.filters.reduce((set, f) => set.or(evaluate(f)), new BitSet(table.size));
    case 'not':
      return evaluate(filter.filter).not();
    case 'is':
      return oneOf(column(filter.column), [filter.value]);
    case 'in':
      return oneOf(column(filter.column), filter.values);
    case 'range':
      return inRange(column(filter.column), filter);
    case 'prefix':
      return withPrefix(column(filter.column), filter.prefix);
    case 'exists':
      return column(filter.column).present.clone();
    case 'ids':
      return withIds(table, filter.ids);
    default:
      return filter satisfies never; // checkFilter was called
  }
}

function withIds(table: DocumentTable, ids: readonly string[]): BitSet {
  const set = new BitSet(table.size);
  for (const id of ids) {
    const ord = table.ids.find(id);
    if (ord >= 0) set.add(ord);
  }
  return set;
}

function oneOf(column: Column, values: readonly (string | number | boolean)[]): BitSet {
  switch (column.type) {
    case 'number': {
      const wanted = new Set(values.map((v) => expectType(column, v, 'number')));
      return select(column, (ord) => wanted.has(column.values[ord]!));
    }
    case 'boolean': {
      const wanted = new Set(values.map((v) => expectType(column, v, 'boolean')));
      return select(column, (ord) => wanted.has(column.values.has(ord)));
    }
    default: {
      const codes = new BitSet(column.dictionary.length);
      for (const value of values) {
        const code = lowerBound(column.dictionary, expectType(column, value, 'string'));
        if (column.dictionary[code] === value) codes.add(code);
      }
      return withCodes(column, (code) => codes.has(code));
    }
  }
}

function inRange(column: Column, range: Range): BitSet {
  const bounds = [range.gte, range.gt, range.lte, range.lt];
  if (column.type === 'boolean') throw mistyped(column, 'range');
  if (column.type === 'number') {
    const [gte, gt, lte, lt] = bounds.map((b) => (b === undefined ? undefined : expectType(column, b, 'number')));
    return select(column, (ord) => {
      const value = column.values[ord]!;
      return !(
        (gte !== undefined && value < gte) ||
        (gt !== undefined && value <= gt) ||
        (lte !== undefined && value > lte) ||
        (lt !== undefined && value >= lt)
      );
    });
  }
  const [gte, gt, lte, lt] = bounds.map((b) => (b === undefined ? undefined : expectType(column, b, 'string')));
  const { dictionary } = column;
  const low = Math.max(
    gte === undefined ? 0 : lowerBound(dictionary, gte),
    gt === undefined ? 0 : upperBound(dictionary, gt),
  );
  const high = Math.min(
    lte === undefined ? dictionary.length : upperBound(dictionary, lte),
    lt === undefined ? dictionary.length : lowerBound(dictionary, lt),
  );
  return withCodes(column, (code) => code >= low && code < high);
}

function withPrefix(column: Column, prefix: string): BitSet {
  if (column.type !== 'keyword' && column.type !== 'keywords') throw mistyped(column, 'prefix');
  const low = lowerBound(column.dictionary, expectType(column, prefix, 'string'));
  let high = low;
  while (high < column.dictionary.length && column.dictionary[high]!.startsWith(prefix)) high++;
  return withCodes(column, (code) => code >= low && code < high);
}

function withCodes(column: KeywordColumn | KeywordsColumn, test: (code: number) => boolean): BitSet {
  if (column.type === 'keyword') return select(column, (ord) => test(column.codes[ord]!));
  return select(column, (ord) => {
    for (let i = column.starts[ord]!; i < column.starts[ord + 1]!; i++) if (test(column.codes[i]!)) return true;
    return false;
  });
}

function select(column: Column, test: (ord: number) => boolean): BitSet {
  const set = new BitSet(column.present.size);
  for (let ord = 0; ord < set.size; ord++) if (column.present.has(ord) && test(ord)) set.add(ord);
  return set;
}

/** First position whose string is not below `text`. */
function lowerBound(dictionary: readonly string[], text: string): number {
  return bound(dictionary, (entry) => compareUtf8(entry, text) < 0);
}
/** First position whose string is above `text`. */
function upperBound(dictionary: readonly string[], text: string): number {
  return bound(dictionary, (entry) => compareUtf8(entry, text) <= 0);
}
function bound(dictionary: readonly string[], isBefore: (entry: string) => boolean): number {
  let low = 0;
  let high = dictionary.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(dictionary[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface ByTypeof {
  string: string;
  number: number;
  boolean: boolean;
}

function expectType<T extends keyof ByTypeof>(column: Column, value: unknown, type: T): ByTypeof[T] {
  if (typeof value === type && !Number.isNaN(value)) return value as ByTypeof[T]; // the comparison in this line proves it
  throw new EngineError('INVALID_QUERY', `Column ${column.name} (${column.type}) is compared with ${shown(value)}`, {
    hint: `Compare it with a ${type}.`,
  });
}

function mistyped(column: Column, op: string): EngineError {
  return new EngineError('INVALID_QUERY', `Column ${column.name} is a ${column.type}: ${op} does not apply`);
}
