// Normal numbers that are the same in every runtime: sums of twelve uniform ones (Irwin–Hall), because logarithm and cosine of the
// platform differ in their last bits. Mean 0, variance 1, never beyond ±6.

import type { Rng } from '../core/rng.ts';

export function normal(rng: Rng): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += rng.float();
  return sum;
}
