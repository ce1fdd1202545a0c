// The public interface of a library: storage/library.ts implements it, and all layers above use it.

import type {
  Cancellable,
  ColumnValue,
  DocId,
  Document,
  DocumentRep,
  Filter,
  IndexReader,
  Kind,
  Schema,
} from '../core/types.ts';
import type { Directory } from './directory.ts';
import type { AnyPartKind, PartKind } from './part.ts';

/** Representations of one document by part name. A part without one cannot find the document. */
export type Reps<P extends Parts = Parts> = {
  readonly [N in keyof P]?: DocumentRep<NonNullable<P[N]>['documentKind']>;
};
/** Parts by name. `{ terms: PartKind<'terms'>; dense?: PartKind<'dense'> }` types each reader by its name. */
export type Parts = Readonly<Record<string, AnyPartKind | undefined>>;
/** The reader of a part of this kind. */
export type ReaderOf<P extends AnyPartKind | undefined> = IndexReader<
  NonNullable<P>['queryKind'],
  NonNullable<P>['documentKind']
>;

export interface LibraryOptions<P extends Parts = Parts> extends Cancellable {
  readonly schema: Schema;
  /** Named parts. A part that the library on disk lacks is refused unless added with Writer.buildPart. */
  readonly parts: P;
  /** Never write, not even a lock. Default false. */
  readonly readOnly?: boolean;
  /** Merge in the background after commits. Default true. */
  readonly autoMerge?: boolean;
  /**
   * Estimated bytes of documents and representations that a writer keeps before it writes a segment. Default 64 MiB.
   */
  readonly bufferBytes?: number;
}

export interface Library<P extends Parts = Parts> {
  readonly directory: Directory;
  readonly schema: Schema;
  readonly parts: P;
  /** The newest commit that this library has opened. Cheap; hold one per request. */
  snapshot(): Snapshot<P>;
  /** Opens the newest commit of another process; true when there was one. */
  refresh(): Promise<boolean>;
  /** Takes the write lock. Throws LOCKED when another live writer has it. */
  writer(options?: Cancellable): Promise<Writer<P>>;
  /** Waits for background merges. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export interface Writer<P extends Parts = Parts> {
  /**
   * Throws INVALID_DOCUMENT when the id exists already (use replace) or the document does not fit the schema. The
   * representations and column values are stored by reference until the next commit: do not change them.
   */
  add(document: Document, reps: Reps<P>): Promise<void>;
  /** Adds or replaces. */
  replace(document: Document, reps: Reps<P>): Promise<void>;
  /** Returns true when the document existed. */
  delete(id: DocId): Promise<boolean>;
  /** Documents added, replaced or deleted since the last commit. */
  readonly pending: number;
  /**
   * Makes everything since the last commit durable and visible at once. `metadata` (for example the last store change
   * in the index) is stored in the manifest and replaces the previous one; without it, the previous one stays.
   */
  commit(metadata?: Readonly<Record<string, string | number>>): Promise<Snapshot<P>>;
  /** Discards everything since the last commit. */
  abort(): Promise<void>;
  /** Merges all segments into one and drops deleted documents; part of the next commit. */
  mergeAll(options?: Cancellable): Promise<void>;
  /**
   * Builds part `name` for every live document while the other parts stay in use, and switches it in atomically at the
   * next commit. `encode` gets documents in batches (stored fields only) and returns one representation (or undefined)
   * each.
   */
  buildPart<Q extends Kind, D extends Kind, C>(
    name: string,
    kind: PartKind<Q, D, C>,
    encode: (ids: readonly DocId[]) => Promise<readonly (DocumentRep<D> | undefined)[]>,
    options?: Cancellable,
  ): Promise<void>;
  /** Releases the lock; pending changes are lost. */
  close(): Promise<void>;
}

/** One immutable commit. The files that it needs stay readable until it is released. */
export interface Snapshot<P extends Parts = Parts> {
  /** The library of the commit, to tell snapshots of several libraries apart. */
  readonly library: object;
  readonly generation: number;
  /** Live documents. */
  readonly size: number;
  readonly metadata: Readonly<Record<string, string | number>>;
  readonly segments: readonly {
    readonly name: string;
    readonly size: number;
    readonly deleted: number;
    readonly bytes: number;
  }[];
  /** A named part over all segments. */
  part<N extends keyof P & string>(name: N): ReaderOf<P[N]>;
  has(id: DocId): Promise<boolean>;
  /** Stored fields and columns; undefined when absent or deleted. */
  get(id: DocId): Promise<Document | undefined>;
  /** Ids in ascending order, after `after`, at most `limit`. */
  ids(options?: {
    readonly after?: DocId;
    readonly limit?: number;
    readonly filter?: Filter;
  }): Promise<readonly DocId[]>;
  count(filter?: Filter): Promise<number>;
  /** Values of a column with counts among documents passing the filter: count descending, then value ascending. */
  facet(
    column: string,
    options?: { readonly filter?: Filter; readonly limit?: number },
  ): Promise<readonly { readonly value: ColumnValue; readonly count: number }[]>;
  /** Ids sorted by a column (missing last), ties by id ascending. */
  sorted(
    column: string,
    options?: {
      readonly descending?: boolean;
      readonly filter?: Filter;
      readonly offset?: number;
      readonly limit?: number;
    },
  ): Promise<readonly DocId[]>;
  /** Closes the files. Idempotent. */
  release(): void;
}
