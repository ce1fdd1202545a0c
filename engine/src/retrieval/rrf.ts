// Reciprocal rank fusion: Σ weight / (k0 + rank), ranks from 1. Cormack, Clarke and Büttcher, SIGIR 2009.

import type { DocId, Ranking } from '../core/types.ts';
import type { Contribution } from './contribution.ts';

/** The constant of the paper. */
export const DEFAULT_K0 = 60;

export function rrf(ranking: Ranking, weight: number, k0: number): ReadonlyMap<DocId, Contribution> {
  return new Map(
    ranking.map((hit, i) => [
      hit.id,
      { value: weight / (k0 + i + 1), facts: { rank: i + 1, k0, weight, score: hit.score } },
    ]),
  );
}
