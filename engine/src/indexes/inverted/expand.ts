// Prefix and fuzzy leaves: which terms they stand for, and what those weigh. The rule, under which for documents of equal
// length an exact match never scores below a prefix match, nor that below a fuzzy one, whatever the frequencies:
//
//   1. The word x itself, where a document holds it, scores exactly as a term query would; nothing is added to it.
//   2. Otherwise the best of the expansions that the document holds counts, as one occurrence, with weight
//      boost · factor · I, where I is the idf of the *largest* document frequency among x and all candidates:
//        prefix  I over x and every term that begins with x          factor = ½ + ¼ · |x| / |t|         in (½, ¾)
//        fuzzy   I over those and every term within the distance     factor = ½ · (1 − d / (1 + max(|x|, |t|)))  < ½
//      Hence idf(x) ≥ I(prefix) ≥ I(fuzzy): a rare misspelling never outweighs the common word.
//   3. Candidates are ranked (fuzzy: by distance first), then by global document frequency, then by their bytes, and the
//      first `limit` are used. Everything comes from the global statistics, so segments do not matter.

import { compareUtf8 } from '../../core/order.ts';
import type { Statistics } from '../../core/types.ts';
import { idf, weightOf } from './bm25.ts';
import type { Dictionary, TermEntry } from './dictionary.ts';
import type { ExpandLeaf } from './plan.ts';

export interface Expansion {
  readonly term: string;
  /** Weight of one occurrence. */
  readonly weight: number;
  readonly distance: number;
  readonly factor: number;
}
export interface Expanded {
  /** Largest document frequency among the word and all candidates. */
  readonly df: number;
  readonly idf: number;
  readonly expansions: readonly Expansion[];
}

/** Every term of a segment that the leaf's statistics must know: the word, what begins with it, what is near it. */
export function* candidates(leaf: ExpandLeaf, dictionary: Dictionary): Generator<{ term: string; entry: TermEntry }> {
  yield* dictionary.startingWith(leaf.text);
  if (leaf.type === 'prefix') return;
  const points = [...leaf.text];
  for (const found of dictionary.startingWith(points.slice(0, leaf.exact).join(''))) {
    // Cheap first: a code point is one or two units.
    if (Math.abs(found.term.length - leaf.text.length) > 2 * leaf.distance) continue;
    if (!found.term.startsWith(leaf.text) && editDistance(points, [...found.term], leaf.distance) <= leaf.distance) {
      yield found;
    }
  }
}

/** What leaves stand for, by the statistics that say so: found once a search, not once a segment. */
export type Expansions = WeakMap<Statistics, Map<ExpandLeaf, Expanded>>;

/** The terms that the leaf stands for, the word itself left out. `dfPrefix` begins the keys of the field's dfs. */
export function expand(leaf: ExpandLeaf, statistics: Statistics, dfPrefix: string, docs: number): Expanded {
  const points = [...leaf.text];
  let df = statistics.get(dfPrefix + leaf.text) ?? 0;
  const found: { term: string; df: number; distance: number; length: number }[] = [];
  const start = leaf.type === 'prefix' ? dfPrefix + leaf.text : dfPrefix;
  for (const [key, value] of statistics) {
    if (!key.startsWith(start) || value === 0) continue;
    const term = key.slice(dfPrefix.length);
    if (term === leaf.text) continue;
    const begins = term.startsWith(leaf.text);
    const other = [...term];
    const distance = leaf.type === 'prefix' ? 0 : distanceWithin(points, other, leaf);
    if (begins || distance <= leaf.distance) df = Math.max(df, value);
    if (distance <= leaf.distance) found.push({ term, df: value, distance, length: other.length });
  }
  found.sort((a, b) => a.distance - b.distance || b.df - a.df || compareUtf8(a.term, b.term));
  const common = idf(df, docs);
  const expansions = found.slice(0, leaf.limit).map(({ term, distance, length }) => {
    const factor = factorOf(leaf, points.length, length, distance);
    return { term, distance, factor, weight: weightOf(leaf.boost, Math.fround(factor * common)) };
  });
  return { df, idf: common, expansions };
}

function factorOf(leaf: ExpandLeaf, wanted: number, length: number, distance: number): number {
  if (leaf.type === 'prefix') return 0.5 + (0.25 * wanted) / length;
  return 0.5 * (1 - distance / (1 + Math.max(wanted, length)));
}

function distanceWithin(a: readonly string[], b: readonly string[], leaf: ExpandLeaf): number {
  for (let i = 0; i < leaf.exact && i < a.length; i++) if (a[i] !== b[i]) return Infinity;
  return editDistance(a, b, leaf.distance);
}

/**
 * Edits (insert, delete, substitute, swap of neighbours; no place edited twice) that turn `a` into `b`, in code points;
 * anything above `limit` may be returned as limit + 1. Damerau (1964), in the restricted form.
 */
export function editDistance(a: readonly string[], b: readonly string[], limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) cost = Math.min(cost, before[j - 2]! + 1);
      row.push(cost);
      least = Math.min(least, cost);
    }
    if (least > limit) return limit + 1;
    before = previous;
    previous = row;
  }
  return previous[b.length]!;
}
