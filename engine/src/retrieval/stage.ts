// Retrieval is an algebra: a Stage turns an input into an output, a Retriever is a Stage from a Query to a Ranking, and
// every combinator (fuse, cut, filter, rerank, rm3, explain) makes a Retriever of Retrievers. A stage holds no state:
// what one run needs, the snapshot above all, comes with its Context.

import { throwIfAborted } from '../core/errors.ts';
import type {
  Cancellable,
  DocId,
  Document,
  Explanation,
  Filter,
  Fingerprint,
  IndexReader,
  Kind,
  QueryRep,
  Ranking,
} from '../core/types.ts';

export interface Query {
  /** The text that encoders read. */
  readonly text: string;
  /** Anded with the context's filter. */
  readonly filter?: Filter | undefined;
  /**
   * Representations that are ready, by fingerprint: from the user's syntax, from feedback, from a document that is the
   * example. They replace the encoder of that fingerprint; those of stored documents replace any encoder where the
   * index accepts them.
   */
  readonly reps?: ReadonlyMap<Fingerprint, QueryRep<Kind>>;
}

/** The methods of a snapshot (storage/contract.ts) that retrieval uses. */
export interface SnapshotView {
  /** A part of this library is read from this snapshot; a part of another library is not. */
  readonly library: object;
  part(name: never): unknown;
  get(id: DocId): Promise<Document | undefined>;
}

/** Reads the text fields of a document; undefined where there is no such document. */
export type Texts = (id: DocId) => Promise<Readonly<Record<string, string>> | undefined>;

/**
 * What one run gets. Everything is optional; `retrieve` over a named part takes the newest commit without a snapshot.
 */
export interface Context extends Cancellable {
  /** All stages that read its library see this commit. The caller releases it. */
  readonly snapshot?: SnapshotView | undefined;
  /** Where stages read texts of documents (`textsOf`). Default: the stored fields of the snapshots of the run. */
  readonly texts?: Texts | undefined;
  readonly filter?: Filter | undefined;
  /** Score everything instead of pruning: same result, slower. */
  readonly exhaustive?: boolean | undefined;
  /** A clock in milliseconds, for the `ms` of trace events. */
  readonly now?: (() => number) | undefined;
  /** What the stages of this run share. Stages make it; callers leave it out. */
  readonly scope?: RunScope | undefined;
}

/** What the stages of one run share (run-scope.ts). */
export interface RunScope {
  /** The snapshots of libraries that the run has taken itself, in the order of their first use. */
  readonly snapshots: readonly SnapshotView[];
  /** The snapshot of this library that the whole run sees. */
  snapshot<S extends SnapshotView & { release(): void }>(library: { snapshot(): S }): S;
  /** The result of the first call of `make` for this owner and input under such a context. */
  remember<T>(owner: object, input: unknown, context: Context, make: () => Promise<T>): Promise<T>;
}

export interface Stage<I, O> {
  /** As it was composed: "cut(fuse rrf(…), 10)". For traces and explanations. */
  readonly name: string;
  run(input: I, context?: Context): Promise<O>;
}

export interface Retriever extends Stage<Query, Ranking> {
  /**
   * The explanation of each document's score, by id. A document that does not match is absent; one beyond a cut may be
   * present.
   */
  explain(query: Query, ids: readonly DocId[], context?: Context): Promise<Explanations>;
}
export type Explanations = ReadonlyMap<DocId, Explanation>;

/** The reader of a part, or the name of a part of a library (see `part`). */
export type ReaderSource<Q extends Kind, D extends Kind = Q> = IndexReader<Q, D> | PartRef<Q, D>;

export interface PartRef<Q extends Kind, D extends Kind = Q> {
  readonly queryKind: Q;
  readonly documentKind: D;
  readonly part: string;
  /** The part in the run's snapshot of its library. `done` releases a snapshot that was taken for this call alone. */
  open(context: Context): OpenPart<Q, D>;
}

export interface OpenPart<Q extends Kind, D extends Kind = Q> {
  readonly reader: IndexReader<Q, D>;
  readonly snapshot: SnapshotView;
  readonly done: () => void;
}

/** The query with one more representation, which replaces its text wherever that fingerprint is searched. */
export function withRep(query: Query, rep: QueryRep<Kind>): Query {
  return { ...query, reps: new Map(query.reps ?? []).set(rep.fingerprint, rep) };
}

/** Both filters, either of which may be absent. */
export function bothFilters(a: Filter | undefined, b: Filter | undefined): Filter | undefined {
  if (a === undefined) return b;
  if (b === undefined) return a; // null is kept, and refused where the filter is read
  return { op: 'and', filters: [a, b] };
}

/** Runs the work of a stage: refuses to start when cancelled, and reports its time and its result. */
export async function traced<T>(
  name: string,
  context: Context,
  work: () => Promise<T>,
  facts: (result: T) => Readonly<Record<string, string | number | boolean>>,
): Promise<T> {
  throwIfAborted(context.signal);
  const start = context.now?.();
  const result = await work();
  throwIfAborted(context.signal);
  const ms = start === undefined ? {} : { ms: context.now!() - start };
  context.trace?.({ name, facts: facts(result), ...ms });
  return result;
}
