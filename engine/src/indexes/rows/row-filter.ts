// The rows of a part that a search may return.

import type { BitSet } from '../../core/bitset.ts';

export interface RowFilter {
  readonly bits: BitSet;
  /** Rows accepted. */
  readonly count: number;
}

/** The accepted rows, ascending. */
export function membersOf({ bits, count }: RowFilter): Uint32Array {
  const rows = new Uint32Array(count);
  let n = 0;
  for (let w = 0; w < bits.words.length; w++) {
    for (let word = bits.words[w]!; word !== 0; word &= word - 1) rows[n++] = w * 32 + 31 - Math.clz32(word & -word);
  }
  return rows;
}
