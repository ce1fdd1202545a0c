// The vocabulary of the engine (a catalogue: types only): documents, queries, representations, filters, results and
// explanations. Encoders make representations, index parts answer queries, stages compose them. Reasons for each
// shape: docs/adr/0002 to 0008.

declare const ordBrand: unique symbol;

/**
 * A document's dense number inside one segment, 0 … size−1. Ords ascend with the document id's UTF-8 bytes, so the
 * order of Ords is the order of ties. All parts of the segment share it; it is not used outside the engine.
 */
export type Ord = number & { readonly [ordBrand]: true };

/** The user's key of a document: any string, any character, not empty. */
export type DocId = string;

// ───────────────────────────────────────────── documents

/**
 * The type of a column's values. `keywords` is a set of strings. Dates are numbers (put the unit in the column's name).
 */
export type ColumnType = 'keyword' | 'keywords' | 'number' | 'boolean';
export type ColumnValue = string | readonly string[] | number | boolean;

export interface FieldSpec {
  /** Store the text, so that hits can be shown and highlighted from the index alone. Default false. */
  readonly stored?: boolean;
}

/** The fields and columns of all documents of a library. Fixed at creation; another schema is refused. */
export interface Schema {
  /** Text fields, the input of encoders. */
  readonly fields: Readonly<Record<string, FieldSpec>>;
  /** Typed columns: filters, sorting and facets. */
  readonly columns: Readonly<Record<string, ColumnType>>;
}

export interface Document {
  readonly id: DocId;
  /** Text by field name. A missing or empty field is legal and has no tokens. */
  readonly fields: Readonly<Record<string, string>>;
  /** Values by column name; an absent column is *missing*, which `exists` can test. */
  readonly columns?: Readonly<Record<string, ColumnValue>>;
}

// ───────────────────────────────────────────── text

/**
 * Tokens of one text, as a struct of arrays: `terms[i]` is at `positions[i]` and covers the UTF-16 code units
 * `starts[i] … ends[i]−1` of the source. Positions ascend; a gap is a removed stop word.
 */
export interface TokenStream {
  readonly length: number;
  readonly terms: readonly string[]; // (length)
  readonly positions: Uint32Array; // (length)
  readonly starts: Uint32Array; // (length)
  readonly ends: Uint32Array; // (length)
}

export interface Analyzer {
  readonly name: string;
  /** Hash of name, version and tables: two analyzers with equal fingerprints give equal tokens for every text. */
  readonly fingerprint: string;
  analyze(text: string): TokenStream;
  /**
   * The beginning of a word in the spelling of terms, for prefix queries: case and accents as in `analyze`, no
   * stemming, no stop words.
   */
  normalize(prefix: string): string;
}

// ───────────────────────────────────────────── queries

/**
 * A query over terms that are already analysed. A leaf outside any `field` node searches every field of the index with
 * that field's weight. `not` only excludes: it is legal inside `and`/`or`, never alone.
 */
export type LexicalQuery =
  | { readonly type: 'term'; readonly term: string }
  /** Terms at the given relative positions (default 0, 1, 2 …): exact phrase, slop 0. */
  | { readonly type: 'phrase'; readonly terms: readonly string[]; readonly positions?: readonly number[] }
  | { readonly type: 'and'; readonly clauses: readonly LexicalQuery[] }
  | { readonly type: 'or'; readonly clauses: readonly LexicalQuery[] }
  | { readonly type: 'not'; readonly clause: LexicalQuery }
  /**
   * Terms beginning with `prefix`, at most `limit` (default 64) of them, most frequent first. The budget of
   * the index limits the expansions of a query (core/query-budget.ts).
   */
  | { readonly type: 'prefix'; readonly prefix: string; readonly limit?: number }
  /** Terms within `distance` (1 or 2) Damerau-Levenshtein edits that share the first `exact` (default 1) characters. */
  | {
      readonly type: 'fuzzy';
      readonly term: string;
      readonly distance: 1 | 2;
      readonly exact?: number;
      readonly limit?: number;
    }
  | { readonly type: 'field'; readonly field: string; readonly query: LexicalQuery }
  | { readonly type: 'boost'; readonly boost: number; readonly query: LexicalQuery };

/** A predicate over columns and ids, independent of any index. Strings compare as UTF-8 bytes. */
export type Filter =
  | { readonly op: 'and'; readonly filters: readonly Filter[] }
  | { readonly op: 'or'; readonly filters: readonly Filter[] }
  | { readonly op: 'not'; readonly filter: Filter }
  /** Equality; for `keywords`: contains. A missing value equals nothing. */
  | { readonly op: 'is'; readonly column: string; readonly value: string | number | boolean }
  | { readonly op: 'in'; readonly column: string; readonly values: readonly (string | number | boolean)[] }
  | {
      readonly op: 'range';
      readonly column: string;
      readonly gte?: number | string;
      readonly gt?: number | string;
      readonly lte?: number | string;
      readonly lt?: number | string;
    }
  | { readonly op: 'prefix'; readonly column: string; readonly prefix: string }
  | { readonly op: 'exists'; readonly column: string }
  | { readonly op: 'ids'; readonly ids: readonly DocId[] };

// ───────────────────────────────────────────── representations

/**
 * A space identifies representations whose scores are comparable: a hash of everything that determines them (analyzer
 * or weights, tokenizer, pooling, normalisation, dimension). A query and a document of different spaces are never
 * compared.
 */
export type Space = string;

/**
 * Which model, adapter and side made a representation. Several fingerprints may share a space: an adapted query encoder
 * searches the documents of the encoder that it was adapted to. `plainFingerprint` is that of an encoder without
 * adapter.
 */
export type Fingerprint = string;

export type Side = 'query' | 'document';

/** What every representation carries. */
interface Origin {
  readonly space: Space;
  readonly fingerprint: Fingerprint;
}

/** Query side of lexical search. */
export interface TermsQuery extends Origin {
  readonly kind: 'terms';
  readonly side: 'query';
  readonly query: LexicalQuery;
}
/** Document side of lexical search: tokens by field. */
export interface TermsDocument extends Origin {
  readonly kind: 'terms';
  readonly side: 'document';
  readonly fields: ReadonlyMap<string, TokenStream>;
}
/** ids ascending and unique, weights finite. */
export interface SparseRep extends Origin {
  readonly kind: 'sparse';
  readonly ids: Uint32Array; // (nonzeros)
  readonly weights: Float32Array; // (nonzeros)
}
export interface DenseRep extends Origin {
  readonly kind: 'dense';
  readonly vec: Float32Array; // (dim)
}
/** Query side of late interaction: a vector and a weight a token. */
export interface MultiQuery extends Origin {
  readonly kind: 'multi';
  readonly side: 'query';
  readonly dim: number;
  readonly vecs: Float32Array; // (tokens, dim) row-major
  readonly weights: Float32Array; // (tokens)
}
/** Document side of late interaction: a vector a token, with the token's id and its place in the text. */
export interface MultiDocument extends Origin {
  readonly kind: 'multi';
  readonly side: 'document';
  readonly dim: number;
  readonly vecs: Float32Array; // (tokens, dim) row-major
  readonly tokens: Uint32Array; // (tokens) vocabulary ids
  /** Token i covers the UTF-16 code units starts[i] … ends[i]−1 of the text. */
  readonly starts: Uint32Array; // (tokens)
  readonly ends: Uint32Array; // (tokens)
}
/** Bit i of the code is bit i%32 of bits[i/32]. */
export interface BinaryRep extends Origin {
  readonly kind: 'binary';
  readonly bits: Uint32Array; // (dim / 32)
}

interface QueryReps {
  readonly terms: TermsQuery;
  readonly sparse: SparseRep;
  readonly dense: DenseRep;
  readonly multi: MultiQuery;
  readonly binary: BinaryRep;
}
interface DocumentReps {
  readonly terms: TermsDocument;
  readonly sparse: SparseRep;
  readonly dense: DenseRep;
  readonly multi: MultiDocument;
  readonly binary: BinaryRep;
}

/** Kinds of representation. The kind of a query and the kind of the documents that it searches may differ. */
export type Kind = keyof QueryReps;
/** The input of a search. */
export type QueryRep<K extends Kind> = QueryReps[K];
/** The representation that a document is indexed by. */
export type DocumentRep<K extends Kind> = DocumentReps[K];
export type Representation = QueryRep<Kind> | DocumentRep<Kind>;

// ───────────────────────────────────────────── results

/** How a score was computed; the value of a parent follows from its details as `description` says. */
export interface Explanation {
  readonly value: number;
  readonly description: string;
  /** Machine-readable facts: { term, field, df, N, tf, length } or { space, metric, dim } or { rank, k }. */
  readonly facts?: Readonly<Record<string, string | number>>;
  readonly details: readonly Explanation[];
}

/** A stretch of a field's text: UTF-16 code units start … end−1. */
export type TextSpan = { readonly field: string; readonly start: number; readonly end: number };

/**
 * What in a document, or on the way to it, made the hit: for display, and for later stages that read only this. A stage
 * that finds evidence adds it; cut, filter, fuse and rerank keep it. It does not take part in scores or order.
 */
export type Evidence =
  | ({ readonly type: 'passage'; readonly score: number } & TextSpan)
  | ({ readonly type: 'sentence'; readonly score: number } & TextSpan)
  /** Tokens of the text that matched a token of the query, each with its share of the score. */
  | { readonly type: 'tokens'; readonly matches: readonly (TextSpan & { readonly score: number })[] }
  /** The document was reached from `from`, an earlier hit; `step` counts from 1. `query` is the text that led here. */
  | { readonly type: 'hop'; readonly from: DocId; readonly step: number; readonly query?: string };

export interface Hit {
  readonly id: DocId;
  readonly score: number;
  readonly why?: Explanation;
  readonly evidence?: readonly Evidence[];
}

/** Score descending, then id ascending as UTF-8 bytes: the one total order (core/order.ts). Scores are never NaN. */
export type Ranking = readonly Hit[];

// ───────────────────────────────────────────── running things

/** One event: progress of long work, a fallback, a truncated text, a pruned clause. */
export interface TraceEvent {
  /** Dotted name of the event: 'commit.merge', 'encode.truncated', 'search.part'. */
  readonly name: string;
  readonly message?: string;
  /** Progress of long work: `done` of `total` (total may be unknown). */
  readonly done?: number;
  readonly total?: number;
  /** Wall time of the step, in milliseconds. */
  readonly ms?: number;
  readonly facts?: Readonly<Record<string, string | number | boolean>>;
}
export type Trace = (event: TraceEvent) => void;

export interface Cancellable {
  readonly signal?: AbortSignal | undefined;
  readonly trace?: Trace | undefined;
}

/**
 * Global statistics as named sums ("df/title/retriev" → 17): what a part adds for one query, and, added up over
 * segments or shards, what every part scores with. Plain numbers, so that shards can exchange them as JSON.
 */
export type Statistics = ReadonlyMap<string, number>;

export interface SearchOptions extends Cancellable {
  readonly filter?: Filter | undefined;
  /** Score with these instead of this reader's own sums: for shards that must agree. */
  readonly statistics?: Statistics | undefined;
  /** Score every document instead of pruning. Same result, slower; tests compare the two. Default false. */
  readonly exhaustive?: boolean | undefined;
}

/**
 * One named part over all segments of a snapshot: `Q` is the kind of its queries, `D` the kind of its documents. A
 * query whose space differs, or whose fingerprint is not in `accepts`, is refused with ENCODER_MISMATCH.
 */
export interface IndexReader<Q extends Kind = Kind, D extends Kind = Q> {
  readonly queryKind: Q;
  readonly documentKind: D;
  readonly space: Space;
  /** Fingerprint of the stored representations. */
  readonly documents: Fingerprint;
  /** Fingerprints of the queries that it answers. */
  readonly accepts: readonly Fingerprint[];
  /** Live documents that have a representation here. */
  readonly size: number;
  /** k ≥ 0; fewer hits when fewer match. */
  search(query: QueryRep<Q>, k: number, options?: SearchOptions): Promise<Ranking>;
  /** Present when every segment's part is completely in memory. */
  searchSync?(query: QueryRep<Q>, k: number, options?: SearchOptions): Ranking;
  /**
   * The scores that `search` gives these documents, in the order of `ids`. undefined where a document does not exist,
   * has no representation, does not match or does not pass the filter.
   */
  score(query: QueryRep<Q>, ids: readonly DocId[], options?: SearchOptions): Promise<readonly (number | undefined)[]>;
  /** Present when `searchSync` is and the kind can score without waiting. */
  scoreSync?(query: QueryRep<Q>, ids: readonly DocId[], options?: SearchOptions): readonly (number | undefined)[];
  /**
   * The stored representations, in the order of `ids`; codes are decoded. undefined where a document does not exist or
   * has no representation. Throws UNSUPPORTED where the kind keeps none that can be read back.
   */
  gather(ids: readonly DocId[], options?: Cancellable): Promise<readonly (DocumentRep<D> | undefined)[]>;
  /** This reader's own sums for the query, to be added over shards. */
  statistics(query: QueryRep<Q>): Promise<Statistics>;
  /** undefined when the document does not match or does not exist. */
  explain(query: QueryRep<Q>, id: DocId, options?: SearchOptions): Promise<Explanation | undefined>;
}

/** `Q` is the kind of its queries, `D` the kind of its documents. */
export interface Encoder<Q extends Kind = Kind, D extends Kind = Q> {
  readonly name: string;
  readonly queryKind: Q;
  readonly documentKind: D;
  readonly space: Space;
  /** What the representations of each side carry. */
  readonly fingerprints: Readonly<Record<Side, Fingerprint>>;
  encodeQueries(texts: readonly string[], options?: Cancellable): Promise<readonly QueryRep<Q>[]>;
  /** Each document is its text by field; an encoder of flat text joins them in schema order. */
  encodeDocuments(
    documents: readonly Readonly<Record<string, string>>[],
    options?: Cancellable,
  ): Promise<readonly DocumentRep<D>[]>;
}
