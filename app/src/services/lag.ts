// How far the index is behind the store, in one sentence for pages, API and command line.

import { grouped } from '../output/numbers.ts';

/** Works in the index and in the store, and the changes of the store that the index does not contain yet. */
export interface Lag {
  readonly indexed: number;
  readonly works: number;
  readonly behind: number;
}

/** undefined while the index contains everything. */
export function lagNote({ indexed, works, behind }: Lag): string | undefined {
  if (behind <= 0) return undefined;
  const n = grouped;
  if (indexed < works)
    return `${n(indexed)} of ${n(works)} papers are searchable; the index does not contain the rest yet.`;
  const changes = behind === 1 ? 'change' : `${n(behind)} changes`;
  return `The index does not contain the last ${changes} of the library yet.`;
}
