// Runs of one task: BM25 from the engine's index, and its fusion with the run of an encoder (vectors.ts).

import type { Cancellable, Ranking } from '@quire/engine/core';
import { termsEncoder } from '@quire/engine/encoders';
import type { Run } from '@quire/engine/evaluation';
import { inverted } from '@quire/engine/indexes';
import { fuseRankings } from '@quire/engine/retrieval';
import { memoryDirectory, openLibrary } from '@quire/engine/storage';
import { english } from '@quire/engine/text';
import type { Task, TaskDocument } from './task.ts';

type Rankings = ReadonlyMap<string, Ranking>;

/** BM25 (k1 .9, b .4) over title and text as one field, the first `k` of each query. */
export async function bm25Run(task: Task, k: number, options: Cancellable = {}): Promise<Rankings> {
  const encoder = termsEncoder(english(), { fields: { contents: ['title', 'text'] } });
  const parts = { terms: inverted({ space: encoder.space, fields: { contents: 1 }, positions: false }) };
  const schema = { fields: { title: {}, text: {} }, columns: {} };
  const library = await openLibrary(memoryDirectory(), { schema, parts, ...options });
  try {
    const writer = await library.writer(options);
    const encoded = await encoder.encodeDocuments(task.documents.map(fieldsOf), options);
    for (const [i, document] of task.documents.entries()) {
      await writer.add({ id: document.id, fields: fieldsOf(document) }, { terms: encoded[i]! });
    }
    const snapshot = await writer.commit();
    await writer.close();
    const reader = snapshot.part('terms');
    const run = new Map<string, Ranking>();
    for (const [id, text] of task.queries) {
      const [query] = await encoder.encodeQueries([text], options);
      run.set(id, await reader.search(query!, k, options));
    }
    snapshot.release();
    return run;
  } finally {
    await library.close();
  }
}

/** Min-max fusion: `weight` for the encoder, 1 − weight for BM25. */
export function fusedRun(bm25: Rankings, dense: Rankings, weight: number): Run {
  return new Map(
    [...bm25].map(([id, ranking]) => [
      id,
      fuseRankings([ranking, dense.get(id)!], { by: 'minmax', weights: [1 - weight, weight] }),
    ]),
  );
}

function fieldsOf({ title, text }: TaskDocument): Readonly<Record<string, string>> {
  return { title, text };
}
