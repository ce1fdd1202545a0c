// Measuring the pipelines of the site, with any encoders, on test collections.

import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Dataset } from '@quire/engine/node';
import { cachedEncoder } from '../library/cached-encoder.ts';
import { type DenseEncoder, denseEncoder, withFusion } from '../library/dense-encoder.ts';
import { type EvaluationResult, evaluateSystems, type System } from '../library/evaluation.ts';
import { VectorFile } from '../library/vector-file.ts';
import { loadEncoder, modelAt, type Settings } from '../models/index.ts';

export type { EvaluationResult, System } from '../library/evaluation.ts';
export { needsEncoder, PIPELINES, type Pipeline, pipelineNamed } from '../library/pipelines.ts';

export interface MeasureOptions {
  readonly measures: readonly string[];
  /** Keeps vectors there between runs, a file for each space and collection; undefined: nowhere. */
  readonly cache: string | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number, what: string) => void;
}

/** Documents that are encoded between two reports of progress. */
const BATCH = 32;

/** Measures systems on one collection, one result a system, in their order. */
export async function* measureSystems(
  dataset: Dataset,
  systems: readonly System[],
  { cache, ...request }: MeasureOptions,
): AsyncGenerator<EvaluationResult> {
  const files = new Map<string, { readonly file: VectorFile; readonly encoder: DenseEncoder }>();
  try {
    const cached = systems.map(({ pipeline, dense }): System => {
      if (dense === undefined || dense.isInstant || cache === undefined) return { pipeline, dense };
      const known = files.get(dense.space) ?? openCache(cache, dataset, dense);
      files.set(dense.space, known);
      return { pipeline, dense: withFusion(known.encoder, dense.fusion) };
    });
    for (const { encoder } of files.values()) await encodeAll(dataset, encoder, request);
    yield* evaluateSystems(dataset, cached, request);
  } finally {
    for (const { file } of files.values()) file.close();
  }
}

function openCache(folder: string, dataset: Dataset, encoder: DenseEncoder) {
  const file = VectorFile.open(join(folder, encoder.space, `${dataset.name}.vectors`), encoder);
  return { file, encoder: cachedEncoder(encoder, file) };
}

/** Fills the cache: what a run that is stopped has encoded is there for the next one. */
async function encodeAll(
  { name, documents }: Dataset,
  encoder: DenseEncoder,
  { signal, onProgress }: Pick<MeasureOptions, 'signal' | 'onProgress'>,
): Promise<void> {
  for (let at = 0; at < documents.length; at += BATCH) {
    signal.throwIfAborted();
    const batch = documents.slice(at, at + BATCH);
    await encoder.encodeDocuments(
      batch.map(({ title, text }) => ({ title, abstract: text })),
      { signal },
    );
    onProgress(at + batch.length, documents.length, `${name}: vectors of ${encoder.model.name}`);
  }
}

/** The encoder of a model by its name or folder. */
export async function encoderAt(
  data: string,
  nameOrFolder: string,
  options: { readonly settings: Settings; readonly threads: number; readonly weight: number | undefined },
): Promise<DenseEncoder> {
  const found = modelAt(data, nameOrFolder);
  const model = { ...found, settings: { ...found.settings, ...options.settings } };
  const encoder = denseEncoder(await loadEncoder(model, { threads: options.threads }), model);
  return options.weight === undefined ? encoder : withFusion(encoder, { weight: options.weight });
}

/** Where vectors are kept between runs unless asked otherwise. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  return env.QUIRE_CACHE ?? join(env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'quire', 'vectors');
}
