// The services: what pages, the JSON API and the command line call. These are types without HTTP, SQL or index;
// library/services.ts implements them.

import type { Work } from '../papers/index.ts';

/** Why a hit is in the ranking. */
export type Reason =
  | 'id' // the query is this paper's id, DOI or address
  | 'title' // the query is its title
  | 'phrase' // it holds every quoted phrase
  | 'author' // the query is one of its authors
  | 'text' // its words match
  | 'condition' // the query is conditions alone, and it fulfils them; newest first
  | 'meaning'; // only its meaning is close: no word of the query was needed

/** A piece of text and where to mark it: [start, end) in UTF-16 code units. */
export interface Excerpt {
  readonly text: string;
  readonly marks: readonly (readonly [start: number, end: number])[];
}

/** An answer from a store that may be damaged. */
export interface FromStore {
  /** Rows that are missing here, and damage that may have changed the answer, one sentence each; absent when sound. */
  readonly damaged?: readonly string[];
}

export interface SearchHit {
  readonly work: Work;
  readonly reason: Reason;
  /** Comparable only within one reason of one answer. */
  readonly score: number;
  /** The sentence of the abstract that answers best; absent when there is no abstract. */
  readonly sentence?: Excerpt;
}

export interface SearchOptions {
  /** From 0. Default 0. */
  readonly offset?: number;
  /** 1 … 100. Default 20. */
  readonly limit?: number;
  /** Default 'hybrid', which is lexical where the library has no encoder. */
  readonly mode?: 'hybrid' | 'lexical' | 'dense';
  readonly signal?: AbortSignal;
}

export interface SearchPage extends FromStore {
  readonly query: string;
  readonly hits: readonly SearchHit[];
  /** Hits in all; when `more`, at least so many. */
  readonly total: number;
  readonly more: boolean;
  readonly offset: number;
  readonly limit: number;
  /**
   * The pipeline that answered (library/pipelines.ts): the mode asked for, 'lexical' where the library has no encoder.
   */
  readonly pipeline: 'hybrid' | 'lexical' | 'dense';
  /** Sentences for the reader: words of the query that were dropped, and why. */
  readonly notes: readonly string[];
  readonly ms: number;
}

export interface DayPage extends FromStore {
  /** YYYY-MM-DD. */
  readonly day: string;
  /** The nearest days that have papers. */
  readonly previous?: string;
  readonly next?: string;
  readonly works: readonly Work[];
  readonly total: number;
  readonly offset: number;
  readonly limit: number;
}

export interface PaperView extends FromStore {
  readonly work: Work;
  /** Other works that the same id names (some sources reuse ids). */
  readonly others: readonly Work[];
}

export interface SimilarHit {
  readonly work: Work;
  /** 'meaning': nearest by vectors; 'text': nearest by words, where there is no encoder. */
  readonly reason: 'meaning' | 'text';
  readonly score: number;
}

export interface ListPage extends FromStore {
  readonly works: readonly Work[];
}

export interface SimilarPage extends FromStore {
  /** [] when nothing is near the paper. */
  readonly hits: readonly SimilarHit[];
}

export interface Counts {
  readonly records: number;
  readonly works: number;
  readonly sources: readonly { readonly source: string; readonly records: number }[];
}

export interface LibraryStatus extends Counts {
  /** Where everything is kept. */
  readonly folder: string;
  /** The sample library is all there is. */
  readonly sample: boolean;
  /** The name of the encoder that answers by meaning; absent: the site searches lexically. */
  readonly encoder?: string;
  /** The pipelines that answer searches and lists of similar papers; `quire eval --pipeline NAME` measures them. */
  readonly pipelines: { readonly search: string; readonly similar: string };
  /** Works that search can find now; fewer than `works` while the index catches up. */
  readonly indexed: number;
  /** Changes of the store that the index does not contain yet; 0 when search finds everything. */
  readonly behind: number;
  /** Sentences for the reader: an index that is behind, a store that is not yet checked. */
  readonly notes: readonly string[];
  /** This process writes the index at this moment. */
  readonly indexing: boolean;
  readonly segments: number;
  readonly indexBytes: number;
  readonly newestDay?: string;
  readonly store: StoreStatus;
}

export interface StoreStatus {
  /** 'unchecked' until the check of the whole file has ended; 'failed': the check could not be made. */
  readonly state: 'unchecked' | 'sound' | 'damaged' | 'failed';
  /** When that check ended, ISO 8601. */
  readonly checkedAt?: string;
  /** Why the check could not be made. */
  readonly failure?: string;
  /** One sentence a problem. */
  readonly damaged: readonly string[];
  /** Records that are kept and not shown. */
  readonly quarantined: number;
}

/** Everything that the product can answer. All methods are safe to call at any time, also while papers come in. */
export interface Services {
  /** The newest day that has papers; undefined in an empty library or one without days. */
  newestDay(): string | undefined;
  /** One day's papers: upvotes, then comments, then date, then key. Any real day is legal, also one without papers. */
  papersOfDay(day: string, page?: { readonly offset?: number; readonly limit?: number }): DayPage;
  /** Newest works first. */
  list(page?: { readonly offset?: number; readonly limit?: number }): ListPage;
  /** Any string is a legal query. */
  search(query: string, options?: SearchOptions): Promise<SearchPage>;
  /** By work key, arXiv id, DOI, address, or a source's own id. Throws CORRUPT where its row is damaged. */
  paper(id: string): PaperView | undefined;
  /** undefined when there is no such paper. */
  similar(id: string, options?: { readonly limit?: number }): Promise<SimilarPage | undefined>;
  counts(): Counts;
  status(): LibraryStatus;
}
