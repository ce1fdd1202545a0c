// The rule of expand.ts, written directly: every leaf is looked up by itself, and every term is compared with it. It is
// the slow twin for tests; nothing else uses it.

import { editDistance } from '../../core/edit-distance.ts';
import { compareUtf8 } from '../../core/order.ts';
import type { Statistics } from '../../core/types.ts';
import { idf, weightOf } from './bm25.ts';
import type { Expanded, ExpandField } from './expand.ts';
import { pointsOf } from './near-terms.ts';
import { type ExpandLeaf, keyOf } from './plan.ts';

/** Whether the leaf's statistics need this term: the word itself, a term that begins with it, or a term near it. */
export function isCandidate(leaf: ExpandLeaf, term: string): boolean {
  return term.startsWith(leaf.text) || distanceOf(leaf, term) <= leaf.distance;
}

export function expandByRule(
  leaves: readonly ExpandLeaf[],
  statistics: Statistics,
  field: (number: number) => ExpandField,
  most: number,
): ReadonlyMap<ExpandLeaf, Expanded> {
  const different = leaves.filter((leaf, i) => leaves.findIndex((other) => keyOf(other) === keyOf(leaf)) === i);
  const wanted = different.map((leaf) => Math.min(leaf.limit, ranked(leaf, statistics, field(leaf.field)).length));
  const fits = (each: number) => wanted.reduce((sum, count) => sum + Math.min(count, each), 0) <= most;
  let each = 0;
  while (fits(each + 1) && each < Math.max(...wanted)) each++;
  const firsts = different.filter((_, i) => wanted[i]! > 0).slice(0, most);
  const out = new Map<ExpandLeaf, Expanded>();
  for (const leaf of leaves) {
    const { docs } = field(leaf.field);
    const all = ranked(leaf, statistics, field(leaf.field));
    const isFirst = firsts.some((first) => keyOf(first) === keyOf(leaf));
    const kept = Math.min(leaf.limit, fits(1) ? each : isFirst ? 1 : 0);
    const df = Math.max(0, ...dfsOf(leaf, statistics, field(leaf.field)));
    const expansions = all.slice(0, kept).map(({ term, distance }) => {
      const factor = factorOf(leaf, pointsOf(term).length, distance);
      return { term, distance, factor, weight: weightOf(leaf.boost, Math.fround(factor * idf(df, docs))) };
    });
    out.set(leaf, { df, idf: idf(df, docs), expansions, found: all.length });
  }
  return out;
}

/** Edits from the word to the term; Infinity if they differ where they must agree. A prefix leaf: 0 or Infinity. */
function distanceOf(leaf: ExpandLeaf, term: string): number {
  if (leaf.type === 'prefix') return term.startsWith(leaf.text) ? 0 : Number.POSITIVE_INFINITY;
  const [a, b] = [pointsOf(leaf.text), pointsOf(term)];
  for (let i = 0; i < leaf.exact && i < a.length; i++) if (a[i] !== b[i]) return Number.POSITIVE_INFINITY;
  return editDistance(a, b, leaf.distance);
}

function ranked(leaf: ExpandLeaf, statistics: Statistics, { dfPrefix }: ExpandField) {
  return [...statistics]
    .filter(([key, df]) => key.startsWith(dfPrefix) && df > 0)
    .map(([key, df]) => ({ term: key.slice(dfPrefix.length), df }))
    .filter(({ term }) => term !== leaf.text)
    .map(({ term, df }) => ({ term, df, distance: distanceOf(leaf, term) }))
    .filter(({ distance }) => distance <= leaf.distance)
    .sort((a, b) => a.distance - b.distance || b.df - a.df || compareUtf8(a.term, b.term));
}

/** The document frequency that determines I. */
function dfsOf(leaf: ExpandLeaf, statistics: Statistics, { dfPrefix }: ExpandField): readonly number[] {
  return [...statistics]
    .filter(([key]) => key.startsWith(dfPrefix) && isCandidate(leaf, key.slice(dfPrefix.length)))
    .map(([, df]) => df);
}

function factorOf(leaf: ExpandLeaf, length: number, distance: number): number {
  const wanted = pointsOf(leaf.text).length;
  return leaf.type === 'prefix'
    ? 0.5 + (0.25 * wanted) / length
    : 0.5 * (1 - distance / (1 + Math.max(wanted, length)));
}
