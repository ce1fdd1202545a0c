// A query that gives sign codes a score: the dot product with the vector that a code stands for (sign-codec.ts), except
// that the weights of the bits are rounded to the integers of the scan (code-query.ts). So one integer distance orders
// codes and determines the score: with value l or h for the bit of dimension j,
//
//   q·x = Σ qⱼ(lⱼ + hⱼ)/2 + Σ ±wⱼ/2,   wⱼ = qⱼ(hⱼ − lⱼ),   Σ ±vⱼ = Σ|vⱼ| − 2 distance,   vⱼ = round(wⱼ × scale)

import { signDistance } from '../../kernels/reference.ts';
import { type CodeQuery, integersOf, tablesOf } from './code-query.ts';
import type { SignCodec } from './sign-codec.ts';

export interface LevelQuery extends CodeQuery {
  /** The score of a code at this distance. A smaller distance has a strictly larger score. */
  score(distance: number): number;
  /** All scores ≥ floor are at distances below it. */
  limit(floor: number): number;
}

/** Scores of neighbouring distances differ by at least this share of the constant, so that f64 holds both. */
const FINEST = 2 ** -50;
/** The limit of a scan that accepts everything (kernels/topk.ts). */
const NO_LIMIT = 2 ** 32;

export function levelQuery(query: Float32Array, { low, high }: SignCodec): LevelQuery {
  const weights = Float64Array.from(query, (q, j) => q * (high[j]! - low[j]!));
  const { values, scale } = integersOf(weights);
  const middle = query.reduce((sum, q, j) => sum + (q * (low[j]! + high[j]!)) / 2, 0);
  const step = Math.max(1 / scale, Math.abs(middle) * FINEST);
  const best = middle + (values.reduce((sum, v) => sum + Math.abs(v), 0) * step) / 2;
  return {
    kernel: 'scanTables',
    bytes: tablesOf(values),
    distance: (code) => signDistance(code, values),
    score: (distance) => best - distance * step + 0, // −0 as 0
    // One distance more than the division says, because it rounds.
    limit: (floor) => Math.max(0, Math.min(NO_LIMIT, Math.floor((best - floor) / step) + 2)),
  };
}
