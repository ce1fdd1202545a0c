// Groups texts by theme, so that a batch can consist of similar papers. A text belongs to the LSA direction in which it
// differs most from the mean of all texts, and to its side of the mean. No distances, one pass, 2 × themes groups.

import { BagReader } from '../data/bags.ts';
import { type Ragged, rowsOf } from '../linear/ragged.ts';

/** Number of LSA directions. 64 give 128 groups, most of them of a few hundred to a few thousand papers. */
export const THEMES = 64;

/** The group of each text, 0 … 2 × themes − 1. `lsa` is (vocabulary, dim), strongest direction first. */
export function themesOf(texts: Ragged, weights: Float32Array, lsa: Float32Array, themes = THEMES): Uint32Array {
  const vectors = projections(texts, weights, lsa, themes);
  const count = rowsOf(texts);
  const mean = new Float64Array(themes);
  const deviation = new Float64Array(themes);
  for (let i = 0; i < vectors.length; i++) mean[i % themes]! += vectors[i]! / count;
  for (let i = 0; i < vectors.length; i++) deviation[i % themes]! += (vectors[i]! - mean[i % themes]!) ** 2 / count;
  const groups = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    let best = -1;
    for (let d = 0; d < themes; d++) {
      if (deviation[d] === 0) continue;
      const z = (vectors[i * themes + d]! - mean[d]!) / Math.sqrt(deviation[d]!);
      if (Math.abs(z) <= best) continue;
      best = Math.abs(z);
      groups[i] = 2 * d + (z > 0 ? 1 : 0);
    }
  }
  return groups;
}

/** Unit-length sums of the first `themes` components; (texts, themes). */
function projections(texts: Ragged, weights: Float32Array, lsa: Float32Array, themes: number): Float32Array {
  const dim = lsa.length / weights.length;
  const bags = new BagReader(weights.length);
  const out = new Float32Array(rowsOf(texts) * themes);
  for (let i = 0; i < rowsOf(texts); i++) {
    const n = bags.read(texts, i);
    bags.weigh(weights, n);
    const row = out.subarray(i * themes, (i + 1) * themes);
    for (let x = 0; x < n; x++) {
      const at = bags.ids[x]! * dim;
      for (let d = 0; d < themes; d++) row[d]! += bags.values[x]! * lsa[at + d]!;
    }
    let squares = 0;
    for (let d = 0; d < themes; d++) squares += row[d]! * row[d]!;
    if (squares > 0) for (let d = 0; d < themes; d++) row[d]! /= Math.sqrt(squares);
  }
  return out;
}
