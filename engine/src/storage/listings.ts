// The lists of a snapshot: ids in order, the values of a column with their counts, ids sorted by a column. They are loaded
// with the first such call: a program that only searches does not need them.

import type { BitSet } from '../core/bitset.ts';
import { EngineError } from '../core/errors.ts';
import { compareUtf8 } from '../core/order.ts';
import { TopK } from '../core/topk.ts';
import type { ColumnValue, DocId } from '../core/types.ts';
import type { SegmentState } from './commit.ts';
import type { Column } from './documents/columns.ts';

export function listIds(
  states: readonly SegmentState[],
  accepts: readonly BitSet[],
  after: DocId | undefined,
  limit: number,
): readonly DocId[] {
  const out: DocId[] = [];
  for (const [s, { segment }] of states.entries()) {
    const { ids } = segment.table;
    let first = after === undefined ? 0 : ids.lowerBound(after);
    if (first < ids.size && after !== undefined && ids.at(first) === after) first++;
    let taken = 0;
    for (let ord = first; ord < ids.size && taken < limit; ord++) {
      if (!accepts[s]!.has(ord)) continue;
      out.push(ids.at(ord));
      taken++;
    }
  }
  if (states.length > 1) out.sort(compareUtf8);
  return out.length > limit ? out.slice(0, limit) : out;
}

export async function countValues(states: readonly SegmentState[], accepts: readonly BitSet[], name: string) {
  const counts = new Map<ColumnValue, number>();
  for (const [s, { segment }] of states.entries()) {
    const column = await segment.table.column(name);
    countColumn(column, accepts[s]!.and(column.present), (value, n) => counts.set(value, (counts.get(value) ?? 0) + n));
  }
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || compareValues(a.value, b.value));
}

function countColumn(column: Column, documents: BitSet, add: (value: ColumnValue, count: number) => void): void {
  if (column.type === 'number') {
    for (const ord of documents) add(column.values[ord]!, 1);
  } else if (column.type === 'boolean') {
    const yes = documents.and(column.values).count();
    const no = documents.count() - yes;
    if (yes > 0) add(true, yes);
    if (no > 0) add(false, no);
  } else {
    const perCode = new Uint32Array(column.dictionary.length);
    for (const ord of documents) {
      if (column.type === 'keyword') perCode[column.codes[ord]!]!++;
      else for (let i = column.starts[ord]!; i < column.starts[ord + 1]!; i++) perCode[column.codes[i]!]!++;
    }
    for (const [code, n] of perCode.entries()) if (n > 0) add(column.dictionary[code]!, n);
  }
}

function compareValues(a: ColumnValue, b: ColumnValue): number {
  return typeof a === 'string' && typeof b === 'string' ? compareUtf8(a, b) : Number(a) - Number(b);
}

type Sortable = string | number | undefined;

/** The first `wanted` ids by column value; missing values last in both directions, ties by id. */
export async function sortIds(
  states: readonly SegmentState[],
  accepts: readonly BitSet[],
  name: string,
  descending: boolean,
  wanted: number,
): Promise<readonly DocId[]> {
  const rows: { readonly id: DocId; readonly value: Sortable }[] = [];
  for (const [s, { segment }] of states.entries()) {
    const column = await segment.table.column(name);
    const rankOf = rankIn(column);
    const heap = new TopK(Math.min(wanted, accepts[s]!.size));
    for (const ord of accepts[s]!) {
      const rank = rankOf(ord);
      heap.push(rank === undefined ? Number.NEGATIVE_INFINITY : descending ? rank : -rank, ord);
    }
    for (const ord of heap.drain().ords) rows.push({ id: segment.table.ids.at(ord), value: sortValue(column, ord) });
  }
  const sign = descending ? -1 : 1;
  rows.sort((a, b) => {
    if (a.value === undefined || b.value === undefined) {
      return Number(a.value === undefined) - Number(b.value === undefined) || compareUtf8(a.id, b.id);
    }
    return sign * compareValues(a.value, b.value) || compareUtf8(a.id, b.id);
  });
  return rows.map((row) => row.id);
}

/** A number with the order of the column's values within one segment; undefined when missing. */
function rankIn(column: Column): (ord: number) => number | undefined {
  if (column.type === 'keywords') {
    throw new EngineError('INVALID_QUERY', `Column ${column.name} holds sets: there is no order to sort by`);
  }
  return (ord) => {
    if (!column.present.has(ord)) return undefined;
    if (column.type === 'keyword') return column.codes[ord]!;
    return column.type === 'number' ? column.values[ord]! : Number(column.values.has(ord));
  };
}

function sortValue(column: Column, ord: number): Sortable {
  if (!column.present.has(ord)) return undefined;
  if (column.type === 'keyword') return column.dictionary[column.codes[ord]!]!;
  return column.type === 'number'
    ? column.values[ord]!
    : column.type === 'boolean'
      ? Number(column.values.has(ord))
      : 0;
}
