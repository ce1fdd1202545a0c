// `node learn/bin/train-static.mjs`: runs the recipe over files and resumes from a checkpoint.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Cancellable, EngineError, type TraceEvent } from '@quire/engine/core';
import { wordPiece } from '@quire/engine/text';
import { readBenchmarkTitles, selectWorks } from '../data/files.ts';
import {
  modelFiles,
  runFingerprint,
  STATIC_V1,
  startOf,
  tokenise,
  tokenWeights,
  trainingStart,
  trainTokenizer,
} from '../recipes/static.ts';
import { readCheckpoint, writeCheckpoint } from '../trainers/checkpoint.ts';
import { StaticTrainer } from '../trainers/static.ts';
import { runCommand } from './command.ts';

const USAGE = `Trains a static encoder on titles and abstracts.

  --works FILE       works from "quire works --jsonl" (required)
  --out FOLDER       receives config.json, tokenizer.json and weights.safetensors (required)
  --benchmarks DIR   BEIR folders; their papers are excluded from training (default: QUIRE_DATA or ../shared/data/benchmarks)
  --scratch DIR      checkpoints (default: .cache/train-static)
  --seed N           default ${STATIC_V1.seed}
  --epochs N         default ${STATIC_V1.epochs}

Example: node learn/bin/train-static.mjs --works works.jsonl --out models/static-v1 --seed 13
`;

/** Steps between two checkpoints. */
const CHECKPOINT_EVERY = 200;
/** Steps between two checks for Ctrl-C. */
const STEPS_A_TURN = 8;

/** Returns the exit code: 0 done, 1 failed, 2 wrong arguments, 130 interrupted. */
export function trainStaticCommand(args: readonly string[]): Promise<number> {
  const run = async (options: ReturnType<typeof readOptions>) => {
    const controller = new AbortController();
    process.once('SIGINT', () => controller.abort());
    await train(options, { signal: controller.signal, trace: printer() });
    return 0;
  };
  return runCommand({ usage: USAGE, read: readOptions, run }, args);
}

function readOptions(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      works: { type: 'string' },
      out: { type: 'string' },
      benchmarks: { type: 'string', default: process.env.QUIRE_DATA ?? '../shared/data/benchmarks' },
      scratch: { type: 'string', default: '.cache/train-static' },
      seed: { type: 'string', default: String(STATIC_V1.seed) },
      epochs: { type: 'string', default: String(STATIC_V1.epochs) },
    },
  });
  const { works, out, benchmarks, scratch } = values;
  if (works === undefined || out === undefined) throw new Error('--works and --out are required');
  const [seed, epochs] = [Number(values.seed), Number(values.epochs)];
  if (!Number.isSafeInteger(seed) || !(epochs > 0))
    throw new Error(
      `--seed is ${values.seed} and --epochs is ${values.epochs}; they take an integer and a number above 0`,
    );
  return { works, out, benchmarks, scratch, recipe: { ...STATIC_V1, seed, epochs } };
}

async function train(
  { works: path, out, benchmarks, scratch, recipe }: ReturnType<typeof readOptions>,
  options: Cancellable,
) {
  const { works, verdicts } = await selectWorks(path, readBenchmarkTitles(benchmarks));
  for (const [verdict, count] of Object.entries(verdicts)) say(`works ${verdict}: ${count}`);
  const tokenizer = trainTokenizer(works, recipe, options);
  const texts = tokenise(works, tokenizer, recipe, options);
  const run = runFingerprint(recipe, tokenizer, texts);
  mkdirSync(scratch, { recursive: true });
  const checkpoint = join(scratch, `checkpoint-${run}.safetensors`);
  const resumed = readCheckpoint(checkpoint);
  say(resumed === undefined ? `run ${run}: starting` : `run ${run}: resuming at step ${resumed.step}`);

  const weights = tokenWeights(texts, wordPiece(tokenizer).size);
  const { table, clusters } = startOf(texts, weights, recipe, options);
  const start = trainingStart(texts, weights, clusters, recipe);
  const trainer = new StaticTrainer(start, resumed ?? table);
  try {
    await trainToEnd(trainer, start.config.steps, checkpoint, options);
  } catch (error) {
    if (error instanceof EngineError && error.code === 'CANCELLED') writeCheckpoint(checkpoint, trainer.state());
    throw error;
  }
  const files = modelFiles(trainer.table, weights, recipe);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'config.json'), files.config);
  writeFileSync(join(out, 'tokenizer.json'), tokenizer);
  writeFileSync(join(out, 'weights.safetensors'), files.weights);
  rmSync(checkpoint, { force: true });
  say(`wrote ${out}`);
}

async function trainToEnd(trainer: StaticTrainer, steps: number, checkpoint: string, options: Cancellable) {
  let sum = 0;
  let count = 0;
  while (trainer.step < steps) {
    const before = trainer.step;
    const loss = trainer.train(before + STEPS_A_TURN, options);
    sum += loss * (trainer.step - before);
    count += trainer.step - before;
    if (trainer.step % CHECKPOINT_EVERY < STEPS_A_TURN || trainer.step === steps) {
      say(`step ${trainer.step} of ${steps}: mean loss ${(sum / count).toFixed(4)}`);
      sum = 0;
      count = 0;
      writeCheckpoint(checkpoint, trainer.state());
    }
    await new Promise((resolve) => setTimeout(resolve, 0)); // the signal handler runs here
  }
}

/** Prints at most one progress line every 10 seconds. */
function printer(): (event: TraceEvent) => void {
  let next = 0;
  return ({ name, done, total }) => {
    if (performance.now() < next) return;
    next = performance.now() + 10_000;
    say(`${name} ${done ?? ''}${total === undefined ? '' : ` of ${total}`}`);
  };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
