import {
  averageOverSeeds,
  bootstrap,
  compare,
  evaluate,
  holm,
  perQueryValues,
  randomisation,
} from '@quire/engine/evaluation';
import { Rng } from '@quire/engine/internals';
import { describe, expect, it } from 'vitest';

const asMap = (values: readonly number[]) => new Map(values.map((value, i) => [`q${i}`, value]));

/** Every sign pattern, for few differences. */
function exactP(differences: readonly number[]): number {
  const observed = Math.abs(differences.reduce((a, b) => a + b, 0));
  let extreme = 0;
  for (let signs = 0; signs < 2 ** differences.length; signs++) {
    const sum = differences.reduce((total, d, i) => total + (signs & (1 << i) ? d : -d), 0);
    if (Math.abs(sum) >= observed - 1e-12) extreme++;
  }
  return extreme / 2 ** differences.length;
}

describe('the paired randomisation test', () => {
  const differences = [0.3, -0.1, 0.25, 0.4, 0, 0.12, -0.05, 0.2, 0.33, 0.01];

  it('approaches the exact p value of all sign patterns', () => {
    expect(exactP(differences)).toBeCloseTo(0.03515625, 10);
    expect(randomisation(differences, { draws: 50_000 })).toBeCloseTo(0.03515625, 2);
  });

  it('gives the same golden value in every runtime', () => {
    expect(randomisation(differences)).toBe(GOLDEN.p);
  });

  it('never gives 0, and gives 1 when nothing differs', () => {
    expect(randomisation(new Array<number>(60).fill(0.5), { draws: 99 })).toBe(0.01);
    expect(randomisation([0, 0, 0])).toBe(1);
  });
});

describe('the paired bootstrap', () => {
  const rng = new Rng(5);
  const baseline = Array.from({ length: 400 }, () => 0.3 + 0.4 * rng.float());
  const system = baseline.map((value) => value + 0.05 + 0.2 * (rng.float() - 0.5));

  it('agrees with the normal approximation on 400 queries', () => {
    const d = system.map((value, i) => value - baseline[i]!);
    const mean = d.reduce((a, b) => a + b) / d.length;
    const error = Math.sqrt(d.reduce((sum, x) => sum + (x - mean) ** 2, 0) / d.length / d.length);
    const [low, high] = bootstrap(system, baseline).difference;
    expect(low).toBeCloseTo(mean - 1.96 * error, 3);
    expect(high).toBeCloseTo(mean + 1.96 * error, 3);
  });

  it('gives the same golden intervals in every runtime', () => {
    const { difference, ratio } = bootstrap([0.5, 0.1, 0.9, 0.4], [0.4, 0.2, 0.7, 0.4]);
    expect([...difference, ...ratio].map((x) => Number(x.toFixed(12)))).toEqual(GOLDEN.intervals);
  });

  it('calls two systems that found nothing equal', () => {
    expect(bootstrap([0, 0], [0, 0]).ratio).toEqual([1, 1]);
  });
});

describe('compare', () => {
  it('reports n, both means, intervals and p', () => {
    const result = compare(asMap([0.5, 0.1, 0.9, 0.4]), asMap([0.4, 0.2, 0.7, 0.4]));
    expect(result).toMatchObject({ n: 4, draws: 10_000, seed: 13 });
    expect(result.mean).toBeCloseTo(0.475, 12);
    expect(result.difference).toBeCloseTo(0.05, 12);
    expect(result.ratio).toBeCloseTo(0.475 / 0.425, 12);
    expect(result.p).toBeGreaterThan(0.5);
  });

  it('does not depend on the order of the queries', () => {
    const a = asMap([0.5, 0.1, 0.9, 0.4]);
    const b = asMap([0.4, 0.2, 0.7, 0.4]);
    expect(compare(new Map([...a].reverse()), b)).toEqual(compare(a, b));
  });

  it('refuses a query that only one system answered, by name', () => {
    expect(() => compare(asMap([1, 2]), asMap([1]))).toThrow(/"q1" was measured for one system only/);
  });

  it('takes a query that the run lacks as 0', () => {
    const qrels = new Map([
      ['q1', new Map([['a', 1]])],
      ['q2', new Map([['b', 1]])],
    ]);
    const found = evaluate(new Map([['q1', [{ id: 'a', score: 1 }]]]), qrels, { measures: ['map'] });
    expect([...perQueryValues(found, 'map')]).toEqual([
      ['q1', 1],
      ['q2', 0],
    ]);
    expect(() => perQueryValues(found, 'ndcg')).toThrow(/no values of "ndcg"/);
  });
});

describe("Holm's correction", () => {
  it.each([
    [
      [0.01, 0.04, 0.03],
      [0.03, 0.06, 0.06],
    ],
    [
      [0.005, 0.005],
      [0.01, 0.01],
    ],
    [
      [0.9, 0.8],
      [1, 1],
    ],
    [[], []],
  ])('adjusts %j to %j', (ps, adjusted) => {
    expect(holm(ps).map((p) => Number(p.toFixed(10)))).toEqual(adjusted);
  });
});

describe('what cannot be compared is refused, never computed with', () => {
  const two = asMap([1, 0.5]);
  it.each([{ draws: 0 }, { draws: 1.5 }, { draws: Number.NaN }, { confidence: 95 }, { confidence: 0 }])(
    '%j',
    (options) => {
      expect(() => compare(two, asMap([0, 0.5]), options)).toThrow(/draws is|confidence is/);
    },
  );
  it('NaN and infinite values', () => {
    expect(() => compare(two, asMap([Number.NaN, 0.5]))).toThrow(/A value to compare is NaN/);
    expect(() => randomisation([Number.POSITIVE_INFINITY])).toThrow(/A value to compare is Infinity/);
    expect(() => holm([0.01, Number.NaN])).toThrow(/A p value is NaN/);
  });
  it('lists of different lengths', () => {
    expect(() => bootstrap([1, 2], [1])).toThrow(/2 values are paired with 1/);
    expect(() => bootstrap([], [])).toThrow(/0 values/);
  });
});

it('the interval of a ratio is never NaN where some resamples have a baseline of 0', () => {
  for (let draws = 1; draws < 60; draws++) {
    const { ratio } = bootstrap([1, 0.5], [0, 0.5], { draws });
    expect(ratio.some(Number.isNaN), `${draws} draws`).toBe(false);
  }
});

it('averages a method over its training seeds', () => {
  expect([...averageOverSeeds([asMap([1, 0]), asMap([0, 0.5])]).values()]).toEqual([0.5, 0.25]);
});

// p is drawn (exact: .03515625, also scipy's permutation_test); the intervals equal those over all 4⁴ resamples.
const GOLDEN = { p: 0.034096590340965904, intervals: [-0.05, 0.15, 0.8, 1.272727272727] };
