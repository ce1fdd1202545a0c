// What an evaluation leaves behind: lines as trec_eval prints them, a result file that says what it measured, and the one
// line that every acceptance run prints. Nothing here reads the clock or the machine: the caller passes them.

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

/** What was measured: together these name a result. */
export interface Measured {
  /** Data: its name, the split, and a fingerprint of each file's content. */
  readonly dataset: {
    readonly name: string;
    readonly split: string;
    readonly fingerprints: Readonly<Record<string, string>>;
  };
  /** The pipeline and every option that shapes its answers. */
  readonly configuration: { readonly [key: string]: Json };
  /** Versions of what ran: the engine, formats, models. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Circumstances, which do not name the result: command, date, machine, wall milliseconds, peak RSS bytes … */
export type Circumstances = Readonly<Record<string, string | number>>;

export interface ResultFile extends Measured {
  readonly format: 'quire-result';
  readonly version: 1;
  /** 16 hex digits: equal for equal dataset, configuration and versions, whenever and wherever it ran. */
  readonly id: string;
  readonly circumstances: Circumstances;
  readonly queries: number;
  readonly missing: readonly string[];
  readonly mean: Values;
  readonly perQuery: Readonly<Record<string, Values>>;
}

/** A result that can be checked later: what ran, on what, and every query's values. Write it with `formatResult`. */
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
  return `${canonicalJson(result as unknown as Json)}\n`;
}

/** The reporting line of an acceptance run. What is not known is printed as "-", never left out. */
export interface ReportLine {
  readonly dataset: string;
  readonly split: string;
  readonly seed: number | string;
  readonly method: string;
  readonly metric: string;
  readonly comparison: Comparison;
  /** p after Holm's correction, where one table makes several comparisons. */
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
 * As C prints `%.4f`: a number exactly between two neighbours, which only odd multiples of 1/32 are, goes to the even one
 * (1/32 → 0.0312); toFixed would go up.
 */
function fourDigits(value: number): string {
  const ticks = value * 32;
  if (!Number.isInteger(ticks) || ticks % 2 === 0) return value.toFixed(4);
  const low = Math.floor(value * 10_000); // exact: value · 10,000 ends in .5
  return ((low % 2 === 0 ? low : low + 1) / 10_000).toFixed(4);
}
const signed = (value: number) => `${value < 0 ? '' : '+'}${value.toFixed(4)}`;
