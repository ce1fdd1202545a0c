// Scoring one document at a time: a cursor for each node of a plan; this file defines every score. It is the twin of
// the pruned search, and the search itself where no kernel runs. Sums are taken in double over float32 clause scores
// and rounded once, as in Lucene's scorers.

import type { Explanation } from '../../core/types.ts';
import { score } from './bm25.ts';
import { Conjunction } from './conjunction.ts';
import type { Expanded, Expansion } from './expand.ts';
import { explainLeaf, explainSum } from './explain.ts';
import { END, type ListCursor } from './list-cursor.ts';
import type { ExpandLeaf, Inner, PhraseLeaf, Plan, TermLeaf } from './plan.ts';
import type { PositionReader } from './positions.ts';
import type { Scoring, Weighed } from './scoring.ts';

/** Visits matching Ords in ascending order: −1 before the first, END past the last. */
export interface Cursor {
  readonly doc: number;
  /** Documents that may match: an upper bound. */
  readonly cost: number;
  next(): number;
  /** Moves to the first match ≥ target; never backwards. */
  advance(target: number): number;
  /** float32, of the current document. */
  score(): number;
  explain(): Explanation;
  /** From now on, documents that score at or below `threshold` may be skipped. */
  raise?(threshold: number): void;
}

/** The data that cursors read from a segment. */
export interface Lists {
  readonly scoring: Scoring;
  /** undefined when no document of the segment holds the term. */
  list(field: number, term: string): ListCursor | undefined;
  positions(field: number, term: string): PositionReader | undefined;
  norms(field: number): Uint8Array;
}

/** undefined: nothing can match. */
export function cursorOf(plan: Plan, lists: Lists): Cursor | undefined {
  switch (plan.type) {
    case 'term':
      return termCursor(plan, lists);
    case 'phrase':
      return phraseCursor(plan, lists);
    case 'prefix':
    case 'fuzzy':
      return expandCursor(plan, lists);
    default:
      return innerCursor(plan, lists);
  }
}

function innerCursor(plan: Inner, lists: Lists): Cursor | undefined {
  const clauses = plan.clauses.map((clause) => cursorOf(clause, lists));
  const present = clauses.filter((cursor) => cursor !== undefined);
  if (present.length === 0 || (plan.type === 'and' && present.length < clauses.length)) return undefined;
  const included = plan.type === 'and' ? new AndCursor(present) : new OrCursor(present);
  const excluded = plan.excluded.map((clause) => cursorOf(clause, lists)).filter((cursor) => cursor !== undefined);
  return excluded.length === 0 ? included : new ExcludingCursor(included, new OrCursor(excluded));
}

function termCursor(leaf: TermLeaf, lists: Lists): Cursor | undefined {
  const list = lists.list(leaf.field, leaf.term);
  return list && new TermCursor(leaf, list, lists);
}

class TermCursor implements Cursor {
  readonly #leaf: TermLeaf;
  readonly #list: ListCursor;
  readonly #norms: Uint8Array;
  readonly #inverse: Float32Array;
  readonly #weight: number;
  readonly #scoring: Scoring;

  constructor(leaf: TermLeaf, list: ListCursor, lists: Lists) {
    this.#leaf = leaf;
    this.#list = list;
    this.#norms = lists.norms(leaf.field);
    this.#scoring = lists.scoring;
    this.#inverse = lists.scoring.inverseNorms(leaf.field);
    this.#weight = lists.scoring.term(leaf).weight;
  }
  get doc(): number {
    return this.#list.doc;
  }
  get cost(): number {
    return this.#list.df;
  }
  next(): number {
    return this.#list.next();
  }
  advance(target: number): number {
    return this.#list.advance(target);
  }
  score(): number {
    return score(this.#weight, this.#list.tf, this.#inverse[this.#norms[this.doc]!]!);
  }
  explain(): Explanation {
    const { df, idf, weight } = this.#scoring.term(this.#leaf);
    const facts = { term: this.#leaf.term, df: df[0]! };
    return explainLeaf(this.#scoring, this.#leaf, facts, weight, idf, this.#list.tf, this.#norms[this.doc]!);
  }
}

function phraseCursor(leaf: PhraseLeaf, lists: Lists): Cursor | undefined {
  const words = leaf.terms.map((term) => ({
    list: lists.list(leaf.field, term),
    positions: lists.positions(leaf.field, term),
  }));
  const present = words.filter((word): word is Word => word.list !== undefined && word.positions !== undefined);
  return present.length < words.length ? undefined : new PhraseCursor(leaf, present, lists);
}

interface Word {
  readonly list: ListCursor;
  readonly positions: PositionReader;
}

class PhraseCursor implements Cursor {
  doc = -1;
  readonly #leaf: PhraseLeaf;
  readonly #words: readonly Word[];
  readonly #together: Conjunction<ListCursor>;
  readonly #scoring: Scoring;
  readonly #weighed: Weighed;
  readonly #norms: Uint8Array;
  readonly #inverse: Float32Array;
  #starts = new Int32Array(16); // where the words read so far could begin the phrase
  #tf = 0;
  #threshold = Number.NEGATIVE_INFINITY;

  constructor(leaf: PhraseLeaf, words: readonly Word[], lists: Lists) {
    this.#leaf = leaf;
    this.#words = words;
    this.#scoring = lists.scoring;
    this.#weighed = lists.scoring.phrase(leaf);
    this.#norms = lists.norms(leaf.field);
    this.#inverse = lists.scoring.inverseNorms(leaf.field);
    this.#together = new Conjunction(
      words.map((word) => word.list),
      (list) => list.df,
    );
  }
  get cost(): number {
    return this.#together.cost;
  }
  next(): number {
    return this.advance(this.doc + 1);
  }
  advance(target: number): number {
    if (this.doc >= target) return this.doc;
    this.doc = this.#together.advance(target);
    while (this.doc !== END) {
      this.#tf = this.#mayMatter() ? this.#occurrences() : 0;
      if (this.#tf > 0) break;
      this.doc = this.#together.advance(this.doc + 1);
    }
    return this.doc;
  }
  raise(threshold: number): void {
    this.#threshold = threshold;
  }
  score(): number {
    return this.#scoreOf(this.#tf);
  }
  explain(): Explanation {
    const { df, idf, weight } = this.#weighed;
    const facts = { phrase: this.#leaf.terms.join(' '), df: df.join(' ') };
    return explainLeaf(this.#scoring, this.#leaf, facts, weight, idf, this.#tf, this.#norms[this.doc]!);
  }

  #scoreOf(tf: number): number {
    return score(this.#weighed.weight, tf, this.#inverse[this.#norms[this.doc]!]!);
  }

  /** A bound without reading positions: a phrase occurs no more often than its rarest word. */
  #mayMatter(): boolean {
    if (this.#threshold === Number.NEGATIVE_INFINITY) return true;
    let tf = this.#words[0]!.list.tf;
    for (const word of this.#words) tf = Math.min(tf, word.list.tf);
    return this.#scoreOf(tf) > this.#threshold;
  }

  /** Places in the current document where every word is at its relative position. */
  #occurrences(): number {
    let count = 0;
    for (let w = 0; w < this.#words.length; w++) {
      const { list, positions } = this.#words[w]!;
      const offset = this.#leaf.positions[w]!;
      const here = positions.read(list);
      count =
        w === 0 ? this.#begin(positions.positions, here, offset) : this.#keep(count, positions.positions, here, offset);
      if (count === 0) return 0;
    }
    return count;
  }
  #begin(positions: Uint32Array, count: number, offset: number): number {
    if (count > this.#starts.length) this.#starts = new Int32Array(2 * count);
    for (let i = 0; i < count; i++) this.#starts[i] = positions[i]! - offset;
    return count;
  }
  /** Keeps the starts that this word also confirms; both lists ascend. */
  #keep(count: number, positions: Uint32Array, here: number, offset: number): number {
    let kept = 0;
    for (let i = 0, j = 0; i < count; i++) {
      const start = this.#starts[i]!;
      while (j < here && positions[j]! - offset < start) j++;
      if (j < here && positions[j]! - offset === start) this.#starts[kept++] = start;
    }
    return kept;
  }
}

function expandCursor(leaf: ExpandLeaf, lists: Lists): Cursor | undefined {
  const word = termCursor({ type: 'term', field: leaf.field, term: leaf.text, boost: leaf.boost }, lists);
  const expanded = lists.scoring.expand(leaf);
  const found = expanded.expansions.flatMap((expansion) => {
    const list = lists.list(leaf.field, expansion.term);
    return list === undefined ? [] : [{ expansion, list }];
  });
  return word === undefined && found.length === 0 ? undefined : new ExpandCursor(leaf, word, found, expanded, lists);
}

/** The word itself, or else the best of its expansions (the rule of expand.ts). */
class ExpandCursor implements Cursor {
  doc = -1;
  readonly #leaf: ExpandLeaf;
  readonly #word: Cursor | undefined;
  readonly #found: readonly { expansion: Expansion; list: ListCursor }[];
  readonly #expanded: Expanded;
  readonly #lists: Lists;

  constructor(
    leaf: ExpandLeaf,
    word: Cursor | undefined,
    found: readonly { expansion: Expansion; list: ListCursor }[],
    expanded: Expanded,
    lists: Lists,
  ) {
    this.#leaf = leaf;
    this.#word = word;
    this.#found = found;
    this.#expanded = expanded;
    this.#lists = lists;
  }
  get cost(): number {
    return this.#found.reduce((sum, { list }) => sum + list.df, this.#word?.cost ?? 0);
  }
  next(): number {
    return this.advance(this.doc + 1);
  }
  advance(target: number): number {
    if (this.doc >= target) return this.doc;
    let doc = this.#word?.advance(target) ?? END;
    for (const { list } of this.#found) doc = Math.min(doc, list.advance(target));
    this.doc = doc;
    return doc;
  }
  score(): number {
    if (this.#word?.doc === this.doc) return this.#word.score();
    return score(this.#best().weight, 1, this.#inverse());
  }
  explain(): Explanation {
    if (this.#word?.doc === this.doc) return this.#word.explain();
    const { term, weight, factor, distance } = this.#best();
    const byte = this.#lists.norms(this.#leaf.field)[this.doc]!;
    const { idf, found, expansions } = this.#expanded;
    const left = found > expansions.length ? { expansions: expansions.length, candidates: found } : {};
    const facts = { term, [this.#leaf.type]: this.#leaf.text, factor, distance, ...left };
    return explainLeaf(this.#lists.scoring, this.#leaf, facts, weight, Math.fround(factor * idf), 1, byte);
  }

  #inverse(): number {
    const { field } = this.#leaf;
    return this.#lists.scoring.inverseNorms(field)[this.#lists.norms(field)[this.doc]!]!;
  }
  #best(): Expansion {
    let best: Expansion | undefined;
    for (const { expansion, list } of this.#found) {
      if (list.doc === this.doc && (best === undefined || expansion.weight > best.weight)) best = expansion;
    }
    return best!; // `doc` is the minimum of the word's and the lists' documents, and it is not the word's
  }
}

class AndCursor implements Cursor {
  doc = -1;
  readonly #clauses: readonly Cursor[];
  readonly #together: Conjunction<Cursor>;

  constructor(clauses: readonly Cursor[]) {
    this.#clauses = clauses;
    this.#together = new Conjunction(clauses, (clause) => clause.cost);
  }
  get cost(): number {
    return this.#together.cost;
  }
  next(): number {
    return this.advance(this.doc + 1);
  }
  advance(target: number): number {
    if (this.doc < target) this.doc = this.#together.advance(target);
    return this.doc;
  }
  score(): number {
    return sumOf(this.#clauses);
  }
  explain(): Explanation {
    return explainSum(
      this.score(),
      this.#clauses.map((clause) => clause.explain()),
    );
  }
}

class OrCursor implements Cursor {
  doc = -1;
  readonly #clauses: readonly Cursor[];

  constructor(clauses: readonly Cursor[]) {
    this.#clauses = clauses;
  }
  get cost(): number {
    return this.#clauses.reduce((sum, clause) => sum + clause.cost, 0);
  }
  next(): number {
    return this.advance(this.doc + 1);
  }
  advance(target: number): number {
    if (this.doc >= target) return this.doc;
    let doc = END;
    for (const clause of this.#clauses) doc = Math.min(doc, clause.advance(target));
    this.doc = doc;
    return doc;
  }
  score(): number {
    return sumOf(this.#matching());
  }
  explain(): Explanation {
    return explainSum(
      this.score(),
      this.#matching().map((clause) => clause.explain()),
    );
  }
  #matching(): Cursor[] {
    return this.#clauses.filter((clause) => clause.doc === this.doc);
  }
}

class ExcludingCursor implements Cursor {
  doc = -1;
  readonly #included: Cursor;
  readonly #excluded: Cursor;

  constructor(included: Cursor, excluded: Cursor) {
    this.#included = included;
    this.#excluded = excluded;
  }
  get cost(): number {
    return this.#included.cost;
  }
  next(): number {
    return this.advance(this.doc + 1);
  }
  advance(target: number): number {
    if (this.doc >= target) return this.doc;
    let doc = this.#included.advance(target);
    while (doc !== END && this.#excluded.advance(doc) === doc) doc = this.#included.advance(doc + 1);
    this.doc = doc;
    return doc;
  }
  score(): number {
    return this.#included.score();
  }
  explain(): Explanation {
    return this.#included.explain();
  }
}

function sumOf(clauses: readonly Cursor[]): number {
  let sum = 0;
  for (const clause of clauses) sum += clause.score();
  return Math.fround(sum);
}
