import { Rng } from '@quire/engine/internals';
import { fuse, fuseRankings, retrieve } from '@quire/engine/retrieval';
import { describe, expect, it } from 'vitest';
import { count, seed } from '../../test/support/env.ts';
import { denseReader, fixed, lengthEncoder, query, ranking } from '../../test/support/toy-retrieval.ts';

const one = ranking(['a', 9], ['b', 5], ['c', 1]);
const two = ranking(['c', 0.9], ['d', 0.5]);

describe('reciprocal rank fusion', () => {
  it('adds 1 / (60 + rank), ranks from 1', () => {
    const hits = fuseRankings([one, two], { by: 'rrf' });
    expect(hits.map((hit) => hit.id)).toEqual(['c', 'a', 'b', 'd']);
    expect(hits[0]!.score).toBeCloseTo(1 / 63 + 1 / 61, 15);
    expect(hits[1]!.score).toBe(1 / 61);
  });

  it('sorts a list that is not in order: a run read from a file', () => {
    const sorted = ranking(['b', 2], ['a', 1], ['c', 1]);
    const shuffled = ranking(['c', 1], ['a', 1], ['b', 2]);
    expect(fuseRankings([shuffled], { by: 'rrf' })).toEqual(fuseRankings([sorted], { by: 'rrf' }));
    expect(fuseRankings([shuffled], { by: 'rrf' })[0]).toEqual({ id: 'b', score: 1 / 61 });
  });

  it('breaks ties by id', () => {
    const hits = fuseRankings([ranking(['z', 1], ['a', 0]), ranking(['a', 7], ['z', 6])], { by: 'rrf' });
    expect(hits.map((hit) => hit.id)).toEqual(['a', 'z']);
  });

  it('takes weights and another constant', () => {
    const hits = fuseRankings([one, two], { by: 'rrf', weights: [2, 0.5], k0: 10 });
    expect(hits.find((hit) => hit.id === 'c')!.score).toBeCloseTo(2 / 13 + 0.5 / 11, 15);
  });
});

describe('weighted sums', () => {
  it('normalise each list by itself, never over the union', () => {
    const hits = fuseRankings([one, two], { by: 'minmax', weights: [0.5, 0.5] });
    expect(Object.fromEntries(hits.map((hit) => [hit.id, hit.score]))).toEqual({ a: 0.5, b: 0.25, c: 0.5, d: 0 });
  });

  it('give 1 to all of a list of equal scores', () => {
    for (const by of ['minmax', 'zscore'] as const) {
      const hits = fuseRankings([ranking(['a', 3], ['b', 3])], { by });
      expect(hits).toEqual(ranking(['a', 1], ['b', 1]));
      expect(fuseRankings([ranking(['a', -2])], { by })).toEqual(ranking(['a', 1]));
    }
  });

  it('divide by the standard deviation for z-scores, from the lowest score', () => {
    const hits = fuseRankings([one], { by: 'zscore' });
    const deviation = Math.sqrt((16 + 0 + 16) / 3);
    expect(hits.map((hit) => hit.id)).toEqual(['a', 'b', 'c']);
    [8 / deviation, 4 / deviation, 0].forEach((score, i) => {
      expect(hits[i]!.score).toBeCloseTo(score, 14);
    });
  });

  it.each([1e-200, 1, 1e200])('tell scores apart whatever their size: %d', (unit) => {
    const hits = fuseRankings([ranking(['a', 3 * unit], ['b', 2 * unit], ['c', unit])], { by: 'zscore' });
    const expected = Math.sqrt(1.5);
    expect(hits[0]!.score).toBeCloseTo(2 * expected, 14);
    expect(hits[1]!.score).toBeCloseTo(expected, 14);
    expect(hits[2]!.score).toBe(0);
  });

  it.each(['minmax', 'zscore'] as const)('by %s refuse a range that overflows', (by) => {
    const wide = ranking(['a', 1.7e308], ['b', 0], ['c', -1.7e308]);
    expect(() => fuseRankings([wide], { by })).toThrow(/cannot be normalised/);
  });

  it('refuse scores that have no finite range', () => {
    expect(() => fuseRankings([ranking(['a', Number.POSITIVE_INFINITY])], { by: 'minmax' })).toThrow(
      /cannot be normalised/,
    );
  });
});

describe('fusion', () => {
  it.each(['rrf', 'minmax', 'zscore'] as const)('by %s does not depend on the order of the lists', (by) => {
    const rng = new Rng(seed(`fuse ${by}`));
    for (let i = 0; i < count(200, 5000); i++) {
      const lists = Array.from({ length: 4 }, () => {
        const scores = new Map(
          Array.from({ length: 1 + rng.below(9) }, () => [`d${rng.below(12)}`, rng.float()] as const),
        );
        return ranking(...[...scores].sort((a, b) => b[1] - a[1]));
      });
      const weights = lists.map(() => rng.float() + 0.01);
      const order = rng.shuffle([0, 1, 2, 3]);
      const shuffled = { by, weights: order.map((j) => weights[j]!) };
      expect(
        fuseRankings(
          order.map((j) => lists[j]!),
          shuffled,
        ),
      ).toEqual(fuseRankings(lists, { by, weights }));
    }
  });

  it('by a weight of 0 leaves a retriever out and does not even run it', async () => {
    const off = denseReader({ only: 1 });
    const retriever = fuse({ by: 'rrf', weights: [1, 0] }, fixed('one', one), retrieve(lengthEncoder(), off, 5));
    expect((await retriever.run(query('x'))).map((hit) => hit.id)).toEqual(['a', 'b', 'c']);
    expect(off.searches).toBe(0);
    expect(fuseRankings([one, two], { by: 'minmax', weights: [1, 0] }).map((hit) => hit.id)).toEqual(['a', 'b', 'c']);
  });

  it('fails when one of its retrievers fails', async () => {
    const broken = { ...fixed('broken', one), run: () => Promise.reject(new Error('index gone')) };
    await expect(fuse({ by: 'rrf' }, fixed('one', one), broken).run(query('x'))).rejects.toThrow('index gone');
  });

  it('of nothing is nothing', async () => {
    expect(await fuse({ by: 'rrf' }).run(query('x'))).toEqual([]);
    expect(fuseRankings([[], []], { by: 'zscore' })).toEqual([]);
  });

  it.each([
    [{ by: 'sum' as never }, /no fusion by "sum"/],
    [{ by: 'rrf', k0: 0 } as const, /k0 is 0/],
    [{ by: 'rrf', weights: [1] } as const, /weights of 2 lists are \[1\]/],
    [{ by: 'rrf', weights: [0, 0] } as const, /\[0, 0\]/],
    [{ by: 'rrf', weights: [1, -1] } as const, /\[1, -1\]/],
    [{ by: 'rrf', weights: [1, Number.NaN] } as const, /NaN/],
  ])('refuses %j', (options, message) => {
    expect(() => fuseRankings([one, two], options)).toThrow(message);
    expect(() => fuse(options, fixed('one', one), fixed('two', two))).toThrow(message);
  });

  it('refuses a NaN and a document twice in one list', () => {
    expect(() => fuseRankings([ranking(['a', Number.NaN])], { by: 'rrf' })).toThrow(/"a" is NaN/);
    expect(() => fuseRankings([ranking(['a', 1], ['a', 0])], { by: 'rrf' })).toThrow(/2 hits of 1 documents/);
  });
});
