// A deterministic sequence of steps on a library: step n always does the same, so the state after any step is known. The
// crash tests run it, kill it, corrupt its files and compare with its states.

import { compareUtf8, type DenseRep, type DocId, plainFingerprint } from '@quire/engine/core';
import { Rng } from '@quire/engine/internals';
import {
  type Directory,
  type Library,
  openLibrary,
  type PartKind,
  type Snapshot,
  type Writer,
} from '@quire/engine/storage';
import { bruteForceDense } from '../plugin/brute-force-dense.ts';
import { type Ranges, scalarCodes } from '../plugin/scalar-codes.ts';

const space = 'test/crash/8';
const dim = 8;
const parts = { dense: bruteForceDense(space, dim), codes: scalarCodes(space, dim) };
type Parts = { readonly dense: PartKind<'dense'>; readonly codes: PartKind<'dense', 'dense', Ranges> };

/** A small buffer, so that a commit has several segments and merges are frequent. */
export function openScripted(
  directory: Directory,
  options: { readonly readOnly?: boolean; readonly autoMerge?: boolean } = {},
): Promise<Library<Parts>> {
  return openLibrary<Parts>(directory, {
    schema: { fields: { title: { stored: true } }, columns: { step: 'number', tags: 'keywords', even: 'boolean' } },
    parts,
    bufferBytes: 6000,
    ...options,
  });
}

export function vector(seed: number): DenseRep {
  const rng = new Rng(seed);
  return {
    kind: 'dense',
    space,
    fingerprint: plainFingerprint(space, 'document'),
    vec: Float32Array.from({ length: dim }, () => rng.below(9) - 4),
  };
}

type Change = { readonly id: DocId; readonly step: number | undefined };

/** The changes of step n: a few documents written, one deleted. */
function changes(n: number): readonly Change[] {
  const rng = new Rng(n * 2654435761);
  const written = Array.from({ length: 6 }, () => ({ id: `paper ${rng.below(80)}`, step: n }));
  return [...written, { id: `paper ${rng.below(80)}`, step: undefined }];
}

/** Runs step n and commits it with n in the metadata. */
export async function runStep(writer: Writer<Parts>, n: number): Promise<Snapshot<Parts>> {
  for (const { id, step } of changes(n)) {
    if (step === undefined) await writer.delete(id);
    else {
      const columns = { step, tags: [`t${step % 5}`, id], even: step % 2 === 0 };
      await writer.replace(
        { id, fields: { title: `${id} as of ${step}` }, columns },
        { dense: vector(step * 100 + id.length), codes: vector(step * 100 + id.length) },
      );
    }
  }
  if (n % 9 === 8) await writer.mergeAll();
  return writer.commit({ step: n });
}

/** The documents after steps 0 … n, as (id, step that wrote it). */
export function stateAfter(n: number): readonly (readonly [DocId, number])[] {
  const state = new Map<DocId, number>();
  for (let step = 0; step <= n; step++) {
    for (const change of changes(step)) {
      if (change.step === undefined) state.delete(change.id);
      else state.set(change.id, change.step);
    }
  }
  return [...state].sort(([a], [b]) => compareUtf8(a, b));
}

/** The documents of a snapshot. */
export async function stateOf(snapshot: Snapshot<Parts>): Promise<readonly (readonly [DocId, number])[]> {
  const state: [DocId, number][] = [];
  for (const id of await snapshot.ids()) {
    const document = (await snapshot.get(id))!;
    const step = document.columns!.step as number; // the schema says number
    if (document.fields.title !== `${id} as of ${step}`) throw new Error(`${id} holds ${document.fields.title}`);
    state.push([id, step]);
  }
  return state;
}

/** The answers to a fixed set of queries. */
export async function answersOf(snapshot: Snapshot<Parts>): Promise<string> {
  const reader = snapshot.part('dense');
  const filter = { op: 'prefix', column: 'tags', prefix: 't' } as const;
  return JSON.stringify([
    await stateOf(snapshot),
    snapshot.metadata,
    await reader.search(vector(1), 30),
    await snapshot.part('codes').search(vector(1), 10),
    await reader.search(vector(2), 10, { filter }),
    await reader.search(vector(3), 5, { filter: { op: 'is', column: 'even', value: true } }),
    await snapshot.facet('tags', { limit: 10 }),
    await snapshot.sorted('step', { descending: true, limit: 20 }),
  ]);
}
