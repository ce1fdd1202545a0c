// From a model's folder to an encoder that runs.

import type { Encoder } from '@quire/engine/core';
import { staticEncoder, type TransformerModel, transformerEncoder } from '@quire/engine/encoders';
import { nodeWorkers, readStaticModel, readTransformerFolder } from '@quire/engine/node';
import { FIELDS, type Model, type Settings } from './model.ts';

/** An encoder with its weights in memory. */
export interface LoadedEncoder extends Encoder<'dense'> {
  readonly dim: number;
  /** Frees its memory. */
  close(): void;
}

export interface LoadOptions {
  /** Threads of a transformer; the vectors do not depend on it. Default 1. */
  readonly threads?: number;
}

/** Reads the weights. Throws what is wrong with the files. */
export async function loadEncoder(model: Model, options: LoadOptions = {}): Promise<LoadedEncoder> {
  const { folder, settings, kind, name } = model;
  if (kind === 'static') {
    return { ...staticEncoder(await readStaticModel(folder), { fields: FIELDS }), close: () => undefined };
  }
  const { prefixes } = settings;
  return runTransformer(await readTransformerFolder(folder, { name, prefixes }), settings, options);
}

/** Products in int8 unless asked otherwise: on a processor they are faster, and rankings hardly change (docs/results). */
export function runTransformer(
  model: TransformerModel,
  { length = model.length, products = 'int8' }: Settings,
  { threads = 1 }: LoadOptions = {},
): Promise<LoadedEncoder> {
  return transformerEncoder(model, {
    fields: FIELDS,
    products,
    length: Math.min(length, model.length),
    ...(threads > 1 && { threads, workers: nodeWorkers }),
  });
}
