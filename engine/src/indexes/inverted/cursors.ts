// Scoring one document at a time: a cursor for each node of a plan, to be read as the definition of every score. It is
// the twin that the pruned search is compared with, and the search itself where no kernel runs. Sums are taken in double
// over float32 clause scores and rounded once, as Lucene's scorers do.

import type { Explanation } from '../../core/types.ts';
import { score } from './bm25.ts';
import type { Expansion } from './expand.ts';
import { explainLeaf, explainSum } from './explain.ts';
import { END, type ListCursor } from './list-cursor.ts';
import type { ExpandLeaf, Inner, PhraseLeaf, Plan, TermLeaf } from './plan.ts';
import type { PositionReader } from './positions.ts';
import type { Scoring, Weighed } from './scoring.ts';

/** Walks matching Ords upwards: −1 before the first, END past the last. */
export interface Cursor {
  readonly doc: number;
  /** Documents that may match: an upper bound. */
  readonly cost: number;
  next(): number;
  /** The first match ≥ target; never backwards. */
  advance(target: number): number;
  /** float32, of the present document. */
  score(): number;
  explain(): Explanation;
}

/** What cursors read from a segment. */
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
  readonly #lists: Lists;
  readonly #weighed: Weighed;
  #tf = 0;

  constructor(leaf: PhraseLeaf, words: readonly Word[], lists: Lists) {
    this.#leaf = leaf;
    this.#words = words;
    this.#lists = lists;
    this.#weighed = lists.scoring.phrase(leaf);
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
      this.#tf = this.#occurrences();
      if (this.#tf > 0) break;
      this.doc = this.#together.advance(this.doc + 1);
    }
    return this.doc;
  }
  score(): number {
    const { scoring } = this.#lists;
    const inverse = scoring.inverseNorms(this.#leaf.field)[this.#lists.norms(this.#leaf.field)[this.doc]!]!;
    return score(this.#weighed.weight, this.#tf, inverse);
  }
  explain(): Explanation {
    const { df, idf, weight } = this.#weighed;
    const facts = { phrase: this.#leaf.terms.join(' '), df: df.join(' ') };
    const byte = this.#lists.norms(this.#leaf.field)[this.doc]!;
    return explainLeaf(this.#lists.scoring, this.#leaf, facts, weight, idf, this.#tf, byte);
  }

  /** Places of the present document where every word stands at its relative position. */
  #occurrences(): number {
    let starts: readonly number[] = [];
    for (const [i, { list, positions }] of this.#words.entries()) {
      const offset = this.#leaf.positions[i]!;
      const here = Array.from(positions.at(list.index, list.tf), (position) => position - offset);
      const allowed = new Set(here);
      starts = i === 0 ? here : starts.filter((start) => allowed.has(start));
      if (starts.length === 0) return 0;
    }
    return starts.length;
  }
}

function expandCursor(leaf: ExpandLeaf, lists: Lists): Cursor | undefined {
  const word = termCursor({ type: 'term', field: leaf.field, term: leaf.text, boost: leaf.boost }, lists);
  const { idf, expansions } = lists.scoring.expand(leaf);
  const found = expansions.flatMap((expansion) => {
    const list = lists.list(leaf.field, expansion.term);
    return list === undefined ? [] : [{ expansion, list }];
  });
  return word === undefined && found.length === 0 ? undefined : new ExpandCursor(leaf, word, found, idf, lists);
}

/** The word itself, or else the best of its expansions (the rule of expand.ts). */
class ExpandCursor implements Cursor {
  doc = -1;
  readonly #leaf: ExpandLeaf;
  readonly #word: Cursor | undefined;
  readonly #found: readonly { expansion: Expansion; list: ListCursor }[];
  readonly #idf: number;
  readonly #lists: Lists;

  constructor(
    leaf: ExpandLeaf,
    word: Cursor | undefined,
    found: readonly { expansion: Expansion; list: ListCursor }[],
    idf: number,
    lists: Lists,
  ) {
    this.#leaf = leaf;
    this.#word = word;
    this.#found = found;
    this.#idf = idf;
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
    const facts = { term, [this.#leaf.type]: this.#leaf.text, factor, distance };
    return explainLeaf(this.#lists.scoring, this.#leaf, facts, weight, Math.fround(factor * this.#idf), 1, byte);
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
    return best!; // `doc` is the least of the word's and the lists', and it is not the word's
  }
}

/** Lists that must all hold the document; the shortest leads. */
class Conjunction<C extends { readonly doc: number; advance(target: number): number }> {
  readonly cost: number;
  readonly #sorted: readonly C[];

  constructor(cursors: readonly C[], costOf: (cursor: C) => number) {
    this.#sorted = [...cursors].sort((a, b) => costOf(a) - costOf(b));
    this.cost = costOf(this.#sorted[0]!);
  }
  advance(target: number): number {
    let doc = this.#sorted[0]!.advance(target);
    for (let i = 1; i < this.#sorted.length && doc !== END; ) {
      const other = this.#sorted[i]!.advance(doc);
      if (other === doc) i++;
      else {
        doc = other === END ? END : this.#sorted[0]!.advance(other);
        i = 1;
      }
    }
    return doc;
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
