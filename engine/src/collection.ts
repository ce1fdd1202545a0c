// A collection: text documents, searched by their words and, with an encoder, by their meaning. The shortest way into
// the engine, and only a face: everything that it does can be done with openLibrary, encoders, indexes and stages.

import { EngineError, throwIfAborted } from './core/errors.ts';
import type {
  Analyzer,
  Cancellable,
  ColumnType,
  DocId,
  Document,
  Encoder,
  Filter,
  IndexReader,
  Ranking,
} from './core/types.ts';
import { termsEncoder } from './encoders/terms.ts';
import { inverted } from './indexes/inverted/inverted.ts';
import { cut } from './retrieval/cut.ts';
import { explain } from './retrieval/explain.ts';
import { fuse } from './retrieval/fuse.ts';
import { retrieve } from './retrieval/retrieve.ts';
import type { Retriever } from './retrieval/stage.ts';
import type { Library, Parts, Reps, Snapshot, Writer } from './storage/contract.ts';
import type { Directory } from './storage/directory.ts';
import { openLibrary } from './storage/library.ts';
import type { PartKind } from './storage/part.ts';
import { english } from './text/english.ts';

export interface CollectionOptions {
  /** Text fields and their weights (> 0) in search. Fixed at the first `add`, weights excepted. */
  readonly fields: Readonly<Record<string, number>>;
  /** Typed columns, for filters. Default none. */
  readonly columns?: Readonly<Record<string, ColumnType>>;
  /** How text becomes terms. Default english(), which equals Lucene's. */
  readonly analyzer?: Analyzer;
  /** Search by meaning as well. Default: by words alone. */
  readonly dense?: CollectionDense;
  /** Never write. Default false. */
  readonly readOnly?: boolean;
}

/** How documents and queries become vectors, and where these are kept. Fixed at the first `add`; `buildDense` changes it. */
export interface CollectionDense {
  /** Reads the fields of each document, and the text of each query. */
  readonly encoder: Encoder<'dense'>;
  /** An index of the encoder's space: `flat({ space: encoder.space, dim })`, or binary, or ivf. */
  readonly index: PartKind<'dense'>;
  /** Best hits of either list that are fused, at least k. Default 100; published fusions take 1,000. */
  readonly depth?: number;
}

export interface CollectionSearch extends Cancellable {
  /** Most hits to return. Default 10. */
  readonly k?: number;
  readonly filter?: Filter;
  /** Give each hit its `why`. Default false. */
  readonly explain?: boolean;
}

/** Changes may be begun at any time; they are made one after the other, in the order of the calls. */
export interface Collection {
  /** Live documents. */
  readonly size: number;
  /** Adds or replaces, as one commit: durable and visible when it resolves, all or nothing. */
  add(documents: Iterable<Document>, options?: Cancellable): Promise<void>;
  /** Deletes as one commit; ids that are not there are no error. */
  delete(ids: Iterable<DocId>): Promise<void>;
  get(id: DocId): Promise<Document | undefined>;
  /**
   * Best first; any text is legal. Scores are BM25's; with `dense`, the sum over both lists of 1 / (60 + rank)
   * (reciprocal rank fusion), and a hit may share no word with the query.
   */
  search(text: string, options?: CollectionSearch): Promise<Ranking>;
  /**
   * Encodes every document that is there, and searches by meaning from then on, in place of `dense` as it was opened with:
   * a first encoder, or another one. One commit; searches go on meanwhile, and nothing changes if it fails or is aborted.
   * Progress is the trace event `collection.encode`. Open the collection with this `dense` from the next time on.
   */
  buildDense(dense: CollectionDense, options?: Cancellable): Promise<void>;
  /** After the changes that were begun; later ones are refused with CLOSED. */
  close(): Promise<void>;
}

/** Documents encoded at a time. */
const BATCH = 256;
const DEPTH = 100;

/**
 * Opens the collection in a directory; the first `add` creates it.
 *
 * ```ts
 * import { memoryDirectory, openCollection } from '@quire/engine';
 *
 * const papers = await openCollection(memoryDirectory(), { fields: { title: 2, abstract: 1 } });
 * await papers.add([{ id: 'a', fields: { title: 'Late interaction', abstract: 'Token vectors meet.' } }]);
 * const [hit] = await papers.search('interacting tokens', { explain: true });
 * console.assert(hit?.id === 'a' && hit.why?.value === hit.score);
 * ```
 */
export async function openCollection(directory: Directory, options: CollectionOptions): Promise<Collection> {
  const names = Object.keys(options.fields);
  const encoder = termsEncoder(options.analyzer ?? english(), { fields: names });
  const { dense } = options;
  if (dense !== undefined) checkDense(dense);
  const library = await openLibrary<Parts>(directory, {
    schema: {
      fields: Object.fromEntries(names.map((name) => [name, { stored: true }])),
      columns: options.columns ?? {},
    },
    parts: {
      terms: inverted({ space: encoder.space, fields: options.fields }),
      ...(dense === undefined ? {} : { dense: dense.index }),
    },
    ...(options.readOnly === undefined ? {} : { readOnly: options.readOnly }),
  });
  return new OpenCollection(library, encoder, dense);
}

class OpenCollection implements Collection {
  readonly #library: Library;
  readonly #terms: Encoder<'terms'>;
  #dense: CollectionDense | undefined;
  #written: Promise<void> = Promise.resolve();
  #isClosed = false;
  /** What is being built: from its commit on, its index is the one that is searched. */
  #coming: CollectionDense | undefined;

  constructor(library: Library, terms: Encoder<'terms'>, dense: CollectionDense | undefined) {
    this.#library = library;
    this.#terms = terms;
    this.#dense = dense;
  }

  get size(): number {
    const snapshot = this.#library.snapshot();
    const { size } = snapshot;
    snapshot.release();
    return size;
  }

  add(documents: Iterable<Document>, options: Cancellable = {}): Promise<void> {
    return this.#write(async (writer) => {
      for (const batch of batches(documents)) {
        throwIfAborted(options.signal);
        const texts = batch.map(({ fields }) => fields);
        const terms = await this.#terms.encodeDocuments(texts, options);
        const dense = await this.#dense?.encoder.encodeDocuments(texts, options);
        for (const [i, document] of batch.entries()) {
          const reps: Reps = { terms: terms[i]!, ...(dense === undefined ? {} : { dense: dense[i]! }) };
          await writer.replace(document, reps);
        }
      }
    });
  }

  delete(ids: Iterable<DocId>): Promise<void> {
    return this.#write(async (writer) => {
      for (const id of ids) await writer.delete(id);
    });
  }

  get(id: DocId): Promise<Document | undefined> {
    return this.#read((snapshot) => snapshot.get(id));
  }

  search(text: string, options: CollectionSearch = {}): Promise<Ranking> {
    return this.#read(async (snapshot) => {
      const { k = 10, ...context } = options;
      const best = cut(this.#retriever(snapshot, k), k);
      return (options.explain === true ? explain(best) : best).run({ text }, context);
    });
  }

  async buildDense(dense: CollectionDense, options: Cancellable = {}): Promise<void> {
    checkDense(dense);
    await this.#write(async (writer) => {
      const snapshot = this.#library.snapshot(); // nobody else commits while there is a writer
      let done = 0;
      try {
        const encode = async (ids: readonly DocId[]) => {
          const documents = await Promise.all(ids.map((id) => snapshot.get(id)));
          const texts = documents.map((document) => document!.fields); // of live documents
          const reps = await dense.encoder.encodeDocuments(texts, options);
          done += ids.length;
          options.trace?.({ name: 'collection.encode', done, total: snapshot.size });
          return reps;
        };
        await writer.buildPart('dense', dense.index, encode, { signal: options.signal });
        throwIfAborted(options.signal);
        this.#coming = dense;
      } finally {
        snapshot.release();
      }
    });
    this.#dense = dense;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#written;
    await this.#library.close();
  }

  #retriever(snapshot: Snapshot, k: number): Retriever {
    const terms = snapshot.part('terms') as IndexReader<'terms'>; // as openCollection named its parts
    if (this.#dense === undefined) return retrieve(this.#terms, terms, k);
    const vectors = snapshot.part('dense') as IndexReader<'dense'>;
    const isComing = this.#coming?.encoder.space === vectors.space;
    const { encoder, depth = DEPTH } = isComing ? this.#coming! : this.#dense;
    const most = Math.max(k, depth);
    return fuse({ by: 'rrf' }, retrieve(this.#terms, terms, most), retrieve(encoder, vectors, most));
  }

  /** One change after the other, each with the lock for itself. */
  #write(change: (writer: Writer) => Promise<void>): Promise<void> {
    if (this.#isClosed) return Promise.reject(new EngineError('CLOSED', 'The collection was closed'));
    const written = this.#written.then(async () => {
      const writer = await this.#library.writer();
      try {
        await change(writer);
        (await writer.commit()).release();
      } finally {
        await writer.close();
      }
    });
    this.#written = written.catch(() => undefined); // its own caller gets the error
    return written;
  }

  async #read<T>(answer: (snapshot: Snapshot) => Promise<T>): Promise<T> {
    const snapshot = this.#library.snapshot();
    try {
      return await answer(snapshot);
    } finally {
      snapshot.release();
    }
  }
}

function checkDense({ encoder, index }: CollectionDense): void {
  if (encoder.space === index.space) return;
  throw new EngineError(
    'ENCODER_MISMATCH',
    `The encoder ${encoder.name} makes vectors of space ${encoder.space}, the index keeps ${index.space}`,
    { hint: 'Make the index with `space: encoder.space`.' },
  );
}

function* batches(documents: Iterable<Document>): Generator<readonly Document[]> {
  let batch: Document[] = [];
  for (const document of documents) {
    batch.push(document);
    if (batch.length === BATCH) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
