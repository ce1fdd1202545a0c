// A collection: text documents, searched by their words and, with an encoder, by their meaning. The shortest way into
// the engine: everything that it does can also be done with openLibrary, encoders, indexes and stages.

import { checkCount, checkIterable, checkMethods, checkObject, checkString, shown } from './core/check.ts';
import { EngineError, throwIfAborted } from './core/errors.ts';
import type { Analyzer, Cancellable, ColumnType, DocId, Document, Encoder, Filter, Ranking } from './core/types.ts';
import { orderedFields } from './encoders/document-text.ts';
import { encodeDocuments } from './encoders/encode.ts';
import { termsEncoder } from './encoders/terms.ts';
import { inverted } from './indexes/inverted/inverted.ts';
import { cut } from './retrieval/cut.ts';
import { explain } from './retrieval/explain.ts';
import { retrieve } from './retrieval/retrieve.ts';
import type { Retriever } from './retrieval/stage.ts';
import type { Library, Reps, Snapshot, Writer } from './storage/contract.ts';
import type { Directory } from './storage/directory.ts';
import { validateDocument } from './storage/documents/validate.ts';
import { inspectLibrary, openLibrary } from './storage/library.ts';
import type { PartKind } from './storage/part.ts';
import { english } from './text/english.ts';

export interface CollectionOptions {
  /** Text fields and their weights (> 0) in search. Fixed at the first `add`, weights excepted. */
  readonly fields: Readonly<Record<string, number>>;
  /** Typed columns, for filters. Default none. */
  readonly columns?: Readonly<Record<string, ColumnType>>;
  /** The analyzer from text to terms. Default english(), which equals Lucene's. */
  readonly analyzer?: Analyzer;
  /** Dense search as well. Default: words only. */
  readonly dense?: CollectionDense;
  /** Never write. Default false. */
  readonly readOnly?: boolean;
}

/**
 * The encoder of documents and queries, and the index of its vectors. Fixed at the first `add`; `buildDense` changes
 * it.
 */
export interface CollectionDense {
  /** Reads the fields of each document, and the text of each query. */
  readonly encoder: Encoder<'dense'>;
  /** An index of the encoder's space: `flat({ space: encoder.space, dim })`, or binary, or ivf. */
  readonly index: PartKind<'dense', 'dense', unknown>;
  /** Hits of each list that are fused, at least k. Default 100; published fusions take 1,000. */
  readonly depth?: number;
}

export interface CollectionSearch extends Cancellable {
  /** Most hits to return. Default 10. */
  readonly k?: number;
  readonly filter?: Filter;
  /** Add `why` to each hit. Default false. */
  readonly explain?: boolean;
}

/** Changes may be started at any time; they run one after the other, in the order of the calls. */
export interface Collection {
  /** Live documents. */
  readonly size: number;
  /** Adds or replaces, as one commit: durable and visible when it resolves, all or nothing. */
  add(documents: Iterable<Document>, options?: Cancellable): Promise<void>;
  /** Deletes as one commit; unknown ids are not an error. */
  delete(ids: Iterable<DocId>): Promise<void>;
  get(id: DocId): Promise<Document | undefined>;
  /**
   * Best first; any text is legal. Scores are BM25's; with `dense`, the sum over both lists of 1 / (60 + rank)
   * (reciprocal rank fusion), and a hit may share no word with the query.
   */
  search(text: string, options?: CollectionSearch): Promise<Ranking>;
  /**
   * Encodes every existing document with `dense`, a first encoder or another one, and searches with it from then on.
   * One commit; searches continue in the meantime, and nothing changes if it fails or is aborted. Progress is the trace
   * event
   * `collection.encode`. Open the collection with this `dense` from the next time on.
   */
  buildDense(dense: CollectionDense, options?: Cancellable): Promise<void>;
  /** Closes after the changes in progress; later ones are refused with CLOSED. */
  close(): Promise<void>;
}

/** The parts of its library. A `type`, so that it has the index signature of `Parts`. */
type CollectionParts = { readonly terms: PartKind<'terms'>; readonly dense?: PartKind<'dense', 'dense', unknown> };

/** Documents of one encoder call. */
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
  checkMethods('directory', directory, 'open', 'create');
  checkOptions(options);
  const { dense } = options;
  const order = await fieldOrder(directory, options);
  const weights = order.map((name) => [name, options.fields[name]!] as const); // the same names in another order
  const encoder = termsEncoder(options.analyzer ?? english(), { fields: order });
  const library = await openLibrary<CollectionParts>(directory, {
    schema: {
      fields: Object.fromEntries(order.map((name) => [name, { stored: true }])),
      columns: options.columns ?? {},
    },
    parts: {
      terms: inverted({ space: encoder.space, fields: Object.fromEntries(weights) }),
      ...(dense === undefined ? {} : { dense: dense.index }),
    },
    ...(options.readOnly === undefined ? {} : { readOnly: options.readOnly }),
  });
  return new OpenCollection(library, order, encoder, dense);
}

/** Metadata of the library: the fields in the order in which they were named when the collection was made, as JSON. */
const ORDER = 'fieldOrder';

/**
 * The order in which the fields of a document make its text. It is fixed when the collection is made, so that every
 * document is encoded alike whatever the order of `options.fields` later. A collection without a record of it (made
 * before it was kept) has the order that it was always opened with.
 */
async function fieldOrder(directory: Directory, { fields }: CollectionOptions): Promise<readonly string[]> {
  const given = Object.keys(fields);
  const recorded = (await inspectLibrary(directory))?.metadata[ORDER];
  if (typeof recorded !== 'string') return given;
  const names: unknown = JSON.parse(recorded);
  const isSame = Array.isArray(names) && names.length === given.length && given.every((name) => names.includes(name));
  return isSame ? (names as string[]) : given; // other fields: openLibrary refuses them by its schema
}

class OpenCollection implements Collection {
  readonly #library: Library<CollectionParts>;
  readonly #fields: readonly string[];
  readonly #terms: Encoder<'terms'>;
  #dense: CollectionDense | undefined;
  #written: Promise<void> = Promise.resolve();
  #isClosed = false;
  /** The `dense` of a running buildDense: from its commit on, its index is the one that is searched. */
  #coming: CollectionDense | undefined;

  constructor(
    library: Library<CollectionParts>,
    fields: readonly string[],
    terms: Encoder<'terms'>,
    dense: CollectionDense | undefined,
  ) {
    this.#library = library;
    this.#fields = fields;
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
      checkMethods('options', options);
      for (const batch of batches(documents)) {
        throwIfAborted(options.signal);
        for (const document of batch) validateDocument(this.#library.schema, document);
        const texts = batch.map(({ fields }) => orderedFields(fields, this.#fields));
        const terms = await encodeDocuments(this.#terms, texts, options);
        const dense = this.#dense && (await encodeDocuments(this.#dense.encoder, texts, options));
        for (const [i, document] of batch.entries()) {
          const reps: Reps<CollectionParts> = {
            terms: terms[i]!,
            ...(dense === undefined ? {} : { dense: dense[i]! }),
          };
          await writer.replace(document, reps);
        }
      }
    });
  }

  delete(ids: Iterable<DocId>): Promise<void> {
    return this.#write(async (writer) => {
      checkIterable('ids', ids);
      for (const id of ids) await writer.delete(id);
    });
  }

  get(id: DocId): Promise<Document | undefined> {
    return this.#read((snapshot) => snapshot.get(id));
  }

  search(text: string, options: CollectionSearch = {}): Promise<Ranking> {
    return this.#read(async (snapshot) => {
      checkString('text', text);
      checkMethods('options', options);
      const { k = 10, ...context } = options;
      const best = cut(await this.#retriever(snapshot, k), k);
      return (options.explain === true ? explain(best) : best).run({ text }, context);
    });
  }

  async buildDense(dense: CollectionDense, options: Cancellable = {}): Promise<void> {
    checkDense(dense);
    checkMethods('options', options);
    await this.#write(async (writer) => {
      const snapshot = this.#library.snapshot(); // the writer holds the lock: this stays the newest commit
      let done = 0;
      try {
        const encode = async (ids: readonly DocId[]) => {
          const documents = await Promise.all(ids.map((id) => snapshot.get(id)));
          const texts = documents.map((document) => orderedFields(document!.fields, this.#fields)); // of live documents
          const reps = await encodeDocuments(dense.encoder, texts, options);
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

  async #retriever(snapshot: Snapshot<CollectionParts>, k: number): Promise<Retriever> {
    const terms = snapshot.part('terms');
    if (this.#dense === undefined) return retrieve(this.#terms, terms, k);
    const vectors = snapshot.part('dense');
    const isComing = this.#coming?.encoder.space === vectors.space;
    const { encoder, depth = DEPTH } = isComing ? this.#coming! : this.#dense;
    const most = Math.max(k, depth);
    const { fuse } = await import('./retrieval/fuse.ts'); // a collection of words alone does not load it
    return fuse({ by: 'rrf' }, retrieve(this.#terms, terms, most), retrieve(encoder, vectors, most));
  }

  /** Changes run one after the other, each with the write lock. */
  #write(change: (writer: Writer<CollectionParts>) => Promise<void>): Promise<void> {
    if (this.#isClosed) return Promise.reject(new EngineError('CLOSED', 'The collection was closed'));
    const written = this.#written.then(async () => {
      const writer = await this.#library.writer();
      try {
        await change(writer);
        (await writer.commit({ [ORDER]: JSON.stringify(this.#fields) })).release();
      } finally {
        await writer.close();
      }
    });
    this.#written = written.catch(() => undefined); // the caller of this change gets the error
    return written;
  }

  async #read<T>(answer: (snapshot: Snapshot<CollectionParts>) => Promise<T>): Promise<T> {
    const snapshot = this.#library.snapshot();
    try {
      return await answer(snapshot);
    } finally {
      snapshot.release();
    }
  }
}

function checkOptions(options: CollectionOptions): void {
  checkObject('options', options);
  checkObject('fields', options.fields);
  for (const [name, weight] of Object.entries(options.fields)) {
    if (typeof weight === 'number' && weight > 0 && Number.isFinite(weight)) continue;
    throw new EngineError('INVALID_ARGUMENT', `The weight of field ${shown(name)} is ${shown(weight)}`, {
      hint: 'Pass a finite number above 0.',
    });
  }
  if (options.columns !== undefined) checkObject('columns', options.columns);
  if (options.dense !== undefined) checkDense(options.dense);
}

function checkDense(dense: CollectionDense): void {
  checkObject('dense', dense);
  checkMethods('dense.encoder', dense.encoder, 'encodeDocuments', 'encodeQueries');
  checkObject('dense.index', dense.index);
  if (dense.depth !== undefined) checkCount('dense.depth', dense.depth);
  const { encoder, index } = dense;
  if (encoder.space === index.space) return;
  throw new EngineError(
    'ENCODER_MISMATCH',
    `The encoder ${encoder.name} makes vectors of space ${encoder.space}, the index keeps ${index.space}`,
    { hint: 'Make the index with `space: encoder.space`.' },
  );
}

function* batches(documents: Iterable<Document>): Generator<readonly Document[]> {
  checkIterable('documents', documents);
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
