// A multi-vector encoder in 40 lines: one small vector a word, drawn by a generator seeded with the word's hash, so that
// equal words have equal vectors. Stands for late-interaction models: the room that the engine leaves for them.

import { type Encoder, fingerprint, type MultiRep, Rng, throwIfAborted } from '@quire/engine/core';

export interface HashedTokensOptions {
  readonly dim: number;
  /** Words of a document that are read. */
  readonly maxTokens?: number;
}

/** Components are integers −4 … 4: dot products are exact, and ties are many. */
export function hashedTokens({ dim, maxTokens = 64 }: HashedTokensOptions): Encoder<'multi'> {
  const space = `test/hashed-tokens/${fingerprint({ dim, maxTokens })}`;
  const encode = (text: string): MultiRep => {
    const words = (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).slice(0, maxTokens);
    const vecs = new Float32Array(words.length * dim);
    for (const [w, word] of words.entries()) {
      const rng = new Rng(Number.parseInt(fingerprint(word).slice(0, 8), 16));
      for (let d = 0; d < dim; d++) vecs[w * dim + d] = rng.below(9) - 4;
    }
    return { kind: 'multi', space, dim, vecs };
  };
  return {
    name: 'hashed tokens',
    kind: 'multi',
    space,
    encodeQueries: async (texts, options) => {
      throwIfAborted(options?.signal);
      return texts.map(encode);
    },
    encodeDocuments: async (documents, options) => {
      throwIfAborted(options?.signal);
      return documents.map((fields) => encode(Object.values(fields).join(' ')));
    },
  };
}
