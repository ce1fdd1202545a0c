// The shape of a filter, before any column is read: known operations, their members, a bounded depth. A filter may come
// from a URL or from JavaScript without types, so every value is possible.

import { shown } from '../../core/check.ts';
import { EngineError } from '../../core/errors.ts';
import type { Filter } from '../../core/types.ts';

/** The deepest nesting that is accepted. */
const MAX_DEPTH = 64;

const BOUNDS = ['gte', 'gt', 'lte', 'lt'] as const;

/** Throws INVALID_QUERY for what is no filter. Not recursive, because the filter may have any depth. */
export function checkFilter(filter: Filter): void {
  let level: readonly unknown[] = [filter];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw new EngineError('INVALID_QUERY', `A filter is nested deeper than ${MAX_DEPTH}`);
    level = level.flatMap(checkNode);
  }
}

/** The filters inside this one. */
function checkNode(node: unknown): readonly unknown[] {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) throw invalid(`A filter is ${shown(node)}`);
  const filter = node as Filter; // every member is checked below
  switch (filter.op) {
    case 'and':
    case 'or':
      return listOf(filter.op, 'filters', filter.filters);
    case 'not':
      return [filter.filter];
    case 'ids':
      for (const id of listOf(filter.op, 'ids', filter.ids)) {
        if (typeof id !== 'string') throw invalid(`The filter ids holds ${shown(id)}`);
      }
      return [];
    case 'is':
      checkColumn(filter.op, filter.column);
      checkValue(filter.op, filter.value);
      return [];
    case 'in':
      checkColumn(filter.op, filter.column);
      for (const value of listOf(filter.op, 'values', filter.values)) checkValue(filter.op, value);
      return [];
    case 'range':
      checkColumn(filter.op, filter.column);
      for (const bound of BOUNDS) if (filter[bound] !== undefined) checkValue(`range (${bound})`, filter[bound]);
      return [];
    case 'prefix':
      checkColumn(filter.op, filter.column);
      checkValue(filter.op, filter.prefix);
      return [];
    case 'exists':
      checkColumn(filter.op, filter.column);
      return [];
    default:
      throw new EngineError('INVALID_QUERY', `A filter has the op ${shown((filter satisfies never as Filter).op)}`, {
        hint: 'The ops are and, or, not, is, in, range, prefix, exists and ids.',
      });
  }
}

function listOf(op: string, member: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw invalid(`The filter ${op} has ${member} = ${shown(value)}, not a list`);
}

function checkColumn(op: string, column: unknown): void {
  if (typeof column !== 'string') throw invalid(`The filter ${op} has column = ${shown(column)}, not a name`);
}

/** NaN equals nothing, so a comparison with it is an error of the caller. */
function checkValue(op: string, value: unknown): void {
  const isScalar = typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number';
  if (!isScalar || Number.isNaN(value)) throw invalid(`The filter ${op} compares with ${shown(value)}`);
}

function invalid(message: string): EngineError {
  return new EngineError('INVALID_QUERY', message, { hint: 'Leave a filter out to search everything.' });
}
