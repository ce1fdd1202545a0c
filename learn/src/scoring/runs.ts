// Runs of one task: BM25 from the engine's index, an encoder by comparison with every document, and the fusion of both.

import { type Cancellable, compareUtf8, type Ranking, throwIfAborted } from '@quire/engine/core';
import { type StaticEncoder, termsEncoder } from '@quire/engine/encoders';
import type { Run } from '@quire/engine/evaluation';
import { inverted } from '@quire/engine/indexes';
import { TopK } from '@quire/engine/internals';
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

/** Inner products with every document, the first `k` of each query. */
export async function denseRun(
  task: Task,
  encoder: StaticEncoder,
  k: number,
  options: Cancellable = {},
): Promise<Rankings> {
  // Sorted by id, so that the order of ords is the order of ties.
  const documents = [...task.documents].sort((a, b) => compareUtf8(a.id, b.id));
  const encoded = await encoder.encodeDocuments(documents.map(fieldsOf), options);
  const best = new TopK(Math.min(k, documents.length));
  const run = new Map<string, Ranking>();
  for (const [id, text] of task.queries) {
    throwIfAborted(options.signal);
    const query = Float64Array.from(encoder.encodeSync(text).vec);
    encoded.forEach(({ vec }, ord) => {
      best.push(dot(query, vec), ord);
    });
    const { ords, scores } = best.drain();
    run.set(
      id,
      Array.from(ords, (ord, i) => ({ id: documents[ord]!.id, score: scores[i]! })),
    );
  }
  return run;
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

function dot(a: Float64Array, b: Float32Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += a[d]! * b[d]!;
  return sum;
}
