// The documents of a test collection as an index in memory, in one of two layouts. `papers`: as the library indexes works
// of the same title and abstract. `contents`: as the published BM25 runs, title and text in one field.

import type { DenseRep, Schema, TermsDocument } from '@quire/engine/core';
import { termsEncoder } from '@quire/engine/encoders';
import { inverted } from '@quire/engine/indexes';
import type { Dataset } from '@quire/engine/node';
import { memoryDirectory, openLibrary } from '@quire/engine/storage';
import { english } from '@quire/engine/text';
import { SCHEMA } from './documents.ts';
import { type Encoders, type PaperLibrary, type PaperParts, partsOf, termsOf } from './paper-index.ts';

type Documents = Dataset['documents'];

/** Documents that are encoded at once. */
const BATCH = 64;

export interface EvaluationIndex {
  readonly library: PaperLibrary;
  readonly encoders: Encoders;
  /** Tokens of the collection, and different ones among them. */
  readonly totalTerms: number;
  readonly uniqueTerms: number;
}

export interface IndexingOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number, what: string) => void) | undefined;
}

export interface Layout {
  readonly schema: Schema;
  readonly parts: PaperParts;
  readonly encoders: Encoders;
  /** Whether the library keeps the texts: RM3 reads them. */
  readonly stored: boolean;
  terms(title: string, text: string): Promise<TermsDocument>;
  /** One vector a document; undefined without an encoder. */
  dense(documents: Documents): Promise<readonly DenseRep[] | undefined>;
}

/** As paper-index.ts: the same fields, analyzer, weights and kinds. */
export function paperLayout(encoders: Encoders): Layout {
  return {
    schema: SCHEMA,
    parts: partsOf(encoders),
    encoders,
    stored: false,
    terms: async (title, abstract) => termsOf(encoders, { title, abstract }),
    dense: async (documents) =>
      encoders.dense?.encodeDocuments(documents.map(({ title, text }) => ({ title, abstract: text }))),
  };
}

export function contentsLayout(): Layout {
  const terms = termsEncoder(english(), { fields: { contents: ['title', 'text'] } });
  return {
    schema: { fields: { title: { stored: true }, text: { stored: true } }, columns: {} },
    parts: { terms: inverted({ space: terms.space, fields: { contents: 1 } }) },
    encoders: { terms, dense: undefined },
    stored: true,
    terms: async (title, text) => (await terms.encodeDocuments([{ title, text }]))[0]!,
    dense: async () => undefined,
  };
}

export async function indexDataset(
  { documents }: Pick<Dataset, 'documents'>,
  layout: Layout,
  { signal, onProgress }: IndexingOptions = {},
): Promise<EvaluationIndex> {
  const { schema, parts, encoders } = layout;
  const library: PaperLibrary = await openLibrary(memoryDirectory(), { schema, parts });
  const writer = await library.writer();
  const unique = new Set<string>();
  let totalTerms = 0;
  for (let at = 0; at < documents.length; at += BATCH) {
    signal?.throwIfAborted();
    const batch = documents.slice(at, at + BATCH);
    const vectors = await layout.dense(batch);
    for (const [i, { id, title, text }] of batch.entries()) {
      const terms = await layout.terms(title, text);
      for (const stream of terms.fields.values()) {
        totalTerms += stream.length;
        for (const term of stream.terms) unique.add(term);
      }
      const dense = vectors?.[i];
      const reps = dense === undefined ? { terms } : { terms, dense };
      await writer.add({ id, fields: layout.stored ? { title, text } : {} }, reps);
    }
    onProgress?.(at, documents.length, 'documents');
  }
  (await writer.commit()).release();
  await writer.close();
  return { library, encoders, totalTerms, uniqueTerms: unique.size };
}
