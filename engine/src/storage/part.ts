// The interface of an index kind: three functions over named, checksummed sections. `write` makes a segment's part from
// representations, `open` makes it searchable, `merge` joins the parts of several segments into one. A kind with
// trained codebooks also has a codec, which all segments of a library share.

import type { BitSet } from '../core/bitset.ts';
import type {
  Cancellable,
  DocumentRep,
  Explanation,
  Fingerprint,
  Kind,
  Ord,
  QueryRep,
  Space,
  Statistics,
} from '../core/types.ts';

/** JSON that describes the configuration of a part; equal configurations have equal canonical JSON. */
export type PartConfig = Readonly<
  Record<string, string | number | boolean | readonly string[] | Readonly<Record<string, number>>>
>;

/** The output of a part: one file of named sections, each divided into checksummed blocks. */
export interface SectionWriter {
  /** Starts a section; names are unique within a part. Sections are written one after another. */
  section(name: string): Promise<SectionSink>;
  /** A file for a second pass over data that does not fit in memory. It is removed when the part has been written. */
  scratch(): Promise<Scratch>;
}
export interface SectionSink {
  readonly size: number; // bytes so far
  /** Resolves when the caller may reuse `bytes`. */
  append(bytes: Uint8Array): Promise<void>;
  /** Ends the section. */
  close(): Promise<void>;
}
/** A temporary file: append everything, then read. The first read ends the appending. */
export interface Scratch {
  readonly size: number; // bytes so far
  /** Resolves when the caller may reuse `bytes`. */
  append(bytes: Uint8Array): Promise<void>;
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** The sections of one part. Every returned byte has been verified against its block's checksum. */
export interface SectionReader {
  has(name: string): boolean;
  /** Bytes of a section; throws NOT_FOUND. */
  size(name: string): number;
  read(name: string, offset: number, length: number, options?: Cancellable): Promise<Uint8Array>;
  /** Present when the directory can read synchronously. */
  readSync?(name: string, offset: number, length: number): Uint8Array;
  /** The whole section. */
  readAll(name: string, options?: Cancellable): Promise<Uint8Array>;
}

/** The representations of a new segment. */
export interface PartInput<D extends Kind> {
  /** Documents in the segment: Ords are 0 … size−1. */
  readonly size: number;
  /**
   * One element a document, in Ord order; undefined: the document has no representation in this part. Can be iterated
   * once. A kind that needs a second pass keeps what it needs in `SectionWriter.scratch`.
   */
  readonly reps: AsyncIterable<DocumentRep<D> | undefined>;
}

/** One segment of a merge. */
export interface MergeSource<Q extends Kind, D extends Kind = Q> {
  readonly part: SegmentPart<Q, D>;
  readonly sections: SectionReader;
  /** Version of the bytes in `sections`. Default: the version that `write` makes. */
  readonly version?: number | undefined;
  /** Old Ord → new Ord, −1 where the document was deleted. Ascending over the kept ones. */
  readonly ords: Int32Array; // (old segment size)
}

/** The documents of one segment that a search may return, and the statistics that it scores with. */
export interface Scope extends Cancellable {
  /** Live and passing the filter; undefined = every document of the segment. */
  readonly accept?: BitSet | undefined;
  /** Sums over all segments, from `statistics`. */
  readonly statistics: Statistics;
  /** Scores strictly below this do not matter to the caller, so a part may skip them. Default −Infinity. */
  readonly floor: number;
  readonly exhaustive: boolean;
}

/** Best documents of one segment: score descending, then Ord ascending. */
export interface Candidates {
  readonly ords: Uint32Array; // (n), n ≤ k
  readonly scores: Float64Array; // (n)
}

/**
 * The search of one segment in two steps, so that a reader can choose the candidates of all segments together: the nearest
 * codes of each, then the scores of those that remain.
 */
export interface CandidateSearch<R = Candidates | Promise<Candidates>> {
  /** Documents that the scope accepts and that have a code. */
  readonly accepted: number;
  /**
   * The n nearest codes, n ≥ 1, with a score of at least `floor`. The score of a code is its negative distance. Called, like
   * `rescore`, only where documents are accepted.
   */
  nearest(n: number, floor: number): R;
  /** The best k ≥ 1 among `ords`, ascending; undefined: among all accepted documents. The scores are those of `search`. */
  rescore(ords: Uint32Array | undefined, k: number, floor: number): R;
}

/** Of a kind that chooses candidates by codes and scores only those. */
export interface CandidateChoice<Q extends Kind = Kind> {
  /** Codes are comparable between parts with the same codec. */
  readonly codec: object;
  /**
   * Candidates for the k best of `accepted` documents out of `size`; undefined: all accepted ones are scored. The
   * numbers count all segments, so the answer does not depend on them.
   */
  wanted(k: number, accepted: number, size: number): number | undefined;
  begin(query: QueryRep<Q>, scope: Scope): CandidateSearch;
  /** Present where `searchSync` is. */
  beginSync?(query: QueryRep<Q>, scope: Scope): CandidateSearch<Candidates>;
}

/** Reads representations back; in the order of `ords`, undefined where the document has none. */
export type Gather<D extends Kind> = (
  ords: readonly Ord[],
  options?: Cancellable,
) => Promise<readonly (DocumentRep<D> | undefined)[]>;

/** A segment's part, open. */
export interface SegmentPart<Q extends Kind = Kind, D extends Kind = Q> {
  /** Documents of the segment that have a representation here (deleted ones included). */
  readonly count: number;
  /** Bytes of memory in this part. */
  readonly residentBytes: number;
  /** This segment's contribution to the global statistics of the query. Deleted documents count until merged. */
  statistics(query: QueryRep<Q>): Promise<Statistics>;
  statisticsSync?(query: QueryRep<Q>): Statistics;
  search(query: QueryRep<Q>, k: number, scope: Scope): Promise<Candidates>;
  searchSync?(query: QueryRep<Q>, k: number, scope: Scope): Candidates;
  /** Present where candidates can be chosen over several parts; a reader then uses it instead of `search`. */
  readonly candidates?: CandidateChoice<Q> | undefined;
  /**
   * The scores that `search` gives these documents, in the order of `ords`, at any floor. NaN where a document has no
   * representation, does not match or is not accepted.
   */
  score(query: QueryRep<Q>, ords: readonly Ord[], scope: Scope): Promise<Float64Array>;
  scoreSync?(query: QueryRep<Q>, ords: readonly Ord[], scope: Scope): Float64Array;
  /** Codes are decoded. undefined: the bytes of this kind cannot give representations back. */
  readonly gather: Gather<D> | undefined;
  /** undefined when the document does not match. */
  explain(query: QueryRep<Q>, ord: Ord, scope: Scope): Promise<Explanation | undefined>;
  /** Whether this document has a representation. */
  has(ord: Ord): boolean;
  close(): void;
}

/** `C` is the codec of the kind; undefined for a kind without one. */
export interface PartOptions<C = undefined> extends Cancellable {
  /** The codec that the library keeps for the part. Present for every kind with a codec. */
  readonly codec?: C | undefined;
}

export interface OpenOptions<C = undefined> extends PartOptions<C> {
  /** Version of the bytes in the sections. Default: the version that `write` makes. */
  readonly version?: number | undefined;
}

/** `Q` is the kind of its queries, `D` the kind of its documents, `C` its codec. */
export interface PartKind<Q extends Kind = Kind, D extends Kind = Q, C = undefined> {
  /** Which index: 'inverted', 'flat', 'binary', 'ivf' … */
  readonly name: string;
  /** Version of the bytes that `write` makes. */
  readonly version: number;
  /** Older versions that `open` and `merge` read. Default none: a library with such a part is refused. */
  readonly reads?: readonly number[] | undefined;
  readonly queryKind: Q;
  readonly documentKind: D;
  /** The only space whose representations are accepted. */
  readonly space: Space;
  /** Fingerprint of the documents that it stores; part of the manifest. Default: the plain one of the space. */
  readonly documents?: Fingerprint | undefined;
  /**
   * Fingerprints of the queries that it answers; not part of the bytes. Default: the plain query of the space and,
   * where queries and documents are of one kind, the stored documents themselves (query by example).
   */
  readonly accepts?: readonly Fingerprint[] | undefined;
  /** Options that determine the bytes. A library whose manifest has other options is refused with SCHEMA_MISMATCH. */
  readonly config: PartConfig;
  /** Whether `gather` returns approximations of the added representations. */
  readonly lossy: boolean;
  /** Trained parameters that all segments share. */
  readonly codec?: CodecKind<D, C> | undefined;
  /**
   * Throws INVALID_ARGUMENT or INVALID_DOCUMENT for a representation that `write` cannot take. Kind, space and
   * fingerprint are checked before.
   */
  check(rep: DocumentRep<D>): void;
  write(input: PartInput<D>, out: SectionWriter, options?: PartOptions<C>): Promise<void>;
  open(sections: SectionReader, options?: OpenOptions<C>): Promise<SegmentPart<Q, D>>;
  /** `size` = documents of the new segment. The bytes equal `write` of the kept representations; codes are copied. */
  merge(
    sources: readonly MergeSource<Q, D>[],
    size: number,
    out: SectionWriter,
    options?: PartOptions<C>,
  ): Promise<void>;
}

/**
 * A kind of trained parameters (codebooks, centroids, ranges). The library trains a codec once, keeps it in a
 * checksummed file that the manifest names, and passes it to `write`, `open` and `merge` of every segment.
 */
export interface CodecKind<D extends Kind = Kind, C = unknown> {
  readonly name: string;
  /** Version of the bytes that `write` makes. */
  readonly version: number;
  /** The first version of the part's bytes that needs the codec. Default: every version does. */
  readonly since?: number | undefined;
  /** The maximum number of representations for `train`: a sample drawn with a fixed seed. */
  readonly sample: number;
  /** Trains on these instead of the library's documents, so that libraries of different documents have equal codecs. */
  readonly reference?: ((options?: Cancellable) => Promise<readonly DocumentRep<D>[]>) | undefined;
  /** An empty sample gives a codec that any representation can be encoded with, however badly. */
  train(sample: readonly DocumentRep<D>[], options?: Cancellable): Promise<C>;
  write(codec: C, out: SectionWriter): Promise<void>;
  open(sections: SectionReader, options?: Cancellable): Promise<C>;
  /** Quantisation error of one representation, ≥ 0; the library compares its mean over time (drift). */
  error(codec: C, rep: DocumentRep<D>): number;
}

// biome-ignore lint/suspicious/noExplicitAny: a part of any kinds; storage does not read its representations
export type AnyPartKind = PartKind<any, any, any>;
// biome-ignore lint/suspicious/noExplicitAny: the part of such a kind
export type AnySegmentPart = SegmentPart<any, any>;
// biome-ignore lint/suspicious/noExplicitAny: the codec of such a kind
export type AnyCodecKind = CodecKind<any, any>;
