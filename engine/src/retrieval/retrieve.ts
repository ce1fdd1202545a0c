// retrieve: an encoder and an index of the same kind make a retriever. `retrieve(terms, denseIndex, 10)` does not compile;
// an encoder of the right kind but another space is refused by the index when it runs (ENCODER_MISMATCH).

import { checkCount } from '../core/check.ts';
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
import type { Library, Parts } from '../storage/contract.ts';
import type { PartKind } from '../storage/part.ts';
import { once } from './run-scope.ts';
import {
  bothFilters,
  type Context,
  type PartRef,
  type Query,
  type ReaderSource,
  type Retriever,
  traced,
} from './stage.ts';

type KindOf<P> = P extends PartKind<infer K> ? K : never;

/**
 * A part of a library by name: retrievers over it read the context's snapshot, or, where there is none, the newest commit
 * when the run first reads the library.
 */
export function part<P extends Parts, N extends keyof P & string>(
  library: Pick<Library<P>, 'parts' | 'snapshot'>,
  name: N,
): PartRef<KindOf<P[N]>> {
  type K = KindOf<P[N]>;
  const kind = library.parts[name];
  if (kind === undefined) {
    throw new EngineError('NOT_FOUND', `The library has no part ${JSON.stringify(name)}`, {
      hint: `Its parts are ${Object.keys(library.parts).join(', ') || 'none'}.`,
    });
  }
  return {
    kind: kind.kind as K,
    part: name,
    open(context) {
      // The run's own outlives this call; without a run there is only this call.
      const given = context.snapshot ?? context.scope?.snapshot(library);
      const own = given === undefined ? library.snapshot() : undefined;
      const snapshot = own ?? (given as ReturnType<typeof library.snapshot>); // snapshots of one library have its parts
      return { reader: snapshot.part(name) as unknown as IndexReader<K>, done: () => own?.release() };
    },
  };
}

/**
 * The best `k` documents of one index. A query's own representation for the encoder's space is used where it has one. A
 * vector of zeros (the encoder knew no word of the query) finds nothing, which is reported as `retrieve.no-vector`: every
 * document would score 0.
 */
export function retrieve<K extends Kind>(encoder: Encoder<K>, source: ReaderSource<NoInfer<K>>, k: number): Retriever {
  checkCount('k', k);
  const label = 'part' in source ? source.part : source.kind;
  const name = `retrieve(${encoder.name}, ${label}, ${k})`;
  return {
    name,
    run: (query, context = {}) =>
      traced(
        'retrieve',
        context,
        () =>
          withReader(source, context, async (reader) => {
            const rep = await encode(encoder, query, context);
            if (!isZero(rep)) return reader.search(rep, k, searchOptions(query, context));
            context.trace?.({ name: 'retrieve.no-vector', message: `${encoder.name} knows no word of the query` });
            return [];
          }),
        (ranking) => ({ stage: name, hits: ranking.length }),
      ),
    async explain(query, ids, context = {}) {
      const rep = await encode(encoder, query, context);
      const out = new Map<DocId, Explanation>();
      if (isZero(rep)) return out;
      await withReader(source, context, async (reader) => {
        for (const id of ids) {
          throwIfAborted(context.signal);
          const why = await reader.explain(rep, id, searchOptions(query, context));
          if (why !== undefined) out.set(id, why);
        }
      });
      return out;
    },
  };
}

const isZero = (rep: Representation) => rep.kind === 'dense' && rep.vec.every((component) => component === 0);

/** Opens a reader source for the time of `work`. */
export async function withReader<K extends Kind, T>(
  source: ReaderSource<K>,
  context: Context,
  work: (reader: IndexReader<K>) => Promise<T>,
): Promise<T> {
  if (!('open' in source)) return work(source);
  const { reader, done } = source.open(context);
  try {
    return await work(reader);
  } finally {
    done();
  }
}

export function searchOptions(query: Query, { signal, trace, filter, exhaustive }: Context): SearchOptions {
  return { signal, trace, exhaustive, filter: bothFilters(filter, query.filter) };
}

async function encode<K extends Kind>(encoder: Encoder<K>, query: Query, context: Context): Promise<QueryRep<K>> {
  const ready = query.reps?.get(encoder.space);
  if (ready !== undefined) return ready as QueryRep<K>; // a space belongs to one kind
  return once(encoder, query, context, async () => {
    const [rep] = await encoder.encodeQueries([query.text], { signal: context.signal, trace: context.trace });
    return rep!;
  });
}
