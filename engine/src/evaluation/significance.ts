// Significance of differences: paired randomisation test (Fisher; Smucker et al., CIKM 2007), paired bootstrap
// intervals of the difference and of the ratio of means, Holm's correction for several comparisons. The unit is the
// query; a method trained with several seeds is averaged over them first (`averageOverSeeds`).

import { checkCount } from '../core/check.ts';
import { EngineError } from '../core/errors.ts';
import { compareUtf8 } from '../core/order.ts';
import { Rng } from '../core/rng.ts';

export interface CompareOptions {
  /** Sign flips and resamples. Default 10,000. */
  readonly draws?: number;
  /** Same seed, same result in every runtime. Default 13. */
  readonly seed?: number;
  /** Share of the bootstrap distribution inside an interval. Default .95. */
  readonly confidence?: number;
}

/** [lower, upper]. */
export type Interval = readonly [number, number];

/** System against baseline. */
export interface Comparison {
  /** Queries. */
  readonly n: number;
  readonly mean: number;
  readonly baseline: number;
  /** mean − baseline, and its bootstrap interval. */
  readonly difference: number;
  readonly differenceInterval: Interval;
  /** mean / baseline, and its bootstrap interval: "not worse than 99 %" means that its lower end is ≥ .99. */
  readonly ratio: number;
  readonly ratioInterval: Interval;
  /** Two-sided p of the randomisation test, never 0: (draws at least as extreme + 1) / (draws + 1). */
  readonly p: number;
  readonly draws: number;
  readonly seed: number;
}

const DEFAULTS = { draws: 10_000, seed: 13, confidence: 0.95 } as const;

/**
 * Compares per-query values of two systems over the same queries (see `perQueryValues`). Throws INVALID_ARGUMENT when
 * a query is on one side only.
 *
 * ```ts
 * const better = new Map([['q1', 0.5], ['q2', 0.75]]);
 * const { n, difference, p } = compare(better, new Map([['q1', 0.5], ['q2', 0.5]]));
 * console.assert(n === 2 && difference === 0.125 && p > 0.05);
 * ```
 */
export function compare(
  system: ReadonlyMap<string, number>,
  baseline: ReadonlyMap<string, number>,
  options: CompareOptions = {},
): Comparison {
  const queries = sharedQueries(system, baseline);
  const a = queries.map((query) => system.get(query)!);
  const b = queries.map((query) => baseline.get(query)!);
  const { draws, seed } = checkedOptions(options);
  const intervals = bootstrap(a, b, options);
  const [mean, base] = [meanOf(a), meanOf(b)];
  return {
    n: queries.length,
    mean,
    baseline: base,
    difference: mean - base,
    differenceInterval: intervals.difference,
    ratio: quotient(mean, base),
    ratioInterval: intervals.ratio,
    p: randomisation(
      a.map((value, i) => value - b[i]!),
      options,
    ),
    draws,
    seed,
  };
}

/** p of the hypothesis that each difference was as likely to have the other sign. */
export function randomisation(differences: readonly number[], options: CompareOptions = {}): number {
  const { draws, seed } = checkedOptions(options);
  checkFinite(differences);
  const rng = new Rng(seed);
  const observed = Math.abs(differences.reduce((a, b) => a + b, 0));
  const slack = 1e-12 * differences.reduce((a, b) => a + Math.abs(b), 0); // rounding depends on the order
  let extreme = 0;
  for (let draw = 0; draw < draws; draw++) {
    let sum = 0;
    let bits = 0;
    for (let i = 0; i < differences.length; i++) {
      if (i % 32 === 0) bits = rng.uint32();
      sum += bits & 1 ? differences[i]! : -differences[i]!;
      bits >>>= 1;
    }
    if (Math.abs(sum) >= observed - slack) extreme++;
  }
  return (extreme + 1) / (draws + 1);
}

/** Percentile intervals over resampled queries, the same resample for both systems. */
export function bootstrap(
  system: readonly number[],
  baseline: readonly number[],
  options: CompareOptions = {},
): { readonly difference: Interval; readonly ratio: Interval } {
  const { draws, seed, confidence } = checkedOptions(options);
  const rng = new Rng(seed ^ 0x626f6f74);
  const n = system.length;
  if (n !== baseline.length || n === 0) {
    throw new EngineError('INVALID_ARGUMENT', `${n} values are paired with ${baseline.length}`, {
      hint: 'Pass one value a query and system, in the same order, of at least one query.',
    });
  }
  checkFinite(system);
  checkFinite(baseline);
  const differences = new Float64Array(draws);
  const ratios = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    let a = 0;
    let b = 0;
    for (let i = 0; i < n; i++) {
      const pick = rng.below(n);
      a += system[pick]!;
      b += baseline[pick]!;
    }
    differences[draw] = (a - b) / n;
    ratios[draw] = quotient(a, b);
  }
  return { difference: interval(differences, confidence), ratio: interval(ratios, confidence) };
}

/** Holm's step-down correction: adjusted p values in the order given. Reject where one is ≤ the level. */
export function holm(ps: readonly number[]): readonly number[] {
  const bad = ps.find((p) => !(p >= 0 && p <= 1));
  if (bad !== undefined) {
    throw new EngineError('INVALID_ARGUMENT', `A p value is ${bad}`, { hint: 'Pass numbers from 0 to 1.' });
  }
  const order = ps.map((_, i) => i).sort((i, j) => ps[i]! - ps[j]! || i - j);
  const adjusted = new Array<number>(ps.length);
  let running = 0;
  order.forEach((i, rank) => {
    running = Math.max(running, Math.min(1, ps[i]! * (ps.length - rank)));
    adjusted[i] = running;
  });
  return adjusted;
}

/** Per-query means over training seeds; every seed must have the same queries. */
export function averageOverSeeds(seeds: readonly ReadonlyMap<string, number>[]): ReadonlyMap<string, number> {
  const [first, ...rest] = seeds;
  if (first === undefined) throw new EngineError('INVALID_ARGUMENT', 'There are 0 seeds to average over');
  const out = new Map(first);
  for (const other of rest)
    for (const query of sharedQueries(first, other)) out.set(query, out.get(query)! + other.get(query)!);
  for (const [query, sum] of out) out.set(query, sum / seeds.length);
  return out;
}

function sharedQueries(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): readonly string[] {
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    for (const query of one.keys()) {
      if (other.has(query)) continue;
      throw new EngineError('INVALID_ARGUMENT', `Query ${JSON.stringify(query)} was measured for one system only`, {
        hint: 'Evaluate both over the same qrels, and let missing queries count as 0 (perQueryValues does).',
      });
    }
  }
  if (a.size === 0) throw new EngineError('INVALID_ARGUMENT', 'There are 0 queries to compare');
  return [...a.keys()].sort(compareUtf8);
}

function checkedOptions(options: CompareOptions): Required<CompareOptions> {
  const all = { ...DEFAULTS, ...options };
  checkCount('draws', all.draws, { min: 1 });
  if (!(all.confidence > 0 && all.confidence < 1)) {
    throw new EngineError('INVALID_ARGUMENT', `confidence is ${all.confidence}`, {
      hint: 'Pass a share between 0 and 1, such as .95.',
    });
  }
  return all;
}

function checkFinite(values: readonly number[]): void {
  const bad = values.find((value) => !Number.isFinite(value));
  if (bad === undefined) return;
  throw new EngineError('INVALID_ARGUMENT', `A value to compare is ${bad}`, {
    hint: 'Measures are finite; look for a 0/0 in a measure of your own.',
  });
}

/** Linear between the two nearest order statistics. */
function interval(values: Float64Array, confidence: number): Interval {
  values.sort();
  const at = (share: number) => {
    const position = share * (values.length - 1);
    const low = Math.floor(position);
    const [a, b] = [values[low]!, values[Math.min(low + 1, values.length - 1)]!];
    return a === b || position === low ? a : a + (b - a) * (position - low);
  };
  return [at((1 - confidence) / 2), at(1 - (1 - confidence) / 2)];
}

/** The ratio a / b of two means; 1 for two systems that both found nothing. */
const quotient = (a: number, b: number) => (b === 0 ? (a === 0 ? 1 : Number.POSITIVE_INFINITY) : a / b);
const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
