// One lexical run over a dataset in the configuration of the published regressions: the flat form in one field, 1,000 hits,
// ties broken as Anserini writes them, measured over all judged queries.

import { type TermsEncoder, termsEncoder } from '@quire/engine/encoders';
import { evaluate, type Qrels, type Run, runQueries, type Values } from '@quire/engine/evaluation';
import { inverted } from '@quire/engine/indexes';
import type { Dataset } from '@quire/engine/node';
import type { Retriever } from '@quire/engine/retrieval';
import type { PartKind } from '@quire/engine/storage';
import { type Library, memoryDirectory, openLibrary } from '@quire/engine/storage';
import { english } from '@quire/engine/text';

export const HITS = 1000;

export interface Indexed {
  readonly encoder: TermsEncoder;
  readonly library: Library<{ readonly lexical: PartKind<'terms'> }>;
  /** Number of tokens of the collection, and of different tokens. */
  readonly totalTerms: number;
  readonly uniqueTerms: number;
}

/** Title, line feed, text: one field. */
export async function indexFlat(dataset: Dataset): Promise<Indexed> {
  const encoder = termsEncoder(english(), { fields: { contents: ['title', 'text'] } });
  const library = await openLibrary(memoryDirectory(), {
    schema: { fields: { title: { stored: true }, text: { stored: true } }, columns: {} },
    parts: { lexical: inverted({ space: encoder.space, fields: { contents: 1 }, positions: false }) },
  });
  const writer = await library.writer();
  const unique = new Set<string>();
  let totalTerms = 0;
  for (const { id, title, text } of dataset.documents) {
    const [rep] = await encoder.encodeDocuments([{ title, text }]);
    for (const stream of rep!.fields.values()) {
      totalTerms += stream.length;
      for (const term of stream.terms) unique.add(term);
    }
    await writer.add({ id, fields: { title, text } }, { lexical: rep! });
  }
  await writer.commit();
  await writer.close();
  return { encoder, library, totalTerms, uniqueTerms: unique.size };
}

/** Every judged query, with the scores in Anserini's output format. */
export async function publishedRun(dataset: Dataset, { library }: Indexed, retriever: Retriever): Promise<Run> {
  const snapshot = library.snapshot();
  try {
    const ids = dataset.qrels.keys();
    return await runQueries(retriever, dataset.queries, { context: { snapshot }, ids, separate: true });
  } finally {
    snapshot.release();
  }
}

/** Means over all judged queries, to the four digits that are published. */
export function published(run: Run, qrels: Qrels, measures: readonly string[]): Values {
  const { mean } = evaluate(run, qrels, { measures, complete: true });
  return Object.fromEntries(Object.entries(mean).map(([name, value]) => [name, Number(value.toFixed(4))]));
}
