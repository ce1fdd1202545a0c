// A collection: text documents, searched by their words and, with an encoder, by their meaning. The shortest way into
// the engine, and only a face: everything that it does can be done with openLibrary, encoders, indexes and stages.

import { throwIfAborted } from './core/errors.ts';
import type {
  Analyzer,
  Cancellable,
  ColumnType,
  DocId,
  Document,
  DocumentRep,
  Encoder,
  Filter,
  Hit,
  IndexReader,
  Ranking,
} from './core/types.ts';
import { termsEncoder } from './encoders/terms.ts';
import { inverted } from './indexes/inverted/inverted.ts';
import type { Library, Snapshot, Writer } from './storage/contract.ts';
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
  /** Never write. Default false. */
  readonly readOnly?: boolean;
}

export interface CollectionSearch extends Cancellable {
  /** Most hits to return. Default 10. */
  readonly k?: number;
  readonly filter?: Filter;
  /** Give each hit its `why`. Default false. */
  readonly explain?: boolean;
}

export interface Collection {
  /** Live documents. */
  readonly size: number;
  /** Adds or replaces, as one commit: durable and visible when it resolves, all or nothing. */
  add(documents: Iterable<Document>, options?: Cancellable): Promise<void>;
  /** Deletes as one commit; ids that are not there are no error. */
  delete(ids: Iterable<DocId>): Promise<void>;
  get(id: DocId): Promise<Document | undefined>;
  /** Best first; any text is legal. */
  search(text: string, options?: CollectionSearch): Promise<Ranking>;
  close(): Promise<void>;
}

type Shape = { readonly terms: PartKind<'terms'> };
/** Documents encoded at a time. */
const BATCH = 256;

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
  const library = await openLibrary<Shape>(directory, {
    schema: {
      fields: Object.fromEntries(names.map((name) => [name, { stored: true }])),
      columns: options.columns ?? {},
    },
    parts: { terms: inverted({ space: encoder.space, fields: options.fields }) },
    ...(options.readOnly === undefined ? {} : { readOnly: options.readOnly }),
  });
  return new OpenCollection(library, encoder);
}

class OpenCollection implements Collection {
  readonly #library: Library<Shape>;
  readonly #encoder: Encoder<'terms'>;

  constructor(library: Library<Shape>, encoder: Encoder<'terms'>) {
    this.#library = library;
    this.#encoder = encoder;
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
        const reps = await this.#encoder.encodeDocuments(
          batch.map(({ fields }) => fields),
          options,
        );
        for (const [i, document] of batch.entries()) {
          await writer.replace(document, { terms: reps[i] as DocumentRep<'terms'> }); // one representation a document
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
      const reader: IndexReader<'terms'> = snapshot.part('terms');
      const [query] = await this.#encoder.encodeQueries([text], options);
      if (query === undefined) return [];
      const ranking = await reader.search(query, options.k ?? 10, options);
      if (options.explain !== true) return ranking;
      return Promise.all(
        ranking.map(async (hit): Promise<Hit> => {
          const why = await reader.explain(query, hit.id, options);
          return why === undefined ? hit : { ...hit, why };
        }),
      );
    });
  }

  close(): Promise<void> {
    return this.#library.close();
  }

  async #write(change: (writer: Writer<Shape>) => Promise<void>): Promise<void> {
    const writer = await this.#library.writer();
    try {
      await change(writer);
      (await writer.commit()).release();
    } finally {
      await writer.close();
    }
  }

  async #read<T>(answer: (snapshot: Snapshot<Shape>) => Promise<T>): Promise<T> {
    const snapshot = this.#library.snapshot();
    try {
      return await answer(snapshot);
    } finally {
      snapshot.release();
    }
  }
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
