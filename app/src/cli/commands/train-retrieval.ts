// `quire train` with a recipe of the kind "retrieval": judged queries in, a model folder out, and one for the query side where ADORE has trained it.

import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { EngineError } from '@quire/engine/core';
import { ModelNetwork } from '@quire/engine/encoders';
import { loadDataset, readTransformerFolder } from '@quire/engine/node';
import {
  type JudgedTexts,
  judgedTexts,
  parsePairs,
  parseRetrievalRecipe,
  type RetrieverStart,
  readBenchmarkTitles,
  selectWorks,
  titlePairs,
  trainRetriever,
} from '@quire/learn';
import { printable } from '../../output/printable.ts';
import { type Io, json } from '../io.ts';
import { progress } from '../progress.ts';
import { runner, type TrainOptions, withOnnx, writeFolder } from './train-runner.ts';

/** The folder of the query side, inside of the model's. */
const QUERY_SIDE = 'query-encoder';

export async function trainFromPairs(recipeText: string, options: TrainOptions, io: Io): Promise<void> {
  const recipe = parseRetrievalRecipe(recipeText);
  const run = runner(options, io.env);
  const { judged, dev } = await readJudged(options, io);
  const start = options.from === undefined ? {} : { start: await startFrom(options.from) };
  io.err(printable`training on ${judged.queries.length} queries over ${judged.documents.length} documents\n`);
  if (judged.skipped > 0) io.err(printable`queries without a relevant document: ${judged.skipped}\n`);
  if (options.restart) rmSync(options.scratch, { recursive: true, force: true });
  mkdirSync(options.scratch, { recursive: true });
  const executor = await run.training();
  const bar = progress(io);
  try {
    const trained = await trainRetriever(
      {
        recipe,
        judged,
        ...(dev === undefined ? {} : { dev }),
        ...start,
        executor,
        kernels: run.bits,
        scratch: (name) => join(options.scratch, name),
      },
      {
        signal: io.signal,
        onStep: ({ stage, step, steps, loss, lists }) => {
          const found = lists === undefined ? '' : `, MRR@10 ${lists.mrr.toFixed(3)}, missed ${lists.missed}`;
          bar.update(step, steps, `${stage}: loss ${loss.toFixed(4)}${found}`);
        },
      },
    );
    bar.end();
    writeFolder(options.out, options.onnx ? await withOnnx(trained.files, recipe.name) : trained.files);
    if (trained.queryFiles !== undefined) writeFolder(join(options.out, QUERY_SIDE), trained.queryFiles);
    const stages = trained.stages.map(({ stage, loss, dev: found, documents }) => ({
      stage,
      loss,
      ...(found === undefined ? {} : { ndcg: found.mean, queries: found.ndcg.size }),
      ...(documents === undefined ? {} : { documents }),
    }));
    for (const { stage, loss, ndcg, documents } of stages) {
      const measured = ndcg === undefined ? '' : `, nDCG@10 ${ndcg.toFixed(4)} on dev`;
      const same = documents === undefined || documents.before === documents.after ? '' : ', THE DOCUMENTS CHANGED';
      io.err(printable`stage ${stage}: loss ${loss.toFixed(4)}${measured}${same}\n`);
    }
    const queryFolder = trained.queryFiles === undefined ? {} : { queryFolder: join(options.out, QUERY_SIDE) };
    await (options.json
      ? json(io, { folder: options.out, ...queryFolder, stages })
      : io.out(printable`${options.out}\n`));
  } finally {
    bar.end();
    executor.close();
  }
}

interface Judged {
  readonly judged: JudgedTexts;
  readonly dev: JudgedTexts | undefined;
}

async function readJudged(options: TrainOptions, io: Io): Promise<Judged> {
  const { pairs, works } = options;
  if (pairs === undefined) {
    if (works === undefined) {
      throw new EngineError('INVALID_ARGUMENT', 'This recipe trains on judged queries, and --pairs is missing', {
        hint: 'Give --pairs (a collection in BEIR layout, or a .jsonl of {"query", "positive"}), or --works for titles and abstracts.',
      });
    }
    const benchmarks = options.benchmarks ?? io.env.QUIRE_DATA;
    const titles = benchmarks === undefined ? new Set<string>() : readBenchmarkTitles(benchmarks);
    const selection = await selectWorks(works, titles);
    return { judged: judgedTexts(titlePairs(selection.works)), dev: undefined };
  }
  if (!existsSync(pairs))
    throw new EngineError('NOT_FOUND', `There is no ${pairs}`, { hint: 'Check the path of --pairs.' });
  if (statSync(pairs).isFile()) {
    if (options.dev !== undefined) {
      throw new EngineError('INVALID_ARGUMENT', `--dev ${options.dev} needs a collection; ${pairs} is one file`);
    }
    return { judged: judgedTexts(parsePairs(readFileSync(pairs, 'utf8'), basename(pairs))), dev: undefined };
  }
  const read = async (split: string) => {
    const folder = resolve(pairs);
    const set = await loadDataset(basename(folder), { data: dirname(folder), split });
    return judgedTexts({ ...set, name: `${set.name}, ${split}`, measure: 'nDCG@10' });
  };
  return { judged: await read(options.split), dev: options.dev === undefined ? undefined : await read(options.dev) };
}

async function startFrom(folder: string): Promise<RetrieverStart> {
  const model = await readTransformerFolder(folder);
  const { transformer, head, tokenizer, prefixes, length } = model;
  return { transformer, head, tokenizer, prefixes, length, weights: new ModelNetwork(model, 'f32').held().weights };
}
