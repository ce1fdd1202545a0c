// Learning rates over a run: a linear rise, then constant, linear, cosine, or warm-up-stable-decay (WSD, Hu et al., 2024, section 4).

import { EngineError } from '@quire/engine/core';

export interface Schedule {
  readonly kind: 'constant' | 'linear' | 'cosine' | 'wsd';
  /** Steps of the rise from 0. Default 0. */
  readonly warmup?: number;
  /** WSD: the share of all steps in which the rate falls to 0. Default .2. */
  readonly decay?: number;
}

/** The factor of the peak rate at step `step` (0 …) of `steps`: 0 … 1. */
export function rateAt({ kind, warmup = 0, decay = 0.2 }: Schedule, step: number, steps: number): number {
  if (step < warmup) return (step + 1) / (warmup + 1);
  const after = Math.max(1, steps - warmup);
  const done = Math.min(1, (step - warmup) / after);
  switch (kind) {
    case 'constant':
      return 1;
    case 'linear':
      return 1 - done;
    case 'cosine':
      return cosine(done);
    case 'wsd':
      return done < 1 - decay ? 1 : (1 - done) / decay;
    default:
      throw new EngineError('INVALID_ARGUMENT', `The schedule ${JSON.stringify(kind)} is unknown`, {
        hint: 'Use constant, linear, cosine or wsd.',
      });
  }
}

/** (1 + cos(π·x)) / 2 for x in 0 … 1 by its Taylor series around ½: platforms differ in the last bits of Math.cos. */
function cosine(x: number): number {
  const t = Math.PI * (0.5 - x);
  let term = t;
  let sum = t;
  for (let n = 1; n < 12; n++) {
    term *= (-t * t) / (2 * n * (2 * n + 1));
    sum += term;
  }
  return (1 + sum) / 2;
}
