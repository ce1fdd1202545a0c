// What a search is asked for and what it answers.

import type { Cancellable, DocId, Filter, Ranking } from '@quire/engine/core';
import type { Composed } from './compose.ts';
import type { TermWeights } from './excerpt.ts';
import type { MissingPaper } from './missing.ts';
import type { Names } from './names.ts';
import type { Encoders, PaperSnapshot } from './paper-index.ts';
import type { ReadQuery } from './query.ts';
import type { ReaderLists } from './reader-lists.ts';
import type { SortOrder } from './sort-order.ts';
import type { Substitution } from './spelling.ts';

/** Why a hit is in the ranking. */
export type Reason =
  | 'id' // the query is this paper's id, DOI or address
  | 'title' // the query is its title
  | 'phrase' // it holds every quoted phrase
  | 'author' // the query names one of its authors
  | 'text' // its words match
  | 'similar' // it is like the paper that the query names
  | 'condition' // the query is conditions alone, and it fulfils them; newest first
  | 'meaning'; // only its meaning is close: no word of the query was needed

export interface Found {
  readonly key: DocId;
  readonly reason: Reason;
  /** Comparable only within one reason. */
  readonly score: number;
}

/** The papers that an answer is about as a set: what facets count and other orders than relevance sort. */
export interface Matching {
  readonly keys: readonly DocId[];
  /** What they are: all that the query finds, those that hold every word, or the best of those that hold some. */
  readonly kind: 'all' | 'every-word' | 'best';
  /** There are more. */
  readonly isPart: boolean;
  /** All of them, where `keys` are only the first and the filter of the answer gives the others. */
  readonly total?: number;
}

export interface Answer {
  /** Best first, each work once. */
  readonly found: readonly Found[];
  /** The same order with scores that are comparable over all of it. */
  readonly ranking: Ranking;
  /** The total, if it is known without reading each hit; else the number of hits found. */
  readonly total?: number;
  /** There may be more hits than were read. */
  readonly more: boolean;
  /** Weights of the query's terms, for excerpts. */
  readonly weights: TermWeights;
  readonly notes: readonly string[];
  readonly query: ReadQuery;
  /** Conditions with the values that they were taken for. */
  readonly filter: Filter | undefined;
  readonly substitutions: readonly Substitution[];
  /** Rare words that look like mistakes; they were searched as typed. */
  readonly suspicions: readonly Substitution[];
  /** The query names a paper that is not here. */
  readonly missing?: MissingPaper;
  /** The paper that the hits are like. */
  readonly like?: DocId;
  /** Absent unless asked for. */
  readonly matching?: Matching;
}

/** What a search reads. */
export interface SearchSources {
  readonly names: Names;
  readonly snapshot: PaperSnapshot;
  readonly encoders: Encoders;
}

export interface SearchRequest extends Cancellable {
  readonly pipeline: Composed;
  /** Hits that the caller will show at most, counted from the first. */
  readonly wanted: number;
  /** Default relevance. */
  readonly sort?: SortOrder;
  /** Search every word as it is typed. Default false. */
  readonly isVerbatim?: boolean;
  /** The last word may be the beginning of one. Default false. */
  readonly isTyping?: boolean;
  /** Papers that `matching` holds at most; default none. */
  readonly matching?: number;
  /** The lists of the reader who asks, for `is:` and `in:`. */
  readonly lists?: ReaderLists | undefined;
}
