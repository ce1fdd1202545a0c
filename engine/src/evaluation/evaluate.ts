// evaluate: measures a run against judgements, with the numbers that trec_eval prints. Golden test and parity suite:
// engine/test/parity/trec*.test.ts.

import { checkCount } from '../core/check.ts';
import { EngineError } from '../core/errors.ts';
import { exp, ln } from '../core/math.ts';
import { compareUtf8 } from '../core/order.ts';
import { type Judged, judge } from './judged.ts';
import { type Measure, parseMeasures } from './measures.ts';
import { MIN_GEOMETRIC, relstring } from './precision.ts';
import type { EvaluateOptions, Evaluation, Qrels, Run, Values } from './types.ts';

/**
 * Measures a run. Means are over the queries that are in both the run and the qrels, those without a relevant document
 * included (value 0); with `complete` over all judged queries. A query that the run holds with an empty list counts as
 * retrieved. Throws INVALID_ARGUMENT for a NaN score, a document twice in one query, or an unknown measure.
 *
 * ```ts
 * const run = new Map([['q1', [{ id: 'a', score: 2 }, { id: 'b', score: 1 }]]]);
 * const qrels = new Map([['q1', new Map([['b', 1]])], ['q2', new Map([['a', 1]])]]);
 * const { mean } = evaluate(run, qrels, { measures: ['recip_rank', 'recall.100'], complete: true });
 * console.assert(mean.recip_rank === 0.25 && mean.recall_100 === 0.5);
 * ```
 */
export function evaluate(run: Run, qrels: Qrels, options: EvaluateOptions = {}): Evaluation {
  checkOptions(options);
  const request = parseMeasures(options.measures ?? ['official']);
  const perQuery = new Map<string, Values>();
  const relstrings = new Map<string, string>();
  const missing: string[] = [];
  for (const query of [...qrels.keys()].sort(compareUtf8)) {
    const hits = run.get(query);
    if (hits === undefined) {
      missing.push(query);
      continue;
    }
    const judged = judge(query, hits, qrels.get(query)!, options);
    perQuery.set(query, valuesOf(judged, request.measures, options));
    if (request.relstring !== undefined) relstrings.set(query, relstring(judged, request.relstring));
  }
  const queries = options.complete === true ? qrels.size : perQuery.size;
  const mean: Record<string, number> = {};
  for (const measure of request.measures) mean[measure.name] = summarise(measure, perQuery, queries);
  if (options.complete === true) countUnretrieved(mean, qrels, queries);
  return { perQuery, mean, relstrings, queries, missing };
}

/** Values of one measure as (query id → value), with 0 for judged queries that the run lacks. */
export function perQueryValues(evaluation: Evaluation, measure: string): ReadonlyMap<string, number> {
  const out = new Map<string, number>();
  for (const [query, values] of evaluation.perQuery) {
    const value = values[measure];
    if (value === undefined) throw notMeasured(measure, Object.keys(values));
    out.set(query, value);
  }
  for (const query of evaluation.missing) out.set(query, 0);
  return out;
}

function valuesOf(judged: Judged, measures: readonly Measure[], options: EvaluateOptions): Values {
  const values: Record<string, number> = {};
  for (const measure of measures) values[measure.name] = measure.perQuery(judged, options.scoreType ?? 'f32');
  return values;
}

function summarise(measure: Measure, perQuery: ReadonlyMap<string, Values>, queries: number): number {
  let sum = 0;
  for (const values of perQuery.values()) sum += values[measure.name]!;
  if (measure.summary === 'sum' || queries === 0) return sum;
  if (measure.summary === 'mean') return sum / queries;
  return exp((sum + (queries - perQuery.size) * ln(MIN_GEOMETRIC)) / queries);
}

/** With -c, trec_eval counts all judged queries, and in them every positive judgement, at any level. */
function countUnretrieved(mean: Record<string, number>, qrels: Qrels, queries: number): void {
  if ('num_q' in mean) mean.num_q = queries;
  if (!('num_rel' in mean)) return;
  mean.num_rel = 0;
  for (const judgements of qrels.values()) for (const rel of judgements.values()) if (rel > 0) mean.num_rel++;
}

function checkOptions({ level = 1, depth = 1, scoreType = 'f32' }: EvaluateOptions): void {
  if (scoreType !== 'f32' && scoreType !== 'f64') {
    throw new EngineError('INVALID_ARGUMENT', `There is no score type ${JSON.stringify(scoreType)}`, {
      hint: 'Pass f32 (trec_eval 9.0.8) or f64 (10.0).',
    });
  }
  checkCount('level', level, { min: 1 });
  checkCount('depth', depth, { min: 1 });
}

function notMeasured(measure: string, known: readonly string[]): EngineError {
  return new EngineError('NOT_FOUND', `The evaluation has no values of ${JSON.stringify(measure)}`, {
    hint: `Measured: ${known.join(', ')}. Name it in \`measures\`.`,
  });
}
