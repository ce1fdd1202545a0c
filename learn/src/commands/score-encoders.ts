// `node learn/bin/score-encoders.mjs`: encoders beside BM25 on every reported task, alone and fused, in one run. The fusion weight of each is
// tuned on training queries; the last model is compared with the first, query by query.

import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { DenseRep, Ranking, TraceEvent } from '@quire/engine/core';
import { staticEncoder, transformerEncoder } from '@quire/engine/encoders';
import { compare, evaluate, perQueryValues, type Run } from '@quire/engine/evaluation';
import { readStaticModel, readTransformerFolder } from '@quire/engine/node';
import { readWorks } from '../data/files.ts';
import { heldOutSide, type TrainingWork } from '../data/works.ts';
import { reportedTask, TASKS, tuningTasks } from '../scoring/collections.ts';
import { type EncoderScores, reportOf, type TaskScores, type WeightCurve } from '../scoring/report.ts';
import { bm25Run, fusedRun } from '../scoring/runs.ts';
import type { Task } from '../scoring/task.ts';
import { codesRun, cutTo, type DenseEncoder, encodeTask, exactRun } from '../scoring/vectors.ts';
import { runCommand } from './command.ts';

const USAGE = `Scores encoders beside BM25: alone, and fused by a weight that is tuned on training queries.

  --model FOLDER     a model folder, static or transformer; give several, the first is the baseline (required)
  --weight NAME=W    a fusion weight that is not tuned, for the model of that name; any number
  --tasks A,B        of ${TASKS.join(', ')} (default: all)
  --works FILE       works from "quire works --jsonl", for title-to-abstract; only held-out ones are read
  --length N         tokens that transformers read of a text (default: the model's)
  --no-variants      leaves out truncated vectors and sign codes of the last model
  --benchmarks DIR   BEIR folders (default: QUIRE_DATA or ../shared/data/benchmarks)
  --write FILE       also write the report to this file

Example: node learn/bin/score-encoders.mjs --model models/static-v1 --model models/quire-small --works works.jsonl
`;

/** Hits of each retriever that are fused. */
const DEPTH = 200;
/** Candidate weights of an encoder. */
const WEIGHTS = [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5];
const SEED = 13;
const DIMS = [128, 64];

/** Returns the exit code: 0, 1 failed, 2 wrong arguments. */
export function scoreEncodersCommand(args: readonly string[]): Promise<number> {
  const run = async (options: Options) => {
    const report = await score(options);
    process.stdout.write(report);
    if (options.write !== undefined) writeFileSync(options.write, report);
    return 0;
  };
  return runCommand({ usage: USAGE, read: readOptions, run }, args);
}

type Options = ReturnType<typeof readOptions>;

function readOptions(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      model: { type: 'string', multiple: true },
      weight: { type: 'string', multiple: true, default: [] },
      tasks: { type: 'string' },
      works: { type: 'string' },
      length: { type: 'string' },
      'no-variants': { type: 'boolean', default: false },
      benchmarks: { type: 'string', default: process.env.QUIRE_DATA ?? '../shared/data/benchmarks' },
      write: { type: 'string' },
    },
  });
  const { model: models, works, benchmarks, write } = values;
  if (models === undefined) throw new Error('--model is required');
  const tasks = values.tasks?.split(',') ?? TASKS.filter((name) => name !== 'title-to-abstract' || works !== undefined);
  const unknown = tasks.find((name) => !TASKS.includes(name));
  if (unknown !== undefined) throw new Error(`--tasks names ${unknown}; known are ${TASKS.join(', ')}`);
  if (tasks.includes('title-to-abstract') && works === undefined) throw new Error('title-to-abstract needs --works');
  const length = values.length === undefined ? undefined : Number(values.length);
  if (length !== undefined && !(Number.isInteger(length) && length >= 3)) {
    throw new Error(`--length is ${values.length}; it takes a whole number from 3`);
  }
  const weights = new Map(values.weight.map(parseWeight));
  const command = `node learn/bin/score-encoders.mjs ${args.join(' ')}`;
  return { models, weights, tasks, works, length, variants: !values['no-variants'], benchmarks, write, command };
}

function parseWeight(text: string): [name: string, weight: number] {
  const [, name, value] = /^(.+)=([\d.]+)$/.exec(text) ?? [];
  const weight = Number(value);
  if (name !== undefined && weight >= 0 && weight <= 1) return [name, weight];
  throw new Error(`--weight is ${text}; it takes a model and a number from 0 to 1, such as static-v1=0.1`);
}

interface Model {
  readonly name: string;
  readonly encoder: DenseEncoder;
  /** Documents that were encoded, by their text. */
  readonly known: Map<string, DenseRep>;
  readonly close: () => void;
}

async function score(options: Options): Promise<string> {
  const models: Model[] = [];
  for (const folder of options.models) models.push(await openModel(folder, options.length));
  const heldOut: TrainingWork[] = [];
  if (options.works !== undefined) {
    for await (const work of readWorks(options.works)) if (heldOutSide(work) === 'test') heldOut.push(work);
  }
  const curves = await tune(models, options.weights, await tuningTasks(options.benchmarks));
  const tasks: TaskScores[] = [];
  for (const name of options.tasks) {
    const task = await reportedTask(name, options.benchmarks, heldOut);
    tasks.push(await scoreTask(task, models, curves, options));
  }
  for (const { close } of models) close();
  const pooled = pooledComparison(tasks);
  const settings = { depth: DEPTH, seed: SEED, command: options.command };
  return reportOf({
    ...settings,
    spaces: models.map(({ name, encoder }) => [name, encoder.space]),
    curves,
    tasks,
    pooled,
  });
}

async function openModel(folder: string, length: number | undefined): Promise<Model> {
  const name = basename(resolve(folder));
  const { type } = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
  const fields = ['title', 'text'];
  if (type === 'static') {
    return {
      name,
      encoder: staticEncoder(await readStaticModel(folder), { fields }),
      known: new Map(),
      close: () => {},
    };
  }
  const model = await readTransformerFolder(folder);
  const cut = length === undefined ? {} : { length: Math.min(length, model.length) };
  const encoder = await transformerEncoder(model, { fields, ...cut });
  return { name, encoder, known: new Map(), close: () => encoder.close() };
}

/** The curve of each model over the weights: the mean over the tuning tasks of fused / BM25. */
async function tune(
  models: readonly Model[],
  weights: ReadonlyMap<string, number>,
  tasks: readonly Task[],
): Promise<readonly WeightCurve[]> {
  const ratios = models.map(() => WEIGHTS.map(() => [] as number[]));
  for (const task of tasks) {
    const bm25 = await bm25Run(task, DEPTH);
    const baseline = mean(valuesOf(task, bm25));
    for (const [m, { name, encoder, known }] of models.entries()) {
      const dense = exactRun(await encodeTask(task, encoder, { known, trace: progress(name) }), DEPTH);
      for (const [i, weight] of WEIGHTS.entries()) {
        ratios[m]![i]!.push(mean(valuesOf(task, fusedRun(bm25, dense, weight))) / baseline);
      }
    }
  }
  return models.map(({ name }, m) => {
    const means = ratios[m]!.map((each) => each.reduce((sum, value) => sum + value, 0) / each.length);
    const given = weights.get(name);
    const weight = given ?? WEIGHTS[means.indexOf(Math.max(...means))]!;
    process.stderr.write(`${name}: weight ${weight}\n`);
    const rows = WEIGHTS.map((w, i) => ({ weight: w, ratios: ratios[m]![i]! }));
    return {
      name,
      weight,
      given: given !== undefined,
      rows,
      tasks: tasks.map((task) => `${task.name} (${task.queries.size})`),
    };
  });
}

async function scoreTask(
  task: Task,
  models: readonly Model[],
  curves: readonly WeightCurve[],
  { variants }: Options,
): Promise<TaskScores> {
  const bm25 = await bm25Run(task, DEPTH);
  const encoders: EncoderScores[] = [];
  for (const [m, { name, encoder, known }] of models.entries()) {
    const vectors = await encodeTask(task, encoder, { known, trace: progress(name) });
    const { weight } = curves[m]!;
    const scored = (dense: ReadonlyMap<string, Ranking>) => ({
      alone: valuesOf(task, dense),
      fused: valuesOf(task, fusedRun(bm25, dense, weight)),
    });
    const { documentMs, queryMs } = vectors;
    const rates = { queryMs, ...(documentMs === undefined ? {} : { documentMs }) };
    encoders.push({ name, ...scored(exactRun(vectors, DEPTH)), ...rates });
    if (!variants || m < models.length - 1) continue;
    for (const dim of DIMS.filter((dim) => dim < encoder.dim)) {
      encoders.push({
        name: `${name}, first ${dim} columns`,
        variant: true,
        ...scored(exactRun(cutTo(vectors, dim), DEPTH)),
      });
    }
    encoders.push({ name: `${name}, sign codes`, variant: true, ...scored(await codesRun(vectors, DEPTH)) });
  }
  const { name, measure, documents, queries } = task;
  const baseline = valuesOf(task, bm25);
  const parts = encoders.map((each) => `${each.name} ${mean(each.alone).toFixed(4)} → ${mean(each.fused).toFixed(4)}`);
  process.stderr.write(`${[`${name}: BM25 ${mean(baseline).toFixed(4)}`, ...parts].join('; ')}\n`);
  return { name, measure, documents: documents.length, queries: queries.size, bm25: baseline, encoders };
}

/** The last model against the first, fused, over the queries of all tasks; undefined for one model. */
function pooledComparison(tasks: readonly TaskScores[]) {
  const ofAll = (pick: (task: TaskScores) => ReadonlyMap<string, number>) =>
    new Map(tasks.flatMap((task) => [...pick(task)].map(([id, value]) => [`${task.name} ${id}`, value] as const)));
  const whole = (task: TaskScores) => task.encoders.filter(({ variant }) => !variant);
  if (tasks.length === 0 || whole(tasks[0]!).length < 2) return undefined;
  const last = ofAll((task) => whole(task).at(-1)!.fused);
  const first = ofAll((task) => whole(task)[0]!.fused);
  return compare(last, first, { seed: SEED });
}

function valuesOf(task: Task, run: Run): ReadonlyMap<string, number> {
  const evaluation = evaluate(run, task.qrels, { measures: [task.measure], complete: true });
  return perQueryValues(evaluation, Object.keys(evaluation.mean)[0]!);
}

function mean(values: ReadonlyMap<string, number>): number {
  return [...values.values()].reduce((sum, value) => sum + value, 0) / values.size;
}

/** Prints at most one line every ten seconds. */
function progress(model: string): (event: TraceEvent) => void {
  let next = performance.now() + 10_000;
  return ({ name, message, done, total }) => {
    if (name !== 'score.encode' || performance.now() < next) return;
    next = performance.now() + 10_000;
    process.stderr.write(`${model}, ${message}: ${done} of ${total} documents\n`);
  };
}
