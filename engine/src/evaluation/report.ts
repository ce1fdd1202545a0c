// The output of an evaluation: lines as trec_eval prints them, a result file that identifies what was measured, and the
// one-line report of acceptance runs. Clock and machine are not read here: the caller passes them.

import { canonicalJson, fingerprint, type Json } from '../core/hash.ts';
import type { Comparison } from './significance.ts';
import type { Evaluation, Values } from './types.ts';

/** `trec_eval -q`: a line for each measure of each query (if `perQuery`), then the "all" lines. */
export function formatTrecEval(
  evaluation: Evaluation,
  options: { readonly perQuery?: boolean; readonly runId?: string } = {},
): string {
  const lines: string[] = [];
  if (options.perQuery === true) {
    for (const [query, values] of evaluation.perQuery) {
      for (const [name, value] of Object.entries(values)) {
        if (name !== 'num_q' && !name.startsWith('gm_')) lines.push(row(name, query, number(name, value)));
      }
      const string = evaluation.relstrings.get(query);
      if (string !== undefined) lines.push(row('relstring', query, `'${string}'`));
    }
  }
  if (options.runId !== undefined) lines.push(row('runid', 'all', options.runId));
  for (const [name, value] of Object.entries(evaluation.mean)) lines.push(row(name, 'all', number(name, value)));
  return lines.join('');
}

/** What was measured; these fields together identify a result. */
export interface Measured {
  /** Data: its name, the split, and a fingerprint of each file's content. */
  readonly dataset: {
    readonly name: string;
    readonly split: string;
    readonly fingerprints: Readonly<Record<string, string>>;
  };
  /** The pipeline and every option that affects its answers. */
  readonly configuration: { readonly [key: string]: Json };
  /** Versions of the software and data: the engine, formats, models. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Circumstances, not part of the identity: command, date, machine, wall milliseconds, peak RSS bytes … */
export type Circumstances = Readonly<Record<string, string | number>>;

export interface ResultFile extends Measured {
  readonly format: 'quire-result';
  readonly version: 1;
  /** 16 hex digits: equal for equal dataset, configuration and versions, at any time and on any machine. */
  readonly id: string;
  readonly circumstances: Circumstances;
  readonly queries: number;
  readonly missing: readonly string[];
  readonly mean: Values;
  readonly perQuery: Readonly<Record<string, Values>>;
}

/**
 * A result that can be checked later: configuration, data, and the values of every query. Write it with `formatResult`.
 */
export function resultOf(measured: Measured, evaluation: Evaluation, circumstances: Circumstances = {}): ResultFile {
  const { dataset, configuration, versions } = measured;
  return {
    format: 'quire-result',
    version: 1,
    id: fingerprint({ dataset, configuration, versions }),
    dataset,
    configuration,
    versions,
    circumstances,
    queries: evaluation.queries,
    missing: evaluation.missing,
    mean: evaluation.mean,
    perQuery: Object.fromEntries(evaluation.perQuery),
  };
}

/** Canonical JSON (sorted keys), so that equal results are equal bytes; ends with a line feed. */
export function formatResult(result: ResultFile): string {
  return `${canonicalJson(result)}\n`;
}

/** The one-line report of an acceptance run. Unknown values are printed as "-" and never omitted. */
export interface ReportLine {
  readonly dataset: string;
  readonly split: string;
  readonly seed: number | string;
  readonly method: string;
  readonly metric: string;
  readonly comparison: Comparison;
  /** p after Holm's correction, if one table makes several comparisons. */
  readonly adjustedP?: number;
  readonly wallMs?: number;
  readonly peakRssBytes?: number;
  readonly indexBytesPerDocument?: number;
}

export function formatReportLine(line: ReportLine): string {
  const { comparison: c } = line;
  const [low, high] = c.differenceInterval.map((x) => signed(x));
  const known = (value: number | undefined, unit: string, scale = 1) =>
    value === undefined ? `- ${unit}` : `${(value / scale).toFixed(1)} ${unit}`;
  return [
    `${line.dataset}/${line.split} seed ${line.seed} ${line.method}`,
    `${line.metric} ${c.mean.toFixed(4)} baseline ${c.baseline.toFixed(4)} n ${c.n}`,
    `delta ${signed(c.difference)} [${low}, ${high}] p ${c.p.toFixed(4)}${line.adjustedP === undefined ? '' : ` (Holm ${line.adjustedP.toFixed(4)})`}`,
    `${known(line.wallMs, 's', 1000)}, ${known(line.peakRssBytes, 'MB peak', 1e6)}, ${known(line.indexBytesPerDocument, 'B/doc')}`,
  ].join(' | ');
}

const row = (name: string, query: string, value: string) => `${name.padEnd(22)}\t${query}\t${value}\n`;
const number = (name: string, value: number) => (name.startsWith('num_') ? String(value) : fourDigits(value));
/**
 * As C prints `%.4f`: a number exactly between two neighbours (only odd multiples of 1/32 are) is rounded to the even
 * one (1/32 → 0.0312); toFixed rounds it up.
 */
function fourDigits(value: number): string {
  const ticks = value * 32;
  if (!Number.isInteger(ticks) || ticks % 2 === 0) return value.toFixed(4);
  const low = Math.floor(value * 10_000); // exact: value · 10,000 ends in .5
  return ((low % 2 === 0 ? low : low + 1) / 10_000).toFixed(4);
}
const signed = (value: number) => `${value < 0 ? '' : '+'}${value.toFixed(4)}`;
