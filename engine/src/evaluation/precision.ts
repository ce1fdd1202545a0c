// Measures of trec_eval over binary relevance: precision, recall, average precision, interpolation, sets, and the two
// measures for incomplete judgements (bpref, infAP). Unjudged documents are not relevant; bpref and infAP skip them.

import { type Judged, NOT_IN_POOL, NOT_JUDGED } from './judged.ts';
import type { ScoreType } from './types.ts';

/** The smallest value in a geometric mean, so that one zero does not make the mean zero. */
export const MIN_GEOMETRIC = 1e-5;
const INFAP_EPSILON = 1e-5;

/** Σ precision at each relevant document among the first `depth`, over all relevant documents. */
export function averagePrecision({ ranked, relevant, level }: Judged, depth = Number.POSITIVE_INFINITY): number {
  let sum = 0;
  let found = 0;
  const n = Math.min(ranked.length, depth);
  for (let i = 0; i < n; i++) if (ranked[i]! >= level) sum += ++found / (i + 1);
  return ratio(sum, relevant);
}

/** 1 / rank of the first relevant document, at any depth. */
export function reciprocalRank({ ranked, level }: Judged): number {
  const first = ranked.findIndex((rel) => rel >= level);
  return first < 0 ? 0 : 1 / (first + 1);
}

/** Relevant among the first `depth`, over `depth` even when fewer were returned. */
export const precision = (judged: Judged, depth: number) => ratio(relevantIn(judged, depth), depth);
export const recall = (judged: Judged, depth: number) => ratio(relevantIn(judged, depth), judged.relevant);
/** Precision over the best possible at this depth: precision up to R, recall after it. */
export const relativePrecision = (judged: Judged, depth: number) =>
  ratio(relevantIn(judged, depth), Math.min(depth, judged.relevant));
export const success = (judged: Judged, depth: number) => (relevantIn(judged, depth) > 0 ? 1 : 0);

/** Precision after R documents, R = the number of relevant ones. */
export const rPrecision = (judged: Judged) => precision(judged, judged.relevant);
/** Precision after ⌊multiple · R + .9⌋ documents. */
export const rPrecisionAt = (judged: Judged, multiple: number) =>
  precision(judged, Math.trunc(multiple * judged.relevant + 0.9));

export const setPrecision = (j: Judged) => ratio(j.relevantRetrieved, j.retrieved);
export const setRecall = (j: Judged) => ratio(j.relevantRetrieved, j.relevant);
export const setRelativePrecision = (j: Judged) => ratio(j.relevantRetrieved, Math.min(j.retrieved, j.relevant));
export const setAveragePrecision = (j: Judged) =>
  ratio(j.relevantRetrieved * j.relevantRetrieved, j.retrieved * j.relevant);

/** (x + 1)·P·R / (R + x·P): x is the weight of recall against precision. */
export function setF(judged: Judged, x = 1): number {
  const p = setPrecision(judged);
  const r = setRecall(judged);
  return ratio((x + 1) * p * r, x * p + r);
}

/** a·(relevant retrieved) + b·(others retrieved) + c·(relevant missed). */
export function utility(j: Judged, [a = 1, b = -1, c = 0]: readonly number[] = []): number {
  return a * j.relevantRetrieved + b * (j.retrieved - j.relevantRetrieved) + c * (j.relevant - j.relevantRetrieved);
}

/**
 * Interpolated precision at a share of recall: the best precision at or after the rank that reaches it, 0 when the
 * ranking does not reach it. The document count of that share is rounded up from .1 in 9.0.8 and to nearest in 10.0.
 */
export function interpolatedPrecision(judged: Judged, share: number, scoreType: ScoreType): number {
  const { ranked, relevant, relevantRetrieved, level } = judged;
  const wanted = scoreType === 'f32' ? Math.trunc(share * relevant + 0.9) : Math.round(share * relevant);
  if (wanted > relevantRetrieved) return 0;
  let best = 0;
  let found = relevantRetrieved;
  for (let i = ranked.length; i > 0 && found > 0; i--) {
    best = Math.max(best, found / i);
    if (ranked[i - 1]! < level) continue;
    if (found === wanted) return best;
    found--;
  }
  return best;
}

/**
 * bpref: the share of preferences "relevant before judged nonrelevant" that the ranking satisfies, over the first R
 * judged nonrelevant documents. Buckley and Voorhees, SIGIR 2004.
 */
export function bpref({ ranked, relevant, nonrelevant, level }: Judged): number {
  const bound = Math.min(nonrelevant, relevant);
  let above = 0;
  let sum = 0;
  for (const rel of ranked) {
    if (rel < 0) continue;
    if (rel < level) above++;
    else sum += above === 0 ? 1 : 1 - Math.min(above, relevant) / bound;
  }
  return ratio(sum, relevant);
}

/**
 * Inferred AP: the expected precision above each relevant document when the pool was judged by sampling; relevance −1
 * marks a pool document outside the sample. Yilmaz and Aslam, CIKM 2006.
 */
export function inferredAp({ ranked, relevant, level }: Judged): number {
  let rel = 0;
  let nonrel = 0;
  let unjudged = 0;
  let sum = 0;
  for (let i = 0; i < ranked.length; i++) {
    const value = ranked[i]!;
    if (value === NOT_IN_POOL) continue;
    if (value === NOT_JUDGED) unjudged++;
    else if (value < level) nonrel++;
    else {
      sum += i === 0 ? 1 : expectedPrecision(i, rel, nonrel, unjudged);
      rel++;
    }
  }
  return ratio(sum, relevant);
}

/**
 * Share of the first `depth` returned documents without a judgement: a bound on the error of a measure. Not in
 * trec_eval.
 */
export function unjudged({ ranked }: Judged, depth: number): number {
  const n = Math.min(ranked.length, depth);
  let holes = 0;
  for (let i = 0; i < n; i++) if (ranked[i]! < 0) holes++;
  return ratio(holes, n);
}

/** One character a document: 0–9, `>` above 9, `-` not in the pool, `.` in the pool but not judged. */
export function relstring({ ranked }: Judged, length = 10): string {
  const letters = Array.from(ranked.subarray(0, length), (rel) =>
    rel > 9 ? '>' : rel >= 0 ? String(rel) : rel === NOT_IN_POOL ? '-' : '.',
  );
  return letters.join('');
}

/** At 0-based position i, after `rel` relevant, `nonrel` judged nonrelevant and `unjudged` pool documents. */
function expectedPrecision(i: number, rel: number, nonrel: number, unjudgedAbove: number): number {
  const inPool = (rel + nonrel + unjudgedAbove) / i;
  const ofJudged = (rel + INFAP_EPSILON) / (rel + nonrel + 2 * INFAP_EPSILON);
  return 1 / (i + 1) + (i / (i + 1)) * inPool * ofJudged;
}

function relevantIn({ ranked, level }: Judged, depth: number): number {
  let found = 0;
  const n = Math.min(ranked.length, depth);
  for (let i = 0; i < n; i++) if (ranked[i]! >= level) found++;
  return found;
}

/** a / b; 0 where trec_eval leaves 0 for a value without a denominator. */
function ratio(a: number, b: number): number {
  return b > 0 ? a / b : 0;
}
