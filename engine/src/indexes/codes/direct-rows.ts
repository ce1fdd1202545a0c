// When a filter accepts few rows, they are scored without their codes.

import { membersOf, type RowFilter } from '../rows/row-filter.ts';

/** Scoring one vector costs about as much as comparing this many codes. */
const DIRECT_SHARE = 32;

/** Rows to score without codes: all accepted ones if they are few. `undefined` in `rows` = all. */
export function directRows(
  candidates: number,
  count: number,
  accept: RowFilter | undefined,
): { readonly rows: Uint32Array | undefined } | undefined {
  const n = accept?.count ?? count;
  if (n > candidates && (accept === undefined || n > count / DIRECT_SHARE)) return undefined;
  return { rows: accept && membersOf(accept) };
}
