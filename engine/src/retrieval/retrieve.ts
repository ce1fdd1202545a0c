// retrieve: an encoder and an index of the same kind make a retriever. `retrieve(terms, denseIndex, 10)` does not
// compile; an encoder of the right kind but another space is refused by the index when it runs (ENCODER_MISMATCH).

import { checkCount, checkMethods, checkObject, checkString } from '../core/check.ts';
import { EngineError, throwIfAborted } from '../core/errors.ts';
import type {
  DocId,
  Encoder,
  Explanation,
  IndexReader,
  Kind,
  QueryRep,
  Representation,
  SearchOptions,
} from '../core/types.ts';
import { encodeQueries } from '../encoders/encode.ts';
import type { Library, Parts } from '../storage/contract.ts';
import { once } from './run-scope.ts';
import {
  bothFilters,
  type Context,
  type Explanations,
  type PartRef,
  type Query,
  type ReaderSource,
  type Retriever,
  traced,
} from './stage.ts';

/**
 * A part of a library by name: retrievers over it read the context's snapshot where that is of this library, and else
 * the newest commit when the run first reads the library.
 */
export function part<P extends Parts, N extends keyof P & string>(
  library: Pick<Library<P>, 'parts' | 'snapshot'>,
  name: N,
): PartRef<NonNullable<P[N]>['queryKind'], NonNullable<P[N]>['documentKind']> {
  checkMethods('library', library, 'snapshot');
  const kind = library.parts[name];
  if (kind === undefined) {
    throw new EngineError('NOT_FOUND', `The library has no part ${JSON.stringify(name)}`, {
      hint: `Its parts are ${Object.keys(library.parts).join(', ') || 'none'}.`,
    });
  }
  return {
    queryKind: kind.queryKind,
    documentKind: kind.documentKind,
    part: name,
    open(context) {
      type Snapshot = ReturnType<typeof library.snapshot>;
      const isOurs = context.snapshot?.library === library;
      // A snapshot of the run outlives this call; without a run there is only this call.
      const shared = isOurs ? (context.snapshot as Snapshot) : context.scope?.snapshot(library); // of this very library
      const snapshot = shared ?? library.snapshot();
      const done = () => {
        if (shared === undefined) snapshot.release();
      };
      return { reader: snapshot.part(name), snapshot, done };
    },
  };
}

/**
 * The best `k` documents of one index. A query's own representation is used where it has one for the encoder. A
 * query without text finds nothing (`retrieve.no-text`), and so does a vector of zeros (`retrieve.no-vector`: the
 * encoder has no vector for any word of the query, and every document would score 0).
 */
export function retrieve<Q extends Kind, D extends Kind>(
  encoder: Encoder<Q, D>,
  source: ReaderSource<NoInfer<Q>, Kind>,
  k: number,
): Retriever {
  checkSource(encoder, source);
  checkCount('k', k);
  const name = `retrieve(${encoder.name}, ${labelOf(source)}, ${k})`;
  return {
    name,
    run: (query, context = {}) =>
      traced(
        'retrieve',
        context,
        () =>
          withReader(source, context, async (reader) => {
            const rep = await searchedRep(encoder, reader, query, context);
            return rep === undefined ? [] : reader.search(rep, k, searchOptions(query, context));
          }),
        (ranking) => ({ stage: name, hits: ranking.length }),
      ),
    explain: (query, ids, context = {}) => explainIn(encoder, source, query, ids, context),
  };
}

/** What `retrieve` and `partScorer` are given. */
export function checkSource(encoder: Encoder, source: ReaderSource<Kind, Kind>): void {
  checkMethods('encoder', encoder, 'encodeQueries');
  checkObject('source', source);
}

/** For names of stages. */
export const labelOf = (source: ReaderSource<Kind, Kind>) => ('part' in source ? source.part : source.queryKind);

/** The explanations of the source's scores. */
export function explainIn<Q extends Kind, D extends Kind>(
  encoder: Encoder<Q, D>,
  source: ReaderSource<NoInfer<Q>, Kind>,
  query: Query,
  ids: readonly DocId[],
  context: Context,
): Promise<Explanations> {
  return withReader(source, context, async (reader) => {
    const out = new Map<DocId, Explanation>();
    const rep = await searchedRep(encoder, reader, query, context);
    if (rep === undefined) return out;
    for (const id of ids) {
      throwIfAborted(context.signal);
      const why = await reader.explain(rep, id, searchOptions(query, context));
      if (why !== undefined) out.set(id, why);
    }
    return out;
  });
}

/**
 * What the reader is searched with. undefined, with a trace event, where the query has nothing that documents could be
 * near to.
 */
export async function searchedRep<Q extends Kind, D extends Kind>(
  encoder: Encoder<Q, D>,
  reader: IndexReader<Q, Kind>,
  query: Query,
  context: Context,
): Promise<QueryRep<Q> | undefined> {
  checkObject('query', query);
  checkString('query.text', query.text);
  if (query.text.trim() === '' && readyRep(encoder, reader, query) === undefined) {
    context.trace?.({ name: 'retrieve.no-text', message: `The query has no text for ${encoder.name}` });
    return undefined;
  }
  const rep = await encodeQuery(encoder, reader, query, context);
  if (!isZero(rep)) return rep;
  context.trace?.({ name: 'retrieve.no-vector', message: `${encoder.name} has no vector for any word of the query` });
  return undefined;
}

const isZero = (rep: Representation) => rep.kind === 'dense' && rep.vec.every((component) => component === 0);

/** Opens a reader source for the time of `work`, which gets the context with the snapshot that the reader is of. */
export async function withReader<Q extends Kind, D extends Kind, T>(
  source: ReaderSource<Q, D>,
  context: Context,
  work: (reader: IndexReader<Q, D>, context: Context) => Promise<T>,
): Promise<T> {
  if (!('open' in source)) return work(source, context);
  const { reader, snapshot, done } = source.open(context);
  try {
    return await work(reader, { ...context, snapshot });
  } finally {
    done();
  }
}

export function searchOptions(query: Query, { signal, trace, filter, exhaustive }: Context): SearchOptions {
  return { signal, trace, exhaustive, filter: bothFilters(filter, query.filter) };
}

/**
 * A representation that the query has: the encoder's own, else one of the stored documents where the reader accepts
 * those (query by example).
 */
function readyRep<Q extends Kind, D extends Kind>(
  encoder: Encoder<Q, D>,
  reader: IndexReader<Q, Kind>,
  { reps }: Query,
): QueryRep<Q> | undefined {
  const example = reader.accepts.includes(reader.documents) ? reps?.get(reader.documents) : undefined;
  const ready = reps?.get(encoder.fingerprints.query) ?? example;
  return ready as QueryRep<Q> | undefined; // the reader accepts the fingerprint, and a fingerprint belongs to one kind
}

/** The representation of the query: its own where it has one, else made by the encoder. */
export async function encodeQuery<Q extends Kind, D extends Kind>(
  encoder: Encoder<Q, D>,
  reader: IndexReader<Q, Kind>,
  query: Query,
  context: Context,
): Promise<QueryRep<Q>> {
  const ready = readyRep(encoder, reader, query);
  if (ready !== undefined) return ready;
  return once(encoder, query, context, async () => {
    const { signal, trace } = context;
    const [rep] = await encodeQueries(encoder, [query.text], { signal, trace });
    return rep!; // encodeQueries returns one a text
  });
}
