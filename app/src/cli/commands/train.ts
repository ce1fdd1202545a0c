// `quire train`: runs a recipe of @quire/learn over works and writes a model folder.

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '@quire/engine/core';
import { transformerEncoder } from '@quire/engine/encoders';
import { readTransformerFolder } from '@quire/engine/node';
import {
  type DistillationOptions,
  distil,
  parseTransformerRecipe,
  RETRIEVAL_KIND,
  readBenchmarkTitles,
  readKnownPassages,
  readPlainTexts,
  selectWorks,
  type Teacher,
  type TransformerRecipe,
} from '@quire/learn';
import { Command, Option } from 'commander';
import { printable } from '../../output/printable.ts';
import { EXIT, type Io, json } from '../io.ts';
import { type Progress, progress } from '../progress.ts';
import { examples, type Verb, whole } from '../verb.ts';
import { trainFromPairs } from './train-retrieval.ts';
import { type Runner, readText, runner, type TrainOptions, withOnnx, writeFolder } from './train-runner.ts';

export const trainCommand: Verb = (io, finish) =>
  new Command('train')
    .description('Train an encoder from a recipe; a run that is stopped goes on where it was')
    .argument('<recipe>', 'a recipe.json, as in models/')
    .option(
      '--works <file>',
      'works from "quire works --jsonl"; of a retrieval recipe: their titles and abstracts are the pairs',
    )
    .option('--texts <file...>', 'other texts, one JSON object a line: title, text, source')
    .option('--teacher <folder>', 'distillation: the model whose vectors are learnt')
    .option('--pairs <path>', 'retrieval: a collection in BEIR layout, or a .jsonl of {"query", "positive"}')
    .option('--split <name>', 'retrieval: the judgements of the collection that are trained on', 'train')
    .option('--dev <name>', 'retrieval: judgements that are measured after each stage')
    .option('--from <folder>', 'retrieval: the model to start from, where the recipe names none')
    .requiredOption('--out <folder>', 'receives config.json, tokenizer.json and model.safetensors')
    .option('--benchmarks <folder>', 'collections whose papers are left out of the training (default: QUIRE_DATA)')
    .option('--scratch <folder>', 'checkpoints and vectors of the teacher', '.cache/train')
    .option('--threads <n>', 'threads of the training', whole(1, 64), 1)
    .addOption(
      new Option('--kernels <build>', 'simd: the same bytes everywhere; relaxed: faster, for this machine and Node')
        .choices(['simd', 'relaxed'])
        .default('simd'),
    )
    .addOption(
      new Option('--executor <name>', 'wasm: our kernels; onnx: onnxruntime, after "npm run accelerate"')
        .choices(['wasm', 'onnx'])
        .default('wasm'),
    )
    .option('--onnx', "also write model.onnx, for the field's tools")
    .option('--restart', 'delete the checkpoints of an earlier run first')
    .option('--as-is', 'train no more: write the model of the newest checkpoint')
    .option('--json', 'print one JSON object: folder, loss and best dev cosine of each stage')
    .addHelpText(
      'after',
      `${examples([
        ['quire works arxiv.jsonl.gz acl-anthology.jsonl.gz --jsonl > works.jsonl', 'the texts'],
        [
          'quire train recipe.json --works works.jsonl --teacher all-MiniLM-L6-v2 --out my-model',
          'from scratch, or on',
        ],
        ['quire train recipe.json ... --kernels relaxed --threads 2', 'faster, with Node 24'],
        ['quire train recipe.json ... --executor onnx --threads 2', 'faster still, after "npm run accelerate"'],
        [
          'quire train recipe.json ... --texts definitions.jsonl packages.jsonl',
          'texts that the recipe names by source',
        ],
        [
          'quire train star.json --pairs scifact --dev dev --from my-model --out tuned',
          'a retriever, on judged queries',
        ],
        ['quire train recipe.json ... --as-is', 'the model of a run that was stopped'],
      ])}
Exit codes: 0 trained, 1 or 2 refused with the reason, 130 stopped: the same command goes on.`,
    )
    .action(async (path: string, options: TrainOptions) => {
      const text = readText(path);
      if (kindOf(text) === RETRIEVAL_KIND) {
        await trainFromPairs(text, options, io);
        finish(EXIT.ok);
        return;
      }
      const recipe = parseTransformerRecipe(text);
      const [given, teaching] = [needed(options, 'works'), needed(options, 'teacher')];
      const run = runner(options, io.env);
      if (options.restart) rmSync(options.scratch, { recursive: true, force: true });
      mkdirSync(options.scratch, { recursive: true });
      const benchmarks = options.benchmarks ?? io.env.QUIRE_DATA;
      const { works, verdicts } = await selectWorks(
        given,
        benchmarks === undefined ? new Set() : readBenchmarkTitles(benchmarks),
      );
      for (const [verdict, count] of Object.entries(verdicts)) io.err(printable`works ${verdict}: ${count}\n`);
      const passages = benchmarks === undefined ? undefined : readKnownPassages(benchmarks);
      const plain = await readPlainTexts(options.texts ?? [], passages);
      if (plain.texts.length + plain.known > 0) {
        io.err(printable`texts taken: ${plain.texts.length}\ntexts with a passage of a benchmark: ${plain.known}\n`);
      }
      const executor = await run.training();
      const teacher = await openTeacher(teaching, recipe, await run.encoding());
      const bar = progress(io);
      try {
        const { files, losses, dev } = await distil(
          {
            recipe,
            works,
            texts: plain.texts,
            teacher,
            executor,
            kernels: run.bits,
            scratch: (name) => join(options.scratch, name),
          },
          { signal: io.signal, asIs: options.asIs ?? false, ...reports(io, bar) },
        );
        bar.end();
        writeFolder(options.out, options.onnx ? await withOnnx(files, recipe.name) : files);
        for (const [stage, loss] of Object.entries(losses))
          io.err(printable`stage ${stage}: loss ${loss.toFixed(4)}\n`);
        await (options.json ? json(io, { folder: options.out, losses, dev }) : io.out(printable`${options.out}\n`));
      } finally {
        bar.end();
        teacher.close();
        executor.close();
      }
      finish(EXIT.ok);
    });

/** The kind that a recipe names; its reader says what else is wrong with it. */
function kindOf(text: string): unknown {
  try {
    return JSON.parse(text)?.kind;
  } catch {
    return undefined;
  }
}

function needed(options: TrainOptions, name: 'works' | 'teacher'): string {
  const value = options[name];
  if (value !== undefined) return value;
  throw new EngineError('INVALID_ARGUMENT', `This recipe distils a model, and --${name} is missing`, {
    hint: 'Give --works (from "quire works --jsonl") and --teacher (a model folder).',
  });
}

async function openTeacher(
  folder: string,
  { data }: TransformerRecipe,
  runs: Awaited<ReturnType<Runner['encoding']>>,
): Promise<Teacher & { readonly close: () => void }> {
  const model = await readTransformerFolder(folder);
  const length = Math.min(data.length, model.length);
  const encoder = await transformerEncoder(model, { ...runs, length, products: data.products });
  return {
    name: model.name,
    fingerprint: encoder.space,
    dim: encoder.dim,
    encode: async (texts) => (await encoder.encodeQueries(texts)).map(({ vec }) => vec),
    close: () => encoder.close(),
  };
}

/** Progress with loss, rate and the time that is left. */
function reports(io: Io, bar: Progress): Pick<DistillationOptions, 'trace' | 'onData' | 'onStep' | 'onDev'> {
  let from: { readonly at: number; readonly step: number; readonly stage: string } | undefined;
  return {
    trace: ({ name, done = 0, total = 0 }) => {
      if (name === 'train.teach') bar.update(done, total, `teacher, ${done} of ${total} texts`);
    },
    onData: ({ texts, tokens, dev }) => {
      bar.end();
      io.err(printable`training on ${texts} texts, measuring on ${dev}; ${tokens} tokens in all\n`);
    },
    onDev: ({ stage, step, cosine, best, bestStep }) => {
      bar.end();
      io.err(
        printable`${stage}, step ${step}: cosine ${cosine.toFixed(4)} on the dev texts, best ${best.toFixed(4)} at ${bestStep}\n`,
      );
    },
    onStep: ({ stage, step, steps, loss }) => {
      const now = performance.now();
      if (from?.stage !== stage) from = { at: now, step, stage };
      const rate = ((step - from.step) * 1000) / Math.max(1, now - from.at);
      const left = rate === 0 ? '' : `, ${rate.toFixed(2)}/s, ${Math.round((steps - step) / rate)} s left`;
      bar.update(step, steps, `${stage}: loss ${loss.toFixed(4)}${left}`);
    },
  };
}
