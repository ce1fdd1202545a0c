// The index of the papers: an engine library with a lexical part and, when a model ships, a dense one. Everything in it
// comes from the store, so an index that is damaged or was made otherwise is thrown away and made again.

import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TermsDocument } from '@quire/engine/core';
import { EngineError } from '@quire/engine/core';
import { type TermsEncoder, termsEncoder } from '@quire/engine/encoders';
import { binary, type CodedKind, inverted } from '@quire/engine/indexes';
import { nodeDirectory } from '@quire/engine/node';
import { inspectLibrary, type Library, openLibrary, type PartKind, type Snapshot } from '@quire/engine/storage';
import { NAMES, paperAnalyzer } from './analyzer.ts';
import type { DenseEncoder } from './dense-encoder.ts';
import { FIELD_WEIGHTS, FIELDS, SCHEMA } from './documents.ts';
import { encoderOf, loadModel } from './model.ts';
import { INDEX_BUDGET } from './query-budget.ts';
import { referenceVectors } from './reference.ts';

/** Parts by name; `dense` is there when a model is. */
export type PaperParts = { readonly terms: PartKind<'terms'>; readonly dense?: CodedKind };
export type PaperLibrary = Library<PaperParts>;
export type PaperSnapshot = Snapshot<PaperParts>;

/** What makes representations for the index and queries for searches. */
export interface Encoders {
  readonly terms: TermsEncoder;
  readonly dense: DenseEncoder | undefined;
}

/** Loads the encoders; some ten milliseconds, and a few times the model's size of memory. */
export function loadEncoders(model: DenseEncoder | undefined = loadModel()): Encoders {
  return { terms: termsEncoder(paperAnalyzer(), { fields: FIELDS }), dense: model };
}

/** The encoders whose vectors the index of `folder` holds; `shipped` where there is no index that says otherwise. */
export async function matchingEncoders(folder: string, shipped: Encoders): Promise<Encoders> {
  const path = indexFolder(folder);
  if (!existsSync(path)) return shipped;
  const info = await inspectLibrary(await nodeDirectory(path, { readOnly: true })).catch((error: unknown) => {
    if (error instanceof EngineError) return undefined; // opening the index says what is wrong with it
    throw error;
  });
  const dense = encoderOf(folder, info, shipped.dense);
  return dense === shipped.dense ? shipped : { terms: shipped.terms, dense };
}

/** The folder of the index inside the library's folder. */
export function indexFolder(folder: string): string {
  return join(folder, 'index');
}

/** Opens the index, an empty one where there is none (not when read only: then NOT_FOUND). */
export async function openPaperIndex(
  folder: string,
  encoders: Encoders,
  options: { readonly readOnly?: boolean } = {},
): Promise<PaperLibrary> {
  const path = indexFolder(folder);
  const readOnly = options.readOnly ?? false;
  if (readOnly && !existsSync(path)) throw new EngineError('NOT_FOUND', `There is no index in ${folder} yet`);
  const directory = await nodeDirectory(path, { readOnly });
  return openLibrary(directory, { schema: SCHEMA, parts: partsOf(encoders), readOnly });
}

/** Name of the engine's write lock; its files are numbered and must outlive what they guard. */
const LOCK = 'write.lock';

/**
 * Removes every file of the index but its lock, which is held meanwhile: nothing is taken from under a live writer.
 * Throws LOCKED when there is one. `keep` is asked once the lock is held: what it finds is returned, and the files stay.
 */
export async function emptyIndex<T>(folder: string, keep?: () => Promise<T | undefined>): Promise<T | undefined> {
  const path = indexFolder(folder);
  const lock = await (await nodeDirectory(path)).lock(LOCK);
  try {
    const kept = await keep?.();
    if (kept !== undefined) return kept;
    for (const name of readdirSync(path)) {
      if (!name.startsWith(LOCK)) rmSync(join(path, name), { recursive: true, force: true });
    }
    return undefined;
  } finally {
    await lock.release();
  }
}

/** Tokens of a work's fields. */
export function termsOf(encoders: Encoders, words: Readonly<Record<string, string>>): TermsDocument {
  const fields = new Map(
    Object.entries(words)
      .filter(([, text]) => text !== '')
      .map(([name, text]) => [name, (name === 'authors' ? NAMES : encoders.terms.analyzer).analyze(text)]),
  );
  return {
    kind: 'terms',
    side: 'document',
    space: encoders.terms.space,
    fingerprint: encoders.terms.fingerprints.document,
    fields,
  };
}

export function partsOf({ terms, dense }: Encoders): PaperParts {
  return {
    terms: inverted({ space: terms.space, fields: FIELD_WEIGHTS, budget: INDEX_BUDGET }),
    ...(dense && { dense: densePart(dense) }),
  };
}

/** The part that holds the vectors of an encoder. */
export function densePart(encoder: DenseEncoder): CodedKind {
  const { space, dim } = encoder;
  return binary({ space, dim, vectors: 'int8', reference: referenceVectors(encoder) });
}
