// The vectors of one task, computed once, and the runs that compare them: every document, the first columns of each vector alone, or sign
// codes whose best candidates are scored again by int8.

import { type Cancellable, compareUtf8, type DenseRep, type Encoder, type Ranking } from '@quire/engine/core';
import { binary } from '@quire/engine/indexes';
import { TopK } from '@quire/engine/internals';
import { memoryDirectory, openLibrary } from '@quire/engine/storage';
import type { Task, TaskDocument } from './task.ts';

export type DenseEncoder = Encoder<'dense'> & { readonly dim: number };

export interface TaskVectors {
  readonly dim: number;
  readonly space: string;
  /** Ids in ascending order, and the vector of each. */
  readonly ids: readonly string[];
  readonly documents: readonly DenseRep[];
  readonly queries: ReadonlyMap<string, DenseRep>;
  /** Milliseconds of one document, measured while they were encoded; undefined where all were known. */
  readonly documentMs: number | undefined;
  /** Milliseconds of one query. */
  readonly queryMs: number;
}

/** Texts that are encoded at once. */
const BATCH = 64;
/** Candidates that are scored again behind sign codes. */
const RESCORED = 200;

export interface EncodeTaskOptions extends Cancellable {
  /** Documents that this encoder encoded before, by their text; new ones are added. Tasks on one collection share it. */
  readonly known?: Map<string, DenseRep>;
}

export async function encodeTask(
  task: Task,
  encoder: DenseEncoder,
  options: EncodeTaskOptions = {},
): Promise<TaskVectors> {
  const { known = new Map<string, DenseRep>() } = options;
  // Sorted by id, so that the order of ords is the order of ties.
  const documents = [...task.documents].sort((a, b) => compareUtf8(a.id, b.id));
  const keyOf = ({ title, text }: TaskDocument) => JSON.stringify([title, text]);
  const keys = documents.map(keyOf);
  const missing = documents.filter((_, i) => !known.has(keys[i]!));
  let start = performance.now();
  for (let i = 0; i < missing.length; i += BATCH) {
    const batch = missing.slice(i, i + BATCH);
    const reps = await encoder.encodeDocuments(
      batch.map(({ title, text }) => ({ title, text })),
      options,
    );
    for (const [j, rep] of reps.entries()) known.set(keyOf(batch[j]!), rep);
    options.trace?.({ name: 'score.encode', message: task.name, done: i + batch.length, total: missing.length });
  }
  const documentMs = missing.length === 0 ? undefined : (performance.now() - start) / missing.length;
  const encoded = keys.map((key) => known.get(key)!);
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
