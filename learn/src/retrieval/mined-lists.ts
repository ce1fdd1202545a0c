// Lists of negatives that a stage draws from. Mined lists belong to a step: they are written to scratch, so that a run that is resumed draws what
// the run without a stop drew.

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Cancellable } from '@quire/engine/core';
import { bm25Run } from '../scoring/runs.ts';
import { nearest, type RankedList } from './nearest.ts';
import { byNumber, candidates, type FalseNegativeFilter } from './negatives.ts';
import type { JudgedTexts } from './pairs.ts';

export interface ListOptions extends FalseNegativeFilter {
  readonly depth: number;
}

/** Documents beyond `depth` that are ranked, so that what is left out does not shorten a list. */
const SPARE = 30;

export async function bm25Lists(
  judged: JudgedTexts,
  { depth, ...filter }: ListOptions,
  options: Cancellable = {},
): Promise<readonly Uint32Array[]> {
  const numbers = new Map(judged.documentIds.map((id, i) => [id, i]));
  const run = await bm25Run(judged.task, depth + SPARE + (filter.skipTop ?? 0), options);
  return judged.queryIds.map((id, q) =>
    candidates(byNumber(run.get(id) ?? [], numbers), judged.relevant[q]!, judged.documents, depth, filter),
  );
}

/** What the model finds for each query. */
export function minedLists(
  judged: JudgedTexts,
  vectors: { readonly queries: Float32Array; readonly documents: Float32Array; readonly dim: number },
  { depth, ...filter }: ListOptions,
): readonly Uint32Array[] {
  const found: RankedList[] = nearest(
    vectors.queries,
    vectors.documents,
    vectors.dim,
    depth + SPARE + (filter.skipTop ?? 0),
  );
  return found.map((list, q) => candidates(list, judged.relevant[q]!, judged.documents, depth, filter));
}

/** The lists in the file, or those that `make` makes, which are written to it. */
export async function keptLists(
  path: string,
  make: () => Promise<readonly Uint32Array[]>,
): Promise<readonly Uint32Array[]> {
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')).map((list: number[]) => Uint32Array.from(list));
  const lists = await make();
  writeFileSync(`${path}.new`, JSON.stringify(lists.map((list) => [...list])));
  renameSync(`${path}.new`, path);
  return lists;
}
