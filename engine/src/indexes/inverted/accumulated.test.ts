// Reading all postings against pruning and against scoring every match in TypeScript: the same hits, scores bit for bit.

import { describe, expect, it } from 'vitest';
import { count, seed } from '../../../test/support/env.ts';
import { Segments, SPACE } from '../../../test/support/inverted.ts';
import { BitSet } from '../../core/bitset.ts';
import { Rng } from '../../core/rng.ts';
import type { LexicalQuery } from '../../core/types.ts';
import { inverted } from './inverted.ts';

const WORDS = 400;
/** Words that only document 0 of each segment has; filters leave it out. */
const GHOSTS = Array.from({ length: 70 }, (_, i) => `ghost${i}`);
const options = { space: SPACE, fields: { body: 1, title: 2.5 }, budget: { expanding: 1000 } };
const word = (rng: Rng) => `w${Math.floor(WORDS * rng.float() ** 2)}`;
const term = (text: string): LexicalQuery => ({ type: 'term', term: text });

function documents(rng: Rng, size: number) {
  const ghost = { body: GHOSTS.join(' '), title: '' };
  const line = (most: number) => Array.from({ length: rng.below(most) }, () => word(rng)).join(' ');
  return [
    ghost,
    ...Array.from({ length: size }, () => ({ body: line(rng.below(20) === 0 ? 200 : 12), title: line(4) })),
  ];
}

/** Everything that an `or` may have, boosts far apart so that sums depend on their order. */
function clause(rng: Rng): LexicalQuery {
  const some = (type: 'and' | 'or', size: number): LexicalQuery => ({
    type,
    clauses: Array.from({ length: size }, () => term(word(rng))),
  });
  switch (rng.below(12)) {
    case 0:
      return { type: 'prefix', prefix: word(rng).slice(0, 2 + rng.below(2)), limit: 1 + rng.below(40) };
    case 1:
      return { type: 'fuzzy', term: word(rng), distance: rng.pick([1, 2]), limit: 1 + rng.below(20) };
    case 2:
      return { type: 'boost', boost: rng.pick([0, 1e-9, 0.3, 1e9]), query: clause(rng) };
    case 3:
      return { type: 'phrase', terms: [word(rng), word(rng)] };
    case 4:
      return some('and', 2);
    case 5:
      return { type: 'boost', boost: 0.7, query: some('or', 3) };
    case 6:
      return { type: 'field', field: rng.pick(['body', 'title']), query: clause(rng) };
    default:
      return term(word(rng));
  }
}

function randomOr(rng: Rng, most: number): LexicalQuery {
  const clauses = Array.from({ length: 1 + rng.below(most) }, () => clause(rng));
  const excluded = rng.below(3) === 0 ? Array.from({ length: 1 + rng.below(4) }, () => clause(rng)) : [];
  return {
    type: 'or',
    clauses: [...clauses, ...excluded.map((query): LexicalQuery => ({ type: 'not', clause: query }))],
  };
}

/** A filter, or what deletes leave: never document 0. */
function acceptedOf(rng: Rng, sizes: readonly number[]): readonly BitSet[] {
  const share = rng.pick([0.05, 0.5, 0.95, 1]);
  return sizes.map((size) => {
    const set = new BitSet(size);
    for (let i = 1; i < size; i++) if (rng.float() < share) set.add(i);
    return set;
  });
}

describe('an `or` of any number of lists', () => {
  const base = seed('accumulated search');
  it(`has the hits of cursors and of exhaustive search, over segments, deletes and filters (seed ${base})`, async () => {
    const rng = new Rng(base);
    for (let round = 0; round < count(5, 50); round++) {
      const parts = Array.from({ length: 1 + rng.below(3) }, () => documents(rng, rng.pick([1, 127, 300, 900])));
      const index = await Segments.of(inverted(options), ...parts);
      const plain = await Segments.of(inverted({ ...options, kernels: 'none' }), ...parts);
      for (let i = 0; i < 100; i++) {
        const tree = randomOr(rng, rng.pick([1, 4, 12, 60]));
        const k = rng.pick([1, 10, 200, 5000]);
        const accept =
          rng.below(3) === 0
            ? parts.map(() => undefined)
            : acceptedOf(
                rng,
                parts.map((part) => part.length),
              );
        const expected = await plain.search(tree, k, { accept });
        const label = JSON.stringify(tree);
        expect(await index.search(tree, k, { accept }), label).toEqual(expected);
        if (i % 4 === 0) expect(await index.search(tree, k, { accept, exhaustive: true }), label).toEqual(expected);
        const floor = expected[rng.below(expected.length + 1)]?.score ?? 1;
        const found = await index.search(tree, k, { accept, floor });
        expect(found.filter(({ score }) => score >= floor)).toEqual(expected.filter(({ score }) => score >= floor));
      }
    }
  });

  it(`has the hits of pruning: lists without an accepted document change the way, not the answer`, async () => {
    const rng = new Rng(base + 1);
    const part = documents(rng, 3000);
    const index = await Segments.of(inverted(options), part);
    for (let i = 0; i < count(60, 600); i++) {
      const words = Array.from({ length: 1 + rng.below(20) }, () => term(word(rng)));
      const accept = acceptedOf(rng, [part.length]);
      const k = rng.pick([1, 10, 100]);
      const pruned = await index.search({ type: 'or', clauses: words }, k, { accept });
      const added = await index.search({ type: 'or', clauses: [...words, ...GHOSTS.map(term)] }, k, { accept });
      expect(added, JSON.stringify(words)).toEqual(pruned);
    }
  });

  it('has them beyond one span of documents', async () => {
    const rng = new Rng(base + 2);
    const part = Array.from({ length: 70_000 }, () => {
      const common = rng.below(2) === 0 ? 'common '.repeat(1 + rng.below(8)) : ''; // long enough for a table of scores
      return { body: `${common}${word(rng)} ${word(rng)}` };
    });
    const kind = { ...options, fields: { body: 1 } };
    const index = await Segments.of(inverted(kind), part);
    const plain = await Segments.of(inverted({ ...kind, kernels: 'none' }), part);
    const excluded: LexicalQuery = { type: 'not', clause: { type: 'prefix', prefix: 'w3' } };
    const trees: LexicalQuery[] = [
      { type: 'or', clauses: [term('common'), ...Array.from({ length: 120 }, (_, i) => term(`w${i}`))] },
      {
        type: 'or',
        clauses: [{ type: 'prefix', prefix: 'w1' }, { type: 'fuzzy', term: 'w25', distance: 1 }, term('w2')],
      },
      { type: 'or', clauses: [{ type: 'phrase', terms: ['w0', 'w1'] }, { type: 'prefix', prefix: 'w2' }, excluded] },
    ];
    for (const tree of trees) expect(await index.search(tree, 3000)).toEqual(await plain.search(tree, 3000));
  }, 60_000);
});
