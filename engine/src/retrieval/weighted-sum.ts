// Weighted sums of normalised scores, each normalised over the list that its own retriever returned, never over the
// union. A document that a retriever did not return gets 0 from it, the lowest normalised value.
//   minmax: (score − min) / (max − min)     zscore: (score − min) / standard deviation
// The z-score is shifted by its lowest value: the order does not change, and 0 is the lowest. Equal scores all give 1.

import { EngineError } from '../core/errors.ts';
import type { DocId, Ranking } from '../core/types.ts';
import type { Contribution } from './contribution.ts';

export function minmax(ranking: Ranking, weight: number): ReadonlyMap<DocId, Contribution> {
  const [min, max] = range(ranking);
  return scaled(ranking, weight, { min, max, scale: max - min });
}

export function zscore(ranking: Ranking, weight: number): ReadonlyMap<DocId, Contribution> {
  const [min, max] = range(ranking);
  if (max === min) return scaled(ranking, weight, { min, max, scale: 0 });
  const shares = ranking.map((hit) => (hit.score - min) / (max - min)); // squares of these neither overflow nor vanish
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const variance = shares.reduce((sum, share) => sum + (share - mean) * (share - mean), 0) / shares.length;
  return scaled(ranking, weight, { min, max, scale: (max - min) * Math.sqrt(variance) });
}

interface Scaling {
  readonly min: number;
  readonly max: number;
  readonly scale: number;
}

function scaled(ranking: Ranking, weight: number, { min, max, scale }: Scaling): ReadonlyMap<DocId, Contribution> {
  return new Map(
    ranking.map(({ id, score }) => {
      const normalised = scale > 0 ? (score - min) / scale : 1;
      return [id, { value: weight * normalised, facts: { score, min, max, scale, normalised, weight } }];
    }),
  );
}

function range(ranking: Ranking): readonly [min: number, max: number] {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const { id, score } of ranking) {
    min = Math.min(min, score);
    max = Math.max(max, score);
    if (!Number.isFinite(score) || !Number.isFinite(max - min)) {
      throw new EngineError(
        'INVALID_ARGUMENT',
        `The score of ${JSON.stringify(id)} is ${score} and cannot be normalised`,
        { hint: 'Fuse by ranks (rrf), or give scores whose range is finite.' },
      );
    }
  }
  return [min, max];
}
