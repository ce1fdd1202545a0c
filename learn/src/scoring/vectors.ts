// The vectors of one task, computed once, and the runs that compare them: every document, the first columns of each vector alone, or sign
// codes whose best candidates are scored again by int8.

import { type Cancellable, compareUtf8, type DenseRep, type Encoder, type Ranking } from '@quire/engine/core';
import { binary } from '@quire/engine/indexes';
import { TopK } from '@quire/engine/internals';
import { memoryDirectory, openLibrary } from '@quire/engine/storage';
import type { Task } from './task.ts';

export type DenseEncoder = Encoder<'dense'> & { readonly dim: number };

export interface TaskVectors {
  readonly dim: number;
  readonly space: string;
  /** Ids in ascending order, and the vector of each. */
  readonly ids: readonly string[];
  readonly documents: readonly DenseRep[];
  readonly queries: ReadonlyMap<string, DenseRep>;
  /** Milliseconds of one document and of one query, measured while they were encoded. */
  readonly documentMs: number;
  readonly queryMs: number;
}

/** Texts that are encoded at once. */
const BATCH = 64;
/** Candidates that are scored again behind sign codes. */
const RESCORED = 200;

export async function encodeTask(task: Task, encoder: DenseEncoder, options: Cancellable = {}): Promise<TaskVectors> {
  // Sorted by id, so that the order of ords is the order of ties.
  const documents = [...task.documents].sort((a, b) => compareUtf8(a.id, b.id));
  const texts = documents.map(({ title, text }) => ({ title, text }));
  const encoded: DenseRep[] = [];
  let start = performance.now();
  for (let i = 0; i < texts.length; i += BATCH) {
    encoded.push(...(await encoder.encodeDocuments(texts.slice(i, i + BATCH), options)));
    options.trace?.({ name: 'score.encode', message: task.name, done: encoded.length, total: texts.length });
  }
  const documentMs = (performance.now() - start) / Math.max(1, texts.length);
  start = performance.now();
  const queries = new Map<string, DenseRep>();
  for (const [id, text] of task.queries) queries.set(id, (await encoder.encodeQueries([text], options))[0]!);
  const queryMs = (performance.now() - start) / Math.max(1, queries.size);
  const ids = documents.map(({ id }) => id);
  return { dim: encoder.dim, space: encoder.space, ids, documents: encoded, queries, documentMs, queryMs };
}

/** The same with the first `dim` columns of each vector, at unit length again. */
export function cutTo(vectors: TaskVectors, dim: number): TaskVectors {
  const cut = (rep: DenseRep): DenseRep => ({ ...rep, vec: unit(rep.vec.subarray(0, dim)) });
  const queries = new Map([...vectors.queries].map(([id, rep]) => [id, cut(rep)]));
  return { ...vectors, dim, documents: vectors.documents.map(cut), queries };
}

/** Inner products with every document, the first `k` of each query. */
export function exactRun({ ids, documents, queries }: TaskVectors, k: number): ReadonlyMap<string, Ranking> {
  const best = new TopK(Math.min(k, documents.length));
  const run = new Map<string, Ranking>();
  for (const [id, { vec }] of queries) {
    const query = Float64Array.from(vec);
    for (const [ord, document] of documents.entries()) best.push(dot(query, document.vec), ord);
    const { ords, scores } = best.drain();
    run.set(
      id,
      Array.from(ords, (ord, i) => ({ id: ids[ord]!, score: scores[i]! })),
    );
  }
  return run;
}

/** Sign codes of all documents, the best 200 scored again by int8: what the index of the site does. */
export async function codesRun(vectors: TaskVectors, k: number): Promise<ReadonlyMap<string, Ranking>> {
  const { ids, documents, queries, dim, space } = vectors;
  const parts = { dense: binary({ space, dim, vectors: 'int8', rescore: RESCORED }) };
  const library = await openLibrary(memoryDirectory(), { schema: { fields: {}, columns: {} }, parts });
  try {
    const writer = await library.writer();
    for (const [i, id] of ids.entries()) await writer.add({ id, fields: {} }, { dense: documents[i]! });
    const snapshot = await writer.commit();
    await writer.close();
    const reader = snapshot.part('dense');
    const run = new Map<string, Ranking>();
    for (const [id, query] of queries) run.set(id, await reader.search(query, k));
    snapshot.release();
    return run;
  } finally {
    await library.close();
  }
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return length === 0 ? vector : vector.map((value) => value / length);
}

function dot(a: Float64Array, b: Float32Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += a[d]! * b[d]!;
  return sum;
}
