// One lexical run over a dataset as the published regressions make it: the flat form in one field, 1,000 hits, scores
// separated as Anserini writes them, measured over all judged queries.

import { type TermsEncoder, termsEncoder } from '@quire/engine/encoders';
import { evaluate, type Qrels, type Run, type RunHit, separateTies, type Values } from '@quire/engine/evaluation';
import { inverted } from '@quire/engine/indexes';
import type { Dataset } from '@quire/engine/node';
import type { Retriever, SnapshotView } from '@quire/engine/retrieval';
import type { PartKind } from '@quire/engine/storage';
import { type Library, memoryDirectory, openLibrary } from '@quire/engine/storage';
import { english } from '@quire/engine/text';

export const HITS = 1000;

export interface Indexed {
  readonly encoder: TermsEncoder;
  readonly library: Library<{ readonly lexical: PartKind<'terms'> }>;
  /** Tokens of the collection, and different ones among them. */
  readonly totalTerms: number;
  readonly uniqueTerms: number;
}

/** Title, line feed, text: one field. */
export async function indexFlat(dataset: Dataset): Promise<Indexed> {
  const encoder = termsEncoder(english(), { fields: { contents: ['title', 'text'] } });
  const library = await openLibrary(memoryDirectory(), {
    schema: { fields: { title: { stored: true }, text: { stored: true } }, columns: {} },
    parts: { lexical: inverted({ space: encoder.space, fields: { contents: 1 } }) },
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

/** Runs every judged query. */
export async function runQueries(dataset: Dataset, retriever: Retriever, snapshot: SnapshotView): Promise<Run> {
  const run = new Map<string, readonly RunHit[]>();
  for (const query of dataset.qrels.keys()) {
    const text = dataset.queries.get(query)!;
    run.set(query, separateTies(await retriever.run({ text }, { snapshot })));
  }
  return run;
}

/** Means over all judged queries, to the four digits that are published. */
export function published(run: Run, qrels: Qrels, measures: readonly string[]): Values {
  const { mean } = evaluate(run, qrels, { measures, complete: true });
  return Object.fromEntries(Object.entries(mean).map(([name, value]) => [name, Number(value.toFixed(4))]));
}
