// Graded measures of trec_eval: nDCG and its kin, and G. The gain of a document is its relevance value itself (never
// 2^rel − 1), the discount of rank r is 1/log2(r + 1), the ideal ranking is every positive judgement, best first.
// Järvelin and Kekäläinen, ACM TOIS 20 (2002). The relevance level has no effect here, except where a line says so.

import { ln } from '../core/math.ts';
import type { Judged } from './judged.ts';

/** nDCG over the whole ranking (`ndcg`) or its first `depth` documents (`ndcg_cut`). 0 without a positive judgement. */
export function ndcg({ ranked, ideal }: Judged, depth = Number.POSITIVE_INFINITY): number {
  const best = dcg(ideal, depth);
  return best > 0 ? dcg(ranked, depth) / best : 0;
}

/**
 * `ndcg_rel`: nDCG averaged over every positive document; a document not retrieved contributes the final DCG over the
 * full ideal.
 */
export function ndcgRel({ ranked, ideal }: Judged): number {
  if (ideal.length === 0) return 0;
  const best = cumulativeDcg(ideal, ideal.length);
  const full = best[ideal.length]!;
  let own = 0;
  let sum = 0;
  let found = 0;
  for (let i = 0; i < ranked.length; i++) {
    const gain = ranked[i]!;
    if (gain <= 0) continue;
    own += gain / discount(i);
    sum += own / best[Math.min(i + 1, ideal.length)]!;
    found++;
  }
  return (sum + ((ideal.length - found) * own) / full) / ideal.length;
}

/**
 * `Rndcg`: nDCG averaged over the ranks where the ideal gain changes (after the last document of each grade), and over
 * the end of the ranking when it is at least two documents past the last of them (as in trec_eval's loop).
 * 0 when no document reaches the relevance level.
 */
export function rndcg({ ranked, ideal, relevant }: Judged): number {
  if (relevant === 0) return 0;
  const best = cumulativeDcg(ideal, ideal.length);
  const own = cumulativeDcg(ranked, ideal.length);
  let sum = 0;
  let points = 0;
  for (let n = 1; n <= ideal.length; n++) {
    if (n < ideal.length && ideal[n] === ideal[n - 1]) continue;
    sum += own[n]! / best[n]!;
    points++;
  }
  if (ranked.length >= ideal.length + 2) {
    sum += dcg(ranked, ranked.length) / best[ideal.length]!;
    points++;
  }
  return sum / points;
}

/**
 * `G`: a document's gain is discounted by what the ranking has missed up to its rank: log2(2 + cost − own gain), where
 * each rank costs its ideal gain, at least 1. Normalised by the sum of ideal gains.
 */
export function g({ ranked, ideal }: Judged): number {
  let cost = 0;
  let own = 0;
  let sum = 0;
  for (let i = 0; i < ranked.length; i++) {
    cost += Math.max(1, ideal[i] ?? 0);
    const gain = Math.max(0, ranked[i]!);
    own += gain;
    if (gain > 0) sum += gain / log2(2 + cost - own);
  }
  const total = ideal.reduce((a, b) => a + b, 0);
  return total > 0 ? sum / total : 0;
}

/** `binG`: the mean over relevant documents (≥ level) of 1/log2(2 + nonrelevant documents before it). */
export function binG({ ranked, relevant, level }: Judged): number {
  let sum = 0;
  let found = 0;
  for (let i = 0; i < ranked.length; i++) {
    if (ranked[i]! < level) continue;
    found++;
    sum += 1 / log2(3 + i - found);
  }
  return relevant > 0 ? sum / relevant : 0;
}

/** log2(rank + 1) for the 0-based position i. */
const discount = (i: number) => log2(i + 2);
const log2 = (x: number) => ln(x) / Math.LN2;

function dcg(gains: Float64Array, depth: number): number {
  let sum = 0;
  const n = Math.min(gains.length, depth);
  for (let i = 0; i < n; i++) if (gains[i]! > 0) sum += gains[i]! / discount(i);
  return sum;
}

/** DCG of each prefix: out[n] is over the first n gains; constant past the end of `gains`. */
function cumulativeDcg(gains: Float64Array, upTo: number): Float64Array {
  const out = new Float64Array(upTo + 1);
  for (let i = 0; i < upTo; i++) {
    const gain = i < gains.length ? Math.max(0, gains[i]!) : 0;
    out[i + 1] = out[i]! + gain / discount(i);
  }
  return out;
}
