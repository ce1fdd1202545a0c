// The measures by name: the names that trec_eval's `-m` takes, the names it prints, and the short names of papers. A
// name with parameters stands for several measures (`P.5,10` → P_5, P_10); a bare `P` has trec_eval's default cutoffs.

import { EngineError } from '../core/errors.ts';
import { ln } from '../core/math.ts';
import { binG, g, ndcg, ndcgRel, rndcg } from './gains.ts';
import { cutJudged, type Judged } from './judged.ts';
import * as p from './precision.ts';
import type { ScoreType } from './types.ts';

/** How the values of single queries are combined: mean, sum, or exponential of the mean of logarithms. */
export type Summary = 'mean' | 'sum' | 'geometric';

export interface Measure {
  /** The key of the measure's values. */
  readonly name: string;
  readonly summary: Summary;
  perQuery(judged: Judged, scoreType: ScoreType): number;
}

type PerQuery = Measure['perQuery'];

/** A family of measures, one for each parameter. */
interface Family {
  readonly defaults: readonly number[];
  /** Cutoffs are positive integers; shares are any non-negative number, printed with two digits. */
  readonly parameter: 'cutoff' | 'share';
  at(parameter: number): PerQuery;
}

const CUTOFFS = [5, 10, 15, 20, 30, 100, 200, 500, 1000];
const RECALL_LEVELS = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
const MULTIPLES = [0.2, 0.4, 0.6, 0.8, 1, 1.2, 1.4, 1.6, 1.8, 2];

const atCutoffs = (at: Family['at'], defaults: readonly number[] = CUTOFFS): Family => ({
  defaults,
  parameter: 'cutoff',
  at,
});
const atShares = (at: Family['at'], defaults: readonly number[]): Family => ({ defaults, parameter: 'share', at });

const FAMILIES: Readonly<Record<string, Family>> = {
  iprec_at_recall: atShares((x) => (j, type) => p.interpolatedPrecision(j, x, type), RECALL_LEVELS),
  P: atCutoffs((k) => (j) => p.precision(j, k)),
  recall: atCutoffs((k) => (j) => p.recall(j, k)),
  Rprec_mult: atShares((x) => (j) => p.rPrecisionAt(j, x), MULTIPLES),
  ndcg_cut: atCutoffs((k) => (j) => ndcg(j, k)),
  map_cut: atCutoffs((k) => (j) => p.averagePrecision(j, k)),
  relative_P: atCutoffs((k) => (j) => p.relativePrecision(j, k)),
  success: atCutoffs((k) => (j) => p.success(j, k), [1, 5, 10]),
  /** Not in trec_eval: reciprocal rank of a run that was cut first (MS MARCO's MRR@10), and unjudged documents. */
  recip_rank_cut: atCutoffs((k) => (j) => p.reciprocalRank(cutJudged(j, k)), [10]),
  unjudged: atCutoffs((k) => (j) => p.unjudged(j, k), [10]),
};

const logOf = (value: number) => ln(Math.max(value, p.MIN_GEOMETRIC));

const SINGLES: Readonly<Record<string, PerQuery>> = {
  num_q: () => 1,
  num_ret: (j) => j.retrieved,
  num_rel: (j) => j.relevant,
  num_rel_ret: (j) => j.relevantRetrieved,
  map: (j) => p.averagePrecision(j),
  gm_map: (j) => logOf(p.averagePrecision(j)),
  Rprec: p.rPrecision,
  bpref: p.bpref,
  recip_rank: p.reciprocalRank,
  infAP: p.inferredAp,
  gm_bpref: (j) => logOf(p.bpref(j)),
  utility: (j) => p.utility(j),
  '11pt_avg': (j, type) => mean(RECALL_LEVELS.map((x) => p.interpolatedPrecision(j, x, type))),
  binG,
  G: g,
  ndcg: (j) => ndcg(j),
  ndcg_rel: ndcgRel,
  Rndcg: rndcg,
  set_P: p.setPrecision,
  set_relative_P: p.setRelativePrecision,
  set_recall: p.setRecall,
  set_map: p.setAveragePrecision,
  set_F: (j) => p.setF(j),
  num_nonrel_judged_ret: (j) => j.ranked.reduce((n, rel) => n + (rel >= 0 && rel < j.level ? 1 : 0), 0),
};

/** Measures whose numeric parameters change the formula instead of naming several measures. */
const PARAMETERISED: Readonly<Record<string, (parameters: readonly number[]) => PerQuery>> = {
  set_F:
    ([x]) =>
    (j) =>
      p.setF(j, x),
  utility: (weights) => (j) => p.utility(j, weights),
  '11pt_avg': (shares) => (j, type) => mean(shares.map((x) => p.interpolatedPrecision(j, x, type))),
};

const OFFICIAL = 'runid num_q num_ret num_rel num_rel_ret map gm_map Rprec bpref recip_rank iprec_at_recall P'.split(
  ' ',
);
const SETS: Readonly<Record<string, readonly string[]>> = {
  official: OFFICIAL,
  set: 'runid num_q num_ret num_rel num_rel_ret utility set_P set_relative_P set_recall set_map set_F'.split(' '),
  all_trec: [
    ...OFFICIAL,
    ...'relstring recall infAP gm_bpref Rprec_mult utility 11pt_avg binG G ndcg ndcg_rel Rndcg ndcg_cut'.split(' '),
    ...'map_cut relative_P success set_P set_relative_P set_recall set_map set_F num_nonrel_judged_ret'.split(' '),
  ],
};

/** Short names, case-insensitive: the family at a cutoff, and the measure of the whole list. */
const SHORT: Readonly<Record<string, readonly [family: string | undefined, single: string | undefined]>> = {
  ndcg: ['ndcg_cut', 'ndcg'],
  map: ['map_cut', 'map'],
  ap: ['map_cut', 'map'],
  mrr: ['recip_rank_cut', 'recip_rank'],
  rr: ['recip_rank_cut', 'recip_rank'],
  p: ['P', undefined],
  precision: ['P', undefined],
  r: ['recall', undefined],
  recall: ['recall', undefined],
  success: ['success', undefined],
  hit: ['success', undefined],
  unjudged: ['unjudged', undefined],
};

/** The measures that a list of names selects. */
export interface Request {
  readonly measures: readonly Measure[];
  /** Length of the relevance string, when one was asked for. */
  readonly relstring: number | undefined;
}

/**
 * Names → measures, each once, in the order given. The key of a value is the name that trec_eval prints (`ndcg_cut.10`
 * →
 * `ndcg_cut_10`). A name with `@` keeps its own spelling (`nDCG@10`). Throws INVALID_ARGUMENT for an unknown name.
 */
export function parseMeasures(names: readonly string[]): Request {
  const measures = new Map<string, Measure>();
  let relstring: number | undefined;
  for (const name of names.flatMap((n) => own(SETS, n) ?? [n])) {
    const string = /^relstring(?:[._](\d+))?$/.exec(name);
    if (string) relstring = Number(string[1] ?? 10);
    else if (name !== 'runid') for (const measure of parseMeasure(name)) measures.set(measure.name, measure);
  }
  return { measures: [...measures.values()], relstring };
}

function parseMeasure(name: string): readonly Measure[] {
  const single = own(SINGLES, name);
  if (single) return [measure(name, single)];
  const family = own(FAMILIES, name);
  if (family) return family.defaults.map((x) => member(name, family, x));
  const short = /^([a-z]+)(?:@(\d+))?$/i.exec(name);
  if (short) return [shortMeasure(name, short[1]!, short[2])];
  const split = /^(.*?)[._]([-\d.]+(?:,[-\d.]+)*)$/.exec(name);
  if (!split) throw unknownMeasure(name);
  return withParameters(name, split[1]!, split[2]!.split(',').map(Number));
}

function withParameters(name: string, root: string, parameters: readonly number[]): readonly Measure[] {
  const family = own(FAMILIES, root);
  if (family) return parameters.map((x) => member(root, family, checked(name, family, x)));
  const make = own(PARAMETERISED, root);
  if (!make || parameters.some(Number.isNaN)) throw unknownMeasure(name);
  return [measure(`${root}_${parameters.join(',')}`, make(parameters))];
}

function shortMeasure(name: string, root: string, cutoff: string | undefined): Measure {
  const [familyName, single] = own(SHORT, root.toLowerCase()) ?? [];
  if (cutoff === undefined && single !== undefined) return measure(name, SINGLES[single]!);
  const family = familyName === undefined ? undefined : FAMILIES[familyName];
  if (cutoff === undefined || family === undefined) throw unknownMeasure(name);
  return measure(name, family.at(checked(name, family, Number(cutoff))));
}

function member(root: string, family: Family, x: number): Measure {
  return measure(`${root}_${family.parameter === 'share' ? x.toFixed(2) : x}`, family.at(x));
}

function measure(name: string, perQuery: PerQuery): Measure {
  const summary = name.startsWith('num_') ? 'sum' : name.startsWith('gm_') ? 'geometric' : 'mean';
  return { name, summary, perQuery };
}

function checked(name: string, family: Family, x: number): number {
  const legal = family.parameter === 'share' ? x >= 0 : Number.isInteger(x) && x > 0;
  if (legal) return x;
  throw new EngineError('INVALID_ARGUMENT', `The measure ${JSON.stringify(name)} has the parameter ${x}`, {
    hint: family.parameter === 'share' ? 'Give shares ≥ 0, as in Rprec_mult.0.5.' : 'Give cutoffs ≥ 1, as in P.5,10.',
  });
}

function unknownMeasure(name: string): EngineError {
  const known = [...Object.keys(SINGLES), ...Object.keys(FAMILIES)].join(', ');
  return new EngineError('INVALID_ARGUMENT', `There is no measure ${JSON.stringify(name)}`, {
    hint: `Known: ${known}; sets: ${Object.keys(SETS).join(', ')}; short names such as nDCG@10, R@100, MRR@10, P@5.`,
  });
}

/** Whether the table itself has the name, so that a measure called `constructor` does not exist. */
const own = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
