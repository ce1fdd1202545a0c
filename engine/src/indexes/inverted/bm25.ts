// BM25 with the bits of Lucene's BM25Similarity: every step below is rounded to float32 where Lucene rounds, so do not
// simplify the algebra. Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009).

import { ln } from '../../core/math.ts';
import { decodedLengths } from './norms.ts';

/** Anserini's defaults, used by the published BEIR and CACM runs. Lucene's own are 1.2 and 0.75. */
export const DEFAULT_K1 = 0.9;
export const DEFAULT_B = 0.4;

const f32 = Math.fround;
const LENGTHS = /* @__PURE__ */ decodedLengths();

/** ln(1 + (N − df + ½) / (df + ½)), as float32. `docs` (N) = documents that have the field. */
export function idf(df: number, docs: number): number {
  return f32(ln(1 + (docs - df + 0.5) / (df + 0.5)));
}

/** Idf of a phrase: float32 of the sum of its terms' idfs. */
export function phraseIdf(idfs: readonly number[]): number {
  let sum = 0;
  for (const value of idfs) sum += value;
  return f32(sum);
}

/** Mean field length as float32: occurrences over documents that have the field. */
export function averageLength(occurrences: number, docs: number): number {
  return f32(occurrences / docs);
}

/** 1 / (k1 · (1 − b + b · length / average)) for each of the 256 length bytes. */
export function inverseNorms(k1: number, b: number, average: number): Float32Array {
  const k = f32(k1);
  const slope = f32(b);
  const constant = f32(1 - slope);
  return Float32Array.from(LENGTHS, (length) => {
    const relative = f32(f32(slope * f32(length)) / average);
    return f32(1 / f32(k * f32(constant + relative)));
  });
}

/** weight − weight / (1 + tf · inverseNorm): between 0 and `weight`, increasing with tf and decreasing with length. */
export function score(weight: number, tf: number, inverseNorm: number): number {
  return f32(weight - f32(weight / f32(1 + f32(tf * inverseNorm))));
}

/** boost · idf. */
export function weightOf(boost: number, idfValue: number): number {
  return f32(f32(boost) * idfValue);
}

/** The length of a length byte. */
export function lengthOf(byte: number): number {
  return LENGTHS[byte]!;
}
