// Prefix and fuzzy leaves: their expansions, and the weights of these. By the rule, for documents of equal length and
// any frequencies, an exact match never scores below a prefix match, and a prefix match never below a fuzzy one:
//
//   1. The word x itself, if a document holds it, scores exactly as in a term query; nothing is added to it.
//   2. Otherwise the best of the expansions in the document counts, as one occurrence, with weight
//      boost · factor · I, where I is the idf of the *largest* document frequency among x and all candidates:
//        prefix  I over x and every term that begins with x          factor = ½ + ¼ · |x| / |t|         in (½, ¾)
//        fuzzy   I over those and every term within the distance     factor = ½ · (1 − d / (1 + max(|x|, |t|)))  < ½
//      Hence idf(x) ≥ I(prefix) ≥ I(fuzzy): a rare misspelling never outweighs the common word.
//   3. Candidates are ranked (fuzzy: by distance first), then by global document frequency, then by their bytes, and the
//      first `limit` are used.
//   4. A query uses at most `most` terms in all (QueryBudget.expansions). If its leaves need more together, each keeps its
//      first c, c the largest number that fits; if not even one each fits, the first `most` leaves of the query keep one.
//      Leaves that differ only in boost count as one. I is taken over all candidates, used or not: see 2.
// All inputs are the query and the global statistics, so the result is the same for any segmentation. Twin:
// expand-reference.ts.

import { compareBytes } from '../../core/byte-strings.ts';
import { compareUtf8 } from '../../core/order.ts';
import type { Statistics } from '../../core/types.ts';
import { decodeUtf8, encodeUtf8 } from '../../core/utf8.ts';
import { idf, weightOf } from './bm25.ts';
import type { Dictionary } from './dictionary.ts';
import { decodePoints, encodedLength, NearTerms, type NearWord, pointsOf } from './near-terms.ts';
import { type ExpandLeaf, keyOf } from './plan.ts';

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
  /** Candidates; those beyond `expansions` are not searched. */
  readonly found: number;
}
/** One field: the prefix of its df keys, and its number of documents. */
export interface ExpandField {
  readonly dfPrefix: string;
  readonly docs: number;
}

/**
 * Every term of one field that the statistics of its leaves need: their words, terms that begin with these, terms near
 * them.
 */
export function* candidates(
  leaves: readonly ExpandLeaf[],
  dictionary: Dictionary,
): Generator<{ term: string; df: number }> {
  for (const text of outermost(leaves.map((leaf) => leaf.text))) {
    for (const cursor of dictionary.startingWith(text)) yield { term: decodeUtf8(cursor.term()), df: cursor.df };
  }
  let points = new Uint32Array(64);
  const fuzzy = leaves.filter((leaf) => leaf.type === 'fuzzy');
  for (const [start, near] of grouped(fuzzy, startOf)) {
    const words = new NearTerms(near.map(wordOf));
    const first = encodeUtf8(start);
    const cursor = dictionary.from(first);
    for (let isThere = cursor.next(); isThere; ) {
      if (!cursor.startsWith(first)) {
        if (compareBytes(cursor.term(), first) > 0) break;
        isThere = cursor.next();
        continue;
      }
      if (cursor.length > points.length) points = new Uint32Array(2 * cursor.length);
      const found = words.near(points, decodePoints(cursor.buffer, cursor.length, points));
      if (found.length > 0) yield { term: decodeUtf8(cursor.term()), df: cursor.df };
      // Most beginnings of a few characters are near no word: all terms that share them are passed over.
      const dead = words.deadPoints;
      isThere = dead === undefined ? cursor.next() : cursor.skip(encodedLength(points, dead));
    }
  }
}

/** The expansions of the leaves of a query, without the words themselves. */
export function expandAll(
  leaves: readonly ExpandLeaf[],
  statistics: Statistics,
  field: (number: number) => ExpandField,
  most: number,
): ReadonlyMap<ExpandLeaf, Expanded> {
  const reaches = new Map<string, Reach>(); // in the order of the query
  for (const leaf of leaves) if (!reaches.has(keyOf(leaf))) reaches.set(keyOf(leaf), new Reach(leaf));
  const all = [...reaches.values()];
  const numbers = [...new Set(leaves.map((leaf) => leaf.field))];
  const terms = termsOf(
    statistics,
    numbers.map((number) => field(number).dfPrefix),
  );
  for (const [i, number] of numbers.entries()) {
    reachTerms(
      all.filter(({ leaf }) => leaf.field === number),
      terms[i]!,
    );
  }
  const kept = shares(
    all.map(({ leaf, found }) => Math.min(leaf.limit, found)),
    most,
  );
  for (const [i, reach] of all.entries()) reach.keep(kept[i]!);
  const docs = (leaf: ExpandLeaf) => field(leaf.field).docs;
  return new Map(leaves.map((leaf) => [leaf, reaches.get(keyOf(leaf))!.expanded(leaf, docs(leaf))]));
}

/** The number of expansions for each leaf: rule 4. */
function shares(wanted: readonly number[], most: number): readonly number[] {
  let each = 0;
  let left = most;
  for (;;) {
    const hungry = wanted.filter((count) => count > each).length;
    if (hungry === 0 || hungry > left) break;
    left -= hungry;
    each++;
  }
  if (each > 0) return wanted.map((count) => Math.min(count, each));
  return wanted.map((count) => (count > 0 && left-- > 0 ? 1 : 0));
}

interface Candidate {
  readonly term: string;
  readonly df: number;
  readonly distance: number;
}

/** The candidates of one leaf; the best `limit` of them are kept. */
class Reach {
  readonly leaf: ExpandLeaf;
  readonly points: readonly number[];
  found = 0;
  #df = 0;
  #best: Candidate[] = [];

  constructor(leaf: ExpandLeaf) {
    this.leaf = leaf;
    this.points = pointsOf(leaf.text);
  }

  /** Adds a document frequency to the maximum that determines I. */
  sees(df: number): void {
    if (df > this.#df) this.#df = df;
  }

  offer(term: string, df: number, distance: number): void {
    if (term === this.leaf.text) return;
    this.found++;
    this.#best.push({ term, df, distance });
    if (this.#best.length >= 2 * this.leaf.limit + 1024) this.keep(this.leaf.limit); // amortised: not for each candidate
  }

  keep(count: number): void {
    this.#best.sort((a, b) => a.distance - b.distance || b.df - a.df || compareUtf8(a.term, b.term));
    this.#best.length = Math.min(count, this.#best.length);
  }

  expanded(leaf: ExpandLeaf, docs: number): Expanded {
    const common = idf(this.#df, docs);
    const expansions = this.#best.map(({ term, distance }) => {
      const factor = factorOf(leaf, this.points.length, pointsOf(term).length, distance);
      return { term, distance, factor, weight: weightOf(leaf.boost, Math.fround(factor * common)) };
    });
    return { df: this.#df, idf: common, expansions, found: this.found };
  }
}

type Term = readonly [term: string, df: number];

/** Offers to each leaf of one field the terms that begin with its word or are near it. */
function reachTerms(reaches: readonly Reach[], terms: Iterable<Term>): void {
  const byText = grouped(reaches, ({ leaf }) => leaf.text);
  const fuzzy = reaches.filter(({ leaf }) => leaf.type === 'fuzzy');
  const byStart = grouped(fuzzy, ({ leaf }) => startOf(leaf));
  const termsByStart = new Map([...byStart.keys()].map((start): [string, Term[]] => [start, []]));
  const [lengths, starts] = [lengthsOf(byText.keys()), lengthsOf(byStart.keys())];
  for (const term of terms) {
    const [text, df] = term;
    for (const length of lengths) {
      if (length > text.length) break;
      for (const reach of byText.get(text.slice(0, length)) ?? []) {
        reach.sees(df);
        if (reach.leaf.type === 'prefix') reach.offer(text, df, 0);
      }
    }
    for (const length of starts) if (length <= text.length) termsByStart.get(text.slice(0, length))?.push(term);
  }
  for (const [start, near] of byStart) reachNear(near, termsByStart.get(start)!);
}

function reachNear(reaches: readonly Reach[], terms: Term[]): void {
  const words = new NearTerms(reaches.map(({ leaf }) => wordOf(leaf)));
  terms.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)); // for speed only
  for (const [term, df] of terms) {
    const points = Uint32Array.from(pointsOf(term));
    for (const word of words.near(points, points.length)) {
      reaches[word]!.sees(df);
      reaches[word]!.offer(term, df, words.distance(word, points, points.length));
    }
  }
}

/** Terms of each field that some document holds. */
function termsOf(statistics: Statistics, dfPrefixes: readonly string[]): readonly Term[][] {
  const out = dfPrefixes.map((): Term[] => []);
  let last = 0; // keys of one field mostly follow each other
  for (const [key, df] of statistics) {
    if (df <= 0) continue;
    if (!key.startsWith(dfPrefixes[last]!)) {
      const found = dfPrefixes.findIndex((dfPrefix) => key.startsWith(dfPrefix));
      if (found < 0) continue;
      last = found;
    }
    out[last]!.push([key.slice(dfPrefixes[last]!.length), df]);
  }
  return out;
}

/** The texts that do not begin with another of the texts. */
function outermost(texts: readonly string[]): readonly string[] {
  const out: string[] = [];
  for (const text of [...new Set(texts)].sort()) {
    const last = out.at(-1);
    const isHalf = last !== undefined && /[\ud800-\udbff]$/.test(last); // half a pair: its code unit is a prefix, but of no whole code point
    if (last === undefined || isHalf || !text.startsWith(last)) out.push(text);
  }
  return out;
}

/** The possible first characters of a term near the word. */
function startOf(leaf: ExpandLeaf): string {
  return [...leaf.text].slice(0, leaf.exact).join('');
}

function wordOf(leaf: ExpandLeaf): NearWord {
  return { points: pointsOf(leaf.text), distance: leaf.distance, exact: leaf.exact };
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, T[]> {
  const out = new Map<string, T[]>();
  for (const item of items) {
    const group = out.get(keyOf(item));
    if (group === undefined) out.set(keyOf(item), [item]);
    else group.push(item);
  }
  return out;
}

function lengthsOf(texts: Iterable<string>): readonly number[] {
  return [...new Set(Array.from(texts, (text) => text.length))].sort((a, b) => a - b);
}

function factorOf(leaf: ExpandLeaf, wanted: number, length: number, distance: number): number {
  if (leaf.type === 'prefix') return 0.5 + (0.25 * wanted) / length;
  return 0.5 * (1 - distance / (1 + Math.max(wanted, length)));
}
