// The arithmetic of RM3 on weighted terms, without an index. Sums are rounded to float32 where Anserini rounds. Ties
// among terms go to the smaller term.

import { compareUtf8 } from '../core/order.ts';
import type { Ranking } from '../core/types.ts';

/** Term → weight. The order of the entries has no meaning. */
export type Weights = ReadonlyMap<string, number>;

const f32 = Math.fround;
/** A document model with a smaller sum is left out, as in Anserini. */
const LEAST_NORM = 0.001;

/**
 * Σ over documents of score · model, its `size` heaviest terms, normalised to 1. `counts[i]` are the terms of hit i;
 * its model is their `size` most frequent eligible ones.
 */
export function relevanceModel(
  hits: Ranking,
  counts: readonly Weights[],
  isEligible: (term: string) => boolean,
  size: number,
): Weights {
  const models = counts.map((document) => heaviest(new Map([...document].filter(([term]) => isEligible(term))), size));
  const norms = models.map((model) => f32(l1(model)));
  const sums = new Map<string, number>();
  for (const term of new Set(models.flatMap((model) => [...model.keys()]))) {
    let sum = 0;
    models.forEach((model, i) => {
      if (norms[i]! > LEAST_NORM) sum = f32(sum + f32(f32((model.get(term) ?? 0) / norms[i]!) * f32(hits[i]!.score)));
    });
    sums.set(term, sum);
  }
  return normalised(heaviest(sums, size));
}

/** `weight` · own + (1 − `weight`) · model. */
export function interpolate(own: Weights, model: Weights, weight: number): Weights {
  const out = new Map<string, number>();
  for (const term of [...own.keys(), ...model.keys()]) {
    out.set(term, f32(f32(f32(weight) * (own.get(term) ?? 0)) + (1 - f32(weight)) * (model.get(term) ?? 0)));
  }
  return out;
}

/** How often each term occurs. */
export function countTerms(terms: Iterable<string>): Weights {
  const counts = new Map<string, number>();
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

/** Divided by the sum, so that the sum becomes 1; zeros stay zeros. */
export function normalised(weights: Weights): Weights {
  const norm = l1(weights);
  return norm === 0 ? weights : new Map([...weights].map(([term, weight]) => [term, f32(weight / norm)]));
}

function heaviest(weights: Weights, size: number): Weights {
  const sorted = [...weights].sort(([a, x], [b, y]) => y - x || compareUtf8(a, b));
  return new Map(sorted.slice(0, size));
}

const l1 = (weights: Weights) => [...weights.values()].reduce((sum, weight) => sum + Math.abs(weight), 0);
