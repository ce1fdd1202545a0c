import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comparePeriod, compareTrending, hot, interest, isQuiet, NO_SIGNALS } from './ranking.ts';

describe('the trending formula', () => {
  it.each([
    [8, 0, 3.17, 8],
    [20, 1, 3.89, 14],
    [60, 3, 4.43, 21],
    [150, 4, 5.24, 37],
    [150, 7, 3.74, 12],
    [400, 10, 3.65, 12],
  ])('gives %d votes after %d days %f, as much as a new paper with %d', (votes, age, expected, alike) => {
    const value = hot(interest({ ...NO_SIGNALS, votes }), age);
    expect(value).toBeCloseTo(expected, 2);
    expect(Math.round(2 ** value - 1)).toBe(alike);
  });

  it('makes each doubling of interest worth two announcement days', () => {
    for (const s of [1, 7, 100]) expect(hot(2 * (1 + s) - 1, 2)).toBeCloseTo(hot(s, 0), 12);
  });

  it('counts at most ten commenters and forty saves', () => {
    expect(interest({ ...NO_SIGNALS, commenters: 3, saves: 8 })).toBe(3.5);
    expect(interest({ ...NO_SIGNALS, commenters: 1_000, saves: 1_000 })).toBe(15);
  });

  it('counts imported votes only where the instance is quiet, at one third', () => {
    const signals = { ...NO_SIGNALS, votes: 2, imported: 52 };
    expect(interest(signals)).toBe(2);
    expect(interest(signals, { withPrior: true })).toBeCloseTo(2 + 52 / 3, 12);
    expect([0, 4, 5].map(isQuiet)).toEqual([true, true, false]);
  });
});

describe('the orders', () => {
  const paper = (key: string, over = {}) => ({ key, hot: 1, interest: 1, comments: 0, day: '2026-04-01', ...over });

  it('break ties by comments, then the later list day, then the key', () => {
    const papers = [
      paper('d'),
      paper('c'),
      paper('b', { day: '2026-04-02' }),
      paper('a', { comments: 1 }),
      paper('z', { hot: 2, interest: 2 }),
    ];
    for (const order of [compareTrending, comparePeriod])
      expect([...papers].sort(order).map(({ key }) => key)).toEqual(['z', 'a', 'b', 'c', 'd']);
  });

  it('are total orders', () => {
    const some = fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      hot: fc.integer({ min: 0, max: 2 }),
      comments: fc.nat(2),
      day: fc.constantFrom('2026-04-01', '2026-04-02'),
    });
    fc.assert(
      fc.property(some, some, (a, b) => {
        if (a.key !== b.key) expect(Math.sign(compareTrending(a, b))).toBe(-Math.sign(compareTrending(b, a)));
      }),
    );
  });
});
