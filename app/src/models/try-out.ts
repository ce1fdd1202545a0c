// A first run of an encoder: weights can have the right shapes and still make no vectors.

import { EngineError } from '@quire/engine/core';
import type { LoadedEncoder } from './load.ts';

const TEXTS = [
  { title: 'Dense retrieval of papers', abstract: 'A query and a paper are near when they mean the same.' },
  { title: 'Robots that learn to grasp', abstract: 'Policies are trained by imitation.' },
];

/** Encodes a few texts on both sides. Throws CORRUPT where a vector is not finite, is empty, or is the same for all texts. */
export async function tryOut(encoder: LoadedEncoder, name: string): Promise<void> {
  const documents = await encoder.encodeDocuments(TEXTS);
  const queries = await encoder.encodeQueries(TEXTS.map(({ title }) => title));
  for (const { vec } of [...documents, ...queries]) {
    const bad = vec.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw broken(name, `component ${bad} of a vector is ${vec[bad]}`);
    if (vec.every((value) => value === 0)) throw broken(name, 'the vector of a text is zero');
  }
  const [a, b] = documents;
  if (a !== undefined && b?.vec.every((value, d) => value === a.vec[d])) {
    throw broken(name, 'two different texts have the same vector');
  }
}

function broken(name: string, what: string): EngineError {
  return new EngineError('CORRUPT', `The model ${name} does not work: ${what}`, {
    hint: 'Get its files again; config.json, tokenizer.json and the weights must be of one model.',
  });
}
