// A multi-vector encoder in 50 lines: one small vector a word, drawn by a generator seeded with the word's hash, so that
// equal words have equal vectors. A stand-in for late-interaction models.

import {
  type Encoder,
  fingerprint,
  type MultiDocument,
  type MultiQuery,
  plainFingerprints,
  Rng,
  throwIfAborted,
} from '@quire/engine/core';

export interface HashedTokensOptions {
  readonly dim: number;
  /** Words of a document that are read. */
  readonly maxTokens?: number;
}

/** Components are integers −4 … 4: dot products are exact, and ties are many. */
export function hashedTokens({ dim, maxTokens = 64 }: HashedTokensOptions): Encoder<'multi'> {
  const space = `test/hashed-tokens/${fingerprint({ dim, maxTokens })}`;
  const fingerprints = plainFingerprints(space);
  const encode = (text: string) => {
    const words = [...text.matchAll(/[\p{L}\p{N}]+/gu)].slice(0, maxTokens);
    const vecs = new Float32Array(words.length * dim);
    const tokens = Uint32Array.from(words, ([word]) =>
      Number.parseInt(fingerprint(word.toLowerCase()).slice(0, 8), 16),
    );
    for (const [w, token] of tokens.entries()) {
      const rng = new Rng(token);
      for (let d = 0; d < dim; d++) vecs[w * dim + d] = rng.below(9) - 4;
    }
    return { words, vecs, tokens };
  };
  const query = (text: string): MultiQuery => {
    const { vecs, tokens } = encode(text);
    const weights = new Float32Array(tokens.length).fill(1);
    return { kind: 'multi', side: 'query', space, fingerprint: fingerprints.query, dim, vecs, weights };
  };
  const document = (text: string): MultiDocument => {
    const { words, vecs, tokens } = encode(text);
    const starts = Uint32Array.from(words, (word) => word.index);
    const ends = Uint32Array.from(words, (word) => word.index + word[0].length);
    const own = { space, fingerprint: fingerprints.document, dim, vecs, tokens, starts, ends };
    return { kind: 'multi', side: 'document', ...own };
  };
  return {
    name: 'hashed tokens',
    queryKind: 'multi',
    documentKind: 'multi',
    space,
    fingerprints,
    encodeQueries: async (texts, options) => {
      throwIfAborted(options?.signal);
      return texts.map(query);
    },
    encodeDocuments: async (documents, options) => {
      throwIfAborted(options?.signal);
      return documents.map((fields) => document(Object.values(fields).join(' ')));
    },
  };
}
