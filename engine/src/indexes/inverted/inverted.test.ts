// The inverted index against its definitions: hand-checked scores, the readable twin, misuse.

import { describe, expect, it } from 'vitest';
import { Segments } from '../../../test/support/inverted.ts';
import { BitSet } from '../../core/bitset.ts';
import { Rng } from '../../core/rng.ts';
import type { LexicalQuery } from '../../core/types.ts';
import { encodeLength, inverted } from './index.ts';
import { decodedLengths } from './norms.ts';

const body = { body: 1 };
const term = (word: string): LexicalQuery => ({ type: 'term', term: word });
const or = (...clauses: LexicalQuery[]): LexicalQuery => ({ type: 'or', clauses });
const and = (...clauses: LexicalQuery[]): LexicalQuery => ({ type: 'and', clauses });
const not = (clause: LexicalQuery): LexicalQuery => ({ type: 'not', clause });
const phrase = (...terms: string[]): LexicalQuery => ({ type: 'phrase', terms });
const boost = (value: number, query: LexicalQuery): LexicalQuery => ({ type: 'boost', boost: value, query });
const field = (name: string, query: LexicalQuery): LexicalQuery => ({ type: 'field', field: name, query });

describe('field lengths in a byte', () => {
  it.each([
    [0, 0],
    [23, 23],
    [39, 39],
    [41, 40],
    [45, 44],
    [57, 56],
    [100, 96],
    [150, 144],
    [161, 152],
    [333, 312],
    [512, 504],
    [1000, 984],
    [12345, 12312],
  ])('stores %i as %i', (length, stored) => {
    expect(decodedLengths()[encodeLength(length)]).toBe(stored);
  });
  it('never gives a longer field a smaller byte', () => {
    for (let length = 1; length < 70000; length++) {
      expect(encodeLength(length)).toBeGreaterThanOrEqual(encodeLength(length - 1));
    }
    expect(encodeLength(2 ** 31 - 1)).toBe(255);
  });
});

describe('scores', () => {
  const kind = inverted({ space: 'test-words', fields: body });

  it('equal the three-document example that is published for k1 .9, b .4', async () => {
    const index = await Segments.of(kind, [
      { body: 'here some text here some more text city' },
      { body: 'more text' },
      { body: 'here test' },
    ]);
    expect(await index.search(term('test'), 10)).toEqual([{ doc: 2, score: expect.closeTo(0.5702, 4) }]);
    expect(await index.search(term('more'), 10)).toEqual([
      { doc: 1, score: expect.closeTo(0.2733, 4) },
      { doc: 0, score: expect.closeTo(0.208, 4) },
    ]);
  });
});

const COLLECTIONS = 12;
const QUERIES = 60;
const WORDS = 60;

/** Skewed word frequencies, some documents empty or absent, lengths from 0 to a few hundred. */
function randomDocuments(rng: Rng, size: number) {
  const word = () => `w${Math.floor(WORDS * rng.float() ** 3)}`;
  return Array.from({ length: size }, () => {
    if (rng.below(40) === 0) return undefined;
    const length = rng.below(20) === 0 ? rng.below(400) : rng.below(12);
    return {
      body: Array.from({ length }, word).join(' '),
      title: Array.from({ length: rng.below(4) }, word).join(' '),
    };
  });
}

function randomQuery(rng: Rng, depth = 0): LexicalQuery {
  const word = () => `w${rng.below(WORDS + 3)}`;
  const several = () => Array.from({ length: 1 + rng.below(5) }, () => randomQuery(rng, depth + 1));
  switch (rng.below(depth > 2 ? 2 : 9)) {
    case 0:
    case 1:
      return term(word());
    case 2:
      return boost(rng.pick([0, 0.5, 1, 3]), randomQuery(rng, depth + 1));
    case 3:
      return field(rng.pick(['body', 'title']), randomQuery(rng, depth + 1));
    case 4:
      return phrase(...Array.from({ length: 1 + rng.below(3) }, word));
    case 5:
      return and(...several());
    case 6:
      return or(...several(), not(term(word())));
    case 7:
      return and(...several(), not(randomQuery(rng, depth + 1)));
    default:
      return or(...several());
  }
}
const flatQuery = (rng: Rng): LexicalQuery => {
  const words = Array.from({ length: 1 + rng.below(7) }, () => term(`w${rng.below(WORDS)}`));
  return rng.below(4) === 0 ? and(...words.slice(0, 3)) : or(...words);
};

describe('pruned search', () => {
  for (let seed = 1; seed <= COLLECTIONS; seed++) {
    it(`finds what scoring every match finds, bit for bit (seed ${seed})`, async () => {
      const rng = new Rng(seed);
      const fields = { body: 1, title: rng.pick([1, 2.5]) };
      const documents = randomDocuments(rng, rng.pick([5, 130, 700, 3000, 9000]));
      const kind = inverted({ space: 'test-words', fields });
      const twin = inverted({ space: 'test-words', fields, kernels: 'none' });
      const index = await Segments.of(kind, documents);
      const plain = await Segments.of(twin, documents);
      for (let i = 0; i < QUERIES; i++) {
        const tree = i % 2 === 0 ? flatQuery(rng) : randomQuery(rng);
        const single = i % 4 === 0 ? field('body', tree) : tree;
        const k = rng.pick([1, 3, 10, 100, 1000]);
        const accept = [rng.below(3) === 0 ? randomSet(rng, documents.length) : undefined];
        const expected = await plain.search(single, k, { accept });
        const label = JSON.stringify(single);
        expect(await index.search(single, k, { accept, exhaustive: true }), label).toEqual(expected);
        expect(await index.search(single, k, { accept }), label).toEqual(expected);
        const floor = expected[rng.below(expected.length + 1)]?.score ?? 1;
        const above = expected.filter((hit) => hit.score >= floor);
        const found = await index.search(single, k, { accept, floor });
        expect(
          found.filter((hit) => hit.score >= floor),
          label,
        ).toEqual(above);
      }
    });
  }
});

function randomSet(rng: Rng, size: number): BitSet {
  const set = new BitSet(size);
  const share = rng.pick([0.01, 0.3, 0.9]);
  for (let i = 0; i < size; i++) if (rng.float() < share) set.add(i);
  return set;
}
