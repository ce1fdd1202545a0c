// What answers of several use cases share.

import type { PaperSnapshot } from '../library/paper-index.ts';

export type { Reason } from '../library/answer.ts';
export type { Excerpt } from '../library/excerpt.ts';

/** An answer from a store that may be damaged. */
export interface FromStore {
  /** Rows that are missing here, and damage that may have changed the answer, one sentence each; absent when sound. */
  readonly damaged?: readonly string[];
}

/** What the library holds. */
export interface Counts {
  readonly records: number;
  readonly works: number;
  readonly sources: readonly { readonly source: string; readonly records: number }[];
}

/** Which part of a list. */
export interface Part {
  /** From 0. Default 0. */
  readonly offset?: number;
  /** 1 … 100. Default 20. */
  readonly limit?: number;
}

/** The last change of the store that an index contains. */
export function changeOf({ metadata }: PaperSnapshot): number {
  return Number(metadata.change ?? 0);
}
