// When a filter accepts few rows, they are scored without their codes.

import { membersOf, type RowFilter } from '../rows/row-filter.ts';

/** Scoring one vector costs about as much as comparing this many codes. */
const DIRECT_SHARE = 32;

/** Whether all `accepted` rows out of `count` are scored, instead of `candidates` of them that their codes choose. */
export function isDirect(candidates: number, accepted: number, count: number): boolean {
  return accepted <= candidates || accepted <= count / DIRECT_SHARE;
}

/** Rows to score without codes: all accepted ones if they are few. `undefined` in `rows` = all. */
export function directRows(
  candidates: number,
  count: number,
  accept: RowFilter | undefined,
): { readonly rows: Uint32Array | undefined } | undefined {
  if (!isDirect(candidates, accept?.count ?? count, count)) return undefined;
  return { rows: accept && membersOf(accept) };
}
