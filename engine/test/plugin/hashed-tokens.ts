// A multi-vector encoder in 70 lines: one small vector a word, drawn by a generator seeded with the word's hash, so that
// equal words have equal vectors. A stand-in for late-interaction models.

import {
  type Cancellable,
  type Document,
  type Encoder,
  fingerprint,
  type MultiDocument,
  type MultiQuery,
  plainFingerprints,
  type Trace,
  throwIfAborted,
} from '@quire/engine/core';
import { nextTurn, Rng } from '@quire/engine/internals';

export interface HashedTokensOptions {
  readonly dim: number;
  /** Words of a document that are read. */
  readonly maxTokens?: number;
}

/** Components are integers −4 … 4: dot products are exact, and ties are many. */
export function hashedTokens({ dim, maxTokens = 64 }: HashedTokensOptions): Encoder<'multi'> {
  const space = `test/hashed-tokens/${fingerprint({ dim, maxTokens })}`;
  const fingerprints = plainFingerprints(space);
  const encode = (text: string, index: number, trace: Trace | undefined) => {
    const all = [...text.matchAll(/[\p{L}\p{N}]+/gu)];
    const words = all.slice(0, maxTokens);
    if (all.length > maxTokens) trace?.({ name: 'encode.truncated', facts: { text: index, limit: maxTokens } });
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
  const query: Encode<string, MultiQuery> = (text, index, trace) => {
    const { vecs, tokens } = encode(text, index, trace);
    const weights = new Float32Array(tokens.length).fill(1);
    return { kind: 'multi', side: 'query', space, fingerprint: fingerprints.query, dim, vecs, weights };
  };
  const document: Encode<Document['fields'], MultiDocument> = (fields, index, trace) => {
    const { words, vecs, tokens } = encode(Object.values(fields).join(' '), index, trace);
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
    encodeQueries: (texts, options) => inTurns(texts, query, options),
    encodeDocuments: (documents, options) => inTurns(documents, document, options),
  };
}

type Encode<T, R> = (item: T, index: number, trace: Trace | undefined) => R;

async function inTurns<T, R>(items: readonly T[], encode: Encode<T, R>, options: Cancellable = {}): Promise<R[]> {
  const out: R[] = [];
  throwIfAborted(options.signal);
  for (const [i, item] of items.entries()) {
    if (i % 256 === 255) await nextTurn();
    throwIfAborted(options.signal);
    out.push(encode(item, i, options.trace));
  }
  return out;
}
