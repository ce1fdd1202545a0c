// What an index kind is: three functions over named, checksummed sections. `write` makes a segment's part from
// representations, `open` makes it searchable, `merge` joins the parts of several segments into one.

import type { BitSet } from '../core/bitset.ts';
import type { Cancellable, DocumentRep, Explanation, Kind, Ord, QueryRep, Space, Statistics } from '../core/types.ts';

/** JSON that describes how a part was configured; equal configurations have equal canonical JSON. */
export type PartConfig = Readonly<
  Record<string, string | number | boolean | readonly string[] | Readonly<Record<string, number>>>
>;

/** Where a part's bytes go: one file of named sections, each cut into checksummed blocks. */
export interface SectionWriter {
  /** Starts a section; names are unique within a part. Sections are written one after another. */
  section(name: string): Promise<SectionSink>;
}
export interface SectionSink {
  readonly size: number; // bytes so far
  /** Resolves when `bytes` may be used again by the caller. */
  append(bytes: Uint8Array): Promise<void>;
  /** Ends the section. */
  close(): Promise<void>;
}

/** The sections of one part. Every byte handed out has been verified against its block's checksum. */
export interface SectionReader {
  has(name: string): boolean;
  /** Bytes of a section; throws NOT_FOUND. */
  size(name: string): number;
  read(name: string, offset: number, length: number, options?: Cancellable): Promise<Uint8Array>;
  /** Present when the directory can read without waiting. */
  readSync?(name: string, offset: number, length: number): Uint8Array;
  /** The whole section. */
  readAll(name: string, options?: Cancellable): Promise<Uint8Array>;
}

/** The representations of a new segment, in Ord order. */
export interface PartInput<K extends Kind> {
  /** Documents in the segment: Ords are 0 … size−1. */
  readonly size: number;
  /** undefined: the document has no representation in this part. */
  rep(ord: Ord): DocumentRep<K> | undefined;
}

/** One segment going into a merge. */
export interface MergeSource<K extends Kind> {
  readonly part: SegmentPart<K>;
  readonly sections: SectionReader;
  /** Old Ord → new Ord, −1 where the document was deleted. Ascending over the kept ones. */
  readonly ords: Int32Array; // (old segment size)
}

/** Which documents of one segment a search may return, and what it scores with. */
export interface Scope extends Cancellable {
  /** Live and passing the filter; undefined = every document of the segment. */
  readonly accept?: BitSet | undefined;
  /** Sums over all segments, from `statistics`. */
  readonly statistics: Statistics;
  /** Scores strictly below this cannot matter to the caller: a part may skip them. Default −Infinity. */
  readonly floor: number;
  readonly exhaustive: boolean;
}

/** Best documents of one segment: score descending, then Ord ascending. */
export interface Candidates {
  readonly ords: Uint32Array; // (n), n ≤ k
  readonly scores: Float64Array; // (n)
}

/** A segment's part, open. */
export interface SegmentPart<K extends Kind = Kind> {
  /** Documents of the segment that have a representation here (deleted ones included). */
  readonly count: number;
  /** Bytes of memory that this part holds. */
  readonly residentBytes: number;
  /** What this segment adds to the global statistics of the query. Deleted documents count until merged. */
  statistics(query: QueryRep<K>): Promise<Statistics>;
  statisticsSync?(query: QueryRep<K>): Statistics;
  search(query: QueryRep<K>, k: number, scope: Scope): Promise<Candidates>;
  searchSync?(query: QueryRep<K>, k: number, scope: Scope): Candidates;
  /** undefined when the document does not match. */
  explain(query: QueryRep<K>, ord: Ord, scope: Scope): Promise<Explanation | undefined>;
  /** Is there a representation for this document? */
  has(ord: Ord): boolean;
  close(): void;
}

export interface PartKind<K extends Kind = Kind> {
  /** Which index: 'inverted', 'flat', 'binary', 'ivf' … */
  readonly name: string;
  /** Version of the bytes that `write` makes. */
  readonly version: number;
  readonly kind: K;
  /** The only space whose representations are accepted. */
  readonly space: Space;
  /** Options that shape the bytes. A library whose manifest says otherwise is refused with SCHEMA_MISMATCH. */
  readonly config: PartConfig;
  write(input: PartInput<K>, out: SectionWriter, options?: Cancellable): Promise<void>;
  open(sections: SectionReader, options?: Cancellable): Promise<SegmentPart<K>>;
  /** `size` = documents of the new segment. Must equal `write` of the kept representations, byte for byte, unless the kind is lossy and says so. */
  merge(sources: readonly MergeSource<K>[], size: number, out: SectionWriter, options?: Cancellable): Promise<void>;
}
