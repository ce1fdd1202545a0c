// Small readers and retrievers for tests: fixed rankings, no storage.

import {
  type Encoder,
  EngineError,
  type IndexReader,
  plainFingerprint,
  plainFingerprints,
  type Ranking,
} from '@quire/engine/core';
import type { Query, Retriever } from '@quire/engine/retrieval';

/** A ranking of `[id, score]` pairs in the given order. */
export const ranking = (...pairs: readonly (readonly [id: string, score: number])[]): Ranking =>
  pairs.map(([id, score]) => ({ id, score }));

/** Answers every query with `hits`; explains each with its score. */
export function fixed(name: string, hits: Ranking): Retriever {
  return {
    name,
    run: async () => hits,
    explain: async (_query, ids) =>
      new Map(
        hits
          .filter((hit) => ids.includes(hit.id))
          .map((hit) => [hit.id, { value: hit.score, description: `fixed by ${name}`, details: [] }]),
      ),
  };
}

/** A dense index whose vectors have one dimension: score = query · document. */
export function denseReader(
  vectors: Readonly<Record<string, number>>,
  space = 'toy',
): IndexReader<'dense'> & { searches: number } {
  const entries = Object.entries(vectors);
  const fingerprint = plainFingerprint(space, 'document');
  const repOf = (vec: Float32Array) => ({ kind: 'dense' as const, space, fingerprint, vec });
  return {
    queryKind: 'dense',
    documentKind: 'dense',
    space,
    documents: plainFingerprint(space, 'document'),
    accepts: [plainFingerprint(space, 'query'), plainFingerprint(space, 'document')],
    size: entries.length,
    searches: 0,
    async search(query, k, options) {
      this.searches++;
      if (query.space !== space) throw new EngineError('ENCODER_MISMATCH', `A query of space ${query.space}`);
      const filter = options?.filter;
      const passes = (id: string) => filter === undefined || (filter.op === 'ids' && filter.ids.includes(id));
      const hits = entries.filter(([id]) => passes(id)).map(([id, x]) => ({ id, score: x * query.vec[0]! }));
      return hits.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1)).slice(0, k);
    },
    score: async (query, ids) => ids.map((id) => (id in vectors ? vectors[id]! * query.vec[0]! : undefined)),
    gather: async (ids) => ids.map((id) => (id in vectors ? repOf(Float32Array.of(vectors[id]!)) : undefined)),
    statistics: async () => new Map(),
    explain: async (query, id) =>
      id in vectors ? { value: vectors[id]! * query.vec[0]!, description: 'dot product', details: [] } : undefined,
  };
}

/** Encodes a text as its length. */
export function lengthEncoder(space = 'toy'): Encoder<'dense'> & { encoded: number } {
  const rep = (text: string) => ({
    kind: 'dense' as const,
    space,
    fingerprint: plainFingerprint(space, 'document'),
    vec: Float32Array.of(text.length),
  });
  return {
    name: 'length',
    queryKind: 'dense',
    documentKind: 'dense',
    space,
    fingerprints: plainFingerprints(space),
    encoded: 0,
    async encodeQueries(texts) {
      this.encoded += texts.length;
      return texts.map(rep);
    },
    encodeDocuments: async (documents) => documents.map((document) => rep(Object.values(document).join('\n'))),
  };
}

export const query = (text: string): Query => ({ text });
