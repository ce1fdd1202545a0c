// `node learn/bin/score-static.mjs`: scores of a static encoder, alone and fused, beside BM25 in the same run. The
// fusion weight is tuned on training queries that share no relevant document with the reported queries.

import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type StaticEncoder, staticEncoder } from '@quire/engine/encoders';
import { type Comparison, compare, evaluate, holm, perQueryValues, type Run } from '@quire/engine/evaluation';
import { loadDataset, loadQrels, readStaticModel } from '@quire/engine/node';
import { readWorks } from '../data/files.ts';
import type { TrainingWork } from '../data/works.ts';
import { heldOutSide } from '../data/works.ts';
import { bm25Run, fusedRun } from '../scoring/runs.ts';
import { disjointQueries, type Task, titleToAbstract } from '../scoring/task.ts';
import { encodeTask, exactRun } from '../scoring/vectors.ts';
import { runCommand } from './command.ts';

const USAGE = `Scores a static encoder.

  --model FOLDER     config.json, tokenizer.json, weights.safetensors (required)
  --works FILE       works from "quire works --jsonl"; only held-out ones are read (required)
  --benchmarks DIR   BEIR folders (default: QUIRE_DATA or ../shared/data/benchmarks)
  --write FILE       also write the report to this file

Example: node learn/bin/score-static.mjs --model models/static-v1 --works works.jsonl
`;

/** Number of hits of each retriever that are fused. */
const DEPTH = 200;
/** Candidate weights of the encoder. */
const WEIGHTS = [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 1];
const UNSEEN = { documents: 20_000, queries: 2_000 };
const SEED = 13;
/** A model ships when the lower 95 % bound of fused / BM25 is at least this. */
const SHIP_RATIO = 0.99;

/** Number of rules for the weight that were compared with the reported sets; docs/adr/0014 lists them. */
const LOOKS = 3;

/** Returns the exit code: 0 the model may ship, 1 failed or the model may not ship, 2 wrong arguments. */
export function scoreStaticCommand(args: readonly string[]): Promise<number> {
  const run = async (options: ReturnType<typeof readOptions>) => {
    const { report, ships } = await score(options);
    process.stdout.write(report);
    if (options.write !== undefined) writeFileSync(options.write, report);
    return ships ? 0 : 1;
  };
  return runCommand({ usage: USAGE, read: readOptions, run }, args);
}

function readOptions(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      model: { type: 'string' },
      works: { type: 'string' },
      benchmarks: { type: 'string', default: process.env.QUIRE_DATA ?? '../shared/data/benchmarks' },
      write: { type: 'string' },
    },
  });
  const { model, works, benchmarks, write } = values;
  if (model === undefined || works === undefined) throw new Error('--model and --works are required');
  return { model, works, benchmarks, write, command: `node learn/bin/score-static.mjs ${args.join(' ')}` };
}

/** The scores of one task by query, for each system. */
interface Scored {
  readonly task: Task;
  readonly bm25: ReadonlyMap<string, number>;
  readonly dense: ReadonlyMap<string, number>;
  readonly fused: ReadonlyMap<string, number>;
  readonly comparison: Comparison;
  /** Lower bound of the ratio corrected for LOOKS looks at the reported sets (Bonferroni). */
  readonly strictBound: number;
}

async function score({ model, works, benchmarks, command }: ReturnType<typeof readOptions>) {
  const encoder = staticEncoder(await readStaticModel(model), { fields: ['title', 'text'] });
  const held: TrainingWork[] = [];
  for await (const work of readWorks(works)) if (heldOutSide(work) === 'test') held.push(work);
  const tuning = [await beirTask('scifact', 'train', benchmarks), await beirTask('scitldr', 'train', benchmarks)];
  const curves = await Promise.all(tuning.map((task) => curveOf(task, encoder)));
  const weight = chooseWeight(curves);
  const tasks = [
    await beirTask('scifact', 'test', benchmarks),
    await beirTask('scitldr', 'dev', benchmarks),
    titleToAbstract(held, 'test', UNSEEN),
  ];
  const scored: Scored[] = [];
  for (const task of tasks) {
    scored.push(await scoreTask(task, encoder, weight));
    process.stderr.write(`${task.name}: fused / BM25 ${scored.at(-1)!.comparison.ratio.toFixed(4)}\n`);
  }
  const ships = scored.slice(0, 2).every(({ comparison }) => comparison.ratioInterval[0] >= SHIP_RATIO);
  return { report: reportOf({ command, encoder, weight, tuning, curves, scored, ships }), ships };
}

/** The smallest weight whose lower bounds are at least 1 on every tuning set; else the weight with the highest lower bound. */
function chooseWeight(curves: readonly (readonly Comparison[])[]): number {
  const worst = WEIGHTS.map((_, i) => Math.min(...curves.map((curve) => curve[i]!.ratioInterval[0])));
  const sure = worst.findIndex((bound, i) => i > 0 && bound >= 1);
  return WEIGHTS[sure > 0 ? sure : worst.indexOf(Math.max(...worst.slice(1)))]!;
}

/** A benchmark's split. Without training queries that share a relevant document with the reported split. */
async function beirTask(name: string, split: string, data: string): Promise<Task> {
  const set = await loadDataset(name, { data, split });
  const reported = await loadQrels(name, { data, split: name === 'scifact' ? 'test' : 'dev' });
  const qrels = split === 'train' ? disjointQueries(set.qrels, reported.qrels) : set.qrels;
  const queries = new Map([...qrels.keys()].map((id) => [id, set.queries.get(id) ?? '']));
  return { name: `${name}, ${split}`, measure: 'nDCG@10', documents: set.documents, queries, qrels };
}

/** Fused against BM25 at each of WEIGHTS. */
async function curveOf(task: Task, encoder: StaticEncoder): Promise<readonly Comparison[]> {
  const bm25 = await bm25Run(task, DEPTH);
  const dense = exactRun(await encodeTask(task, encoder), DEPTH);
  const baseline = valuesOf(task, bm25);
  return WEIGHTS.map((weight) => compare(valuesOf(task, fusedRun(bm25, dense, weight)), baseline, { seed: SEED }));
}

async function scoreTask(task: Task, encoder: StaticEncoder, weight: number): Promise<Scored> {
  const bm25 = await bm25Run(task, DEPTH);
  const dense = exactRun(await encodeTask(task, encoder), DEPTH);
  const [byBm25, byDense, byBoth] = [bm25, dense, fusedRun(bm25, dense, weight)].map((run) => valuesOf(task, run));
  const comparison = compare(byBoth!, byBm25!, { seed: SEED });
  const strict = compare(byBoth!, byBm25!, { seed: SEED, confidence: 1 - 0.05 / LOOKS });
  return { task, bm25: byBm25!, dense: byDense!, fused: byBoth!, comparison, strictBound: strict.ratioInterval[0] };
}

function valuesOf(task: Task, run: Run): ReadonlyMap<string, number> {
  const evaluation = evaluate(run, task.qrels, { measures: [task.measure], complete: true });
  return perQueryValues(evaluation, Object.keys(evaluation.mean)[0]!);
}

function mean(values: ReadonlyMap<string, number>): number {
  return [...values.values()].reduce((sum, value) => sum + value, 0) / values.size;
}

interface Report {
  readonly command: string;
  readonly encoder: StaticEncoder;
  readonly weight: number;
  readonly tuning: readonly Task[];
  readonly curves: readonly (readonly Comparison[])[];
  readonly scored: readonly Scored[];
  readonly ships: boolean;
}

function reportOf({ command, encoder, weight, tuning, curves, scored, ships }: Report): string {
  const four = (value: number) => value.toFixed(4);
  const adjusted = holm(scored.map(({ comparison }) => comparison.p));
  const rows = scored.map(({ task, bm25, dense, fused, comparison, strictBound }, i) => {
    const interval = comparison.ratioInterval.map((bound) => bound.toFixed(4)).join(' … ');
    const numbers = [mean(bm25), mean(dense), mean(fused)].map(four).join(' | ');
    const sizes = `${task.documents.length.toLocaleString('en')} | ${task.qrels.size.toLocaleString('en')}`;
    return `| ${task.name} | ${sizes} | ${task.measure} | ${numbers} | ${comparison.ratio.toFixed(4)} (${interval}) | ${four(strictBound)} | ${adjusted[i]!.toFixed(4)} |`;
  });
  const curveRows = WEIGHTS.map((w, i) => {
    const cells = curves.map((curve) => `${four(curve[i]!.mean)} | ${four(curve[i]!.ratioInterval[0])}`);
    return `| ${w.toFixed(2)} | ${cells.join(' | ')} |`;
  });
  return `# The static encoder beside BM25

    ${command}

Encoder \`${encoder.config.name}\`, space \`${encoder.space}\`. BM25: k1 .9, b .4, title and text as one field. Fusion:
min-max over the first ${DEPTH} of each list, weight ${weight.toFixed(2)} for the encoder. Intervals: bootstrap over queries, 10,000
resamples, seed ${SEED}; p: paired randomisation of fused against BM25, 10,000 draws, Holm over the ${scored.length} tasks.

| task | documents | queries | measure | BM25 | static | fused | fused / BM25 (95 %) | bound, ${LOOKS} looks | p |
|---|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}

Ships (lower bound of the ratio ≥ ${SHIP_RATIO} on SciFact and on SciTLDR dev): **${ships ? 'yes' : 'no'}**. The column
"bound, ${LOOKS} looks" is the lower bound at 1 − .05 / ${LOOKS}: this is the third rule for the weight that was compared with
these sets; docs/adr/0014-static-encoder.md lists the others.

## The fusion weight

The smallest weight at which both lower 95 % bounds of fused / BM25 are at least 1, one bound for each tuning set. nDCG@10
on training queries that share no relevant document with a reported query
(${tuning.map((task) => `${task.name}: ${task.qrels.size}`).join('; ')}).

| weight | ${tuning.map((task) => `${task.name} | lower bound`).join(' | ')} |
|---|---|---|---|---|
${curveRows.join('\n')}
`;
}
