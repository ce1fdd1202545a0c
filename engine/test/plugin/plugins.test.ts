// Three kinds of index that the engine does not have keep its contract: one made of the shared pieces of dense kinds, two
// through the public interface alone.

import { type DenseRep, type LexicalQuery, type MultiDocument, plainFingerprint } from '@quire/engine/core';
import { termsEncoder } from '@quire/engine/encoders';
import { inverted } from '@quire/engine/indexes';
import { Rng } from '@quire/engine/internals';
import { memoryDirectory, openLibrary, sumStatistics } from '@quire/engine/storage';
import { english } from '@quire/engine/text';
import { describe, expect, it } from 'vitest';
import { indexContract } from '../contract/index-contract.ts';
import { denseOnDisk } from './dense-on-disk.ts';
import { hashedTokens } from './hashed-tokens.ts';
import { maxSim } from './maxsim.ts';
import { twoShards } from './two-shards.ts';

const WORDS = 'retrieval dense sparse query index late interaction token vector paper model learning'.split(' ');
function textOf(i: number): string {
  const rng = new Rng(i);
  return ['common', ...Array.from({ length: 2 + rng.below(9) }, () => rng.pick(WORDS))].join(' ');
}

// A multi-vector encoder and brute-force MaxSim.
const tokens = hashedTokens({ dim: 6 });
const multi = new Map<string, MultiDocument>();
for (const text of Array.from({ length: 2400 }, (_, i) => textOf(i))) {
  if (!multi.has(text)) multi.set(text, (await tokens.encodeDocuments([{ text }]))[0]!);
}
indexContract('MaxSim', () => maxSim(tokens.space, 6), {
  document: (i) => multi.get(textOf(i)),
  queries: await tokens.encodeQueries(['dense retrieval', 'late interaction of tokens', 'paper']),
  bad: { ...multi.get(textOf(0))!, tokens: new Uint32Array(0) },
});

// Vectors that stay in the Directory.
const space = 'test/on-disk/5';
const vector = (seed: number): DenseRep => {
  const rng = new Rng(seed);
  return {
    kind: 'dense',
    space,
    fingerprint: plainFingerprint(space, 'document'),
    vec: Float32Array.from({ length: 5 }, () => rng.below(7) - 3),
  };
};
indexContract('dense on disk', () => denseOnDisk(space, 5), {
  document: (i) => (i % 13 === 12 ? undefined : vector(i)),
  queries: [vector(10_001), vector(10_002), vector(10_003)],
  bad: { ...vector(1), vec: new Float32Array(6) },
  skip: [{ reason: 'an asynchronous part by design', cases: ['sync'] }],
});

// Two shards that exchange term statistics.
const terms = termsEncoder(english(), { fields: ['title', 'body'] });
const lexical = () => inverted({ space: terms.space, fields: { title: 2, body: 1 } });
const documents = await terms.encodeDocuments(
  Array.from({ length: 2400 }, (_, i) => ({ title: textOf(i + 7), body: textOf(i) })),
);
const trees: readonly LexicalQuery[] = [
  { type: 'or', clauses: ['dens', 'token', 'common'].map((term) => ({ type: 'term', term })) },
  {
    type: 'and',
    clauses: [
      { type: 'term', term: 'common' },
      { type: 'prefix', prefix: 'mod' },
    ],
  },
  { type: 'field', field: 'body', query: { type: 'phrase', terms: ['common', 'paper'] } },
];
indexContract('two shards of an inverted index', () => twoShards(lexical()), {
  document: (i) => documents[i],
  queries: trees.map((tree) => terms.query(tree)),
  bad: { ...documents[0]!, fields: new Map([['authors', documents[0]!.fields.get('title')!]]) },
  skip: [
    { reason: 'the shards have no synchronous path', cases: ['sync'] },
    { reason: 'postings do not hold where in the text a token was', cases: ['gather'] },
    { reason: 'a merge keeps documents in their shard, a rebuild deals them out again', cases: ['merge'] },
  ],
});

describe('two shards of an inverted index', () => {
  it('score exactly as one index does, which without exchanged statistics they would not', async () => {
    const open = (kind: ReturnType<typeof lexical>) =>
      openLibrary(memoryDirectory(), { schema: { fields: {}, columns: {} }, parts: { text: kind } });
    const [whole, split] = [await open(lexical()), await open(twoShards(lexical()))];
    for (const library of [whole, split]) {
      const writer = await library.writer();
      for (let i = 0; i < 200; i++) await writer.add({ id: `d${i}`, fields: {} }, { text: documents[i]! });
      await writer.commit();
      await writer.delete('d5');
      await writer.mergeAll();
      await writer.commit();
    }
    const [one, two] = [whole.snapshot().part('text'), split.snapshot().part('text')];
    for (const tree of trees) {
      const query = terms.query(tree);
      expect(await two.search(query, 50)).toEqual(await one.search(query, 50));
      expect([...(await two.statistics(query))].sort()).toEqual([...(await one.statistics(query))].sort());
    }
    const doubled = sumStatistics([
      await one.statistics(terms.query(trees[0]!)),
      await two.statistics(terms.query(trees[2]!)),
    ]);
    expect(await two.search(terms.query(trees[0]!), 5, { statistics: doubled })).not.toEqual(
      await two.search(terms.query(trees[0]!), 5),
    );
  });
});
