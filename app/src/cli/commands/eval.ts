// `quire eval`: measures search on the user's test collections.

import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EngineError } from '@quire/engine/core';
import { formatResult, formatTrecRun, resultOf } from '@quire/engine/evaluation';
import { type Dataset, listDatasets, loadCacmRaw, loadDataset } from '@quire/engine/node';
import { Command } from 'commander';
import { joined, type Printable, printable } from '../../output/printable.ts';
import {
  type EvaluationResult,
  evaluateDataset,
  PIPELINES,
  type Pipeline,
  pipelineNamed,
} from '../../services/index.ts';
import { EXIT, type Io, json, table } from '../io.ts';
import { progress } from '../progress.ts';
import { examples, type Verb } from '../verb.ts';

interface Options {
  readonly data?: string;
  readonly split: string;
  readonly raw?: boolean;
  readonly pipeline: string;
  readonly rm3?: boolean;
  readonly measures: string;
  readonly run?: string;
  readonly result?: string;
  readonly json?: boolean;
}

/** Those that take a query. */
const MEASURED: readonly Pipeline[] = Object.values<Pipeline>(PIPELINES).filter(({ takes }) => takes !== 'paper');
const MEASURES = 'map,P.10,P.30,recip_rank,ndcg_cut.10,recall.100,recall.1000';

export const evalCommand: Verb = (io, finish) =>
  new Command('eval')
    .description('Measure search on a test collection (BEIR layout, or the original CACM)')
    .argument('[dataset]', 'its name; left out: list what there is')
    .option('--data <folder>', 'folder of collections (default: QUIRE_DATA, or ../shared/data/benchmarks beside Quire)')
    .option('--split <name>', 'which judgements', 'test')
    .option('--raw', 'the original files of CACM instead of the BEIR layout')
    .option('--pipeline <name>', `${MEASURED.map(({ name }) => name).join(', ')}; list: what each is`, 'bm25')
    .option('--rm3', 'the same as --pipeline rm3')
    .option('--measures <list>', "trec_eval's names, separated by commas", MEASURES)
    .option('--run <file>', 'write the run in TREC format')
    .option('--result <file>', 'write a result file: configuration, fingerprints, values of every query')
    .option('--json', 'print one JSON object: dataset, pipeline, measures, terms')
    .addHelpText(
      'after',
      `${examples([
        ['quire eval', 'the collections that are there'],
        ['quire eval cacm --raw', 'BM25 on the original CACM; MAP .3123'],
        ['quire eval cacm --raw --rm3', 'with feedback; MAP .3648'],
        ['quire eval scifact --pipeline hybrid', 'the search of the site'],
      ])}
Exit codes: 0 measured, 1 the collection is not there.`,
    )
    .action(async (name: string | undefined, options: Options) => {
      if (options.pipeline === 'list') {
        const rows = MEASURED.map(({ name, title }) => [name, title]);
        await (options.json ? json(io, MEASURED) : io.out(table(rows, { columns: io.columns, stretch: 1 })));
        finish(EXIT.ok);
        return;
      }
      const pipeline = pipelineOf(options);
      const data = options.data ?? io.env.QUIRE_DATA ?? (existsSync(BESIDE) ? BESIDE : undefined);
      const where = data === undefined ? {} : { data };
      if (name === undefined) {
        const names = listDatasets(where);
        await (options.json ? json(io, names) : io.out(joined(names.map((each) => printable`${each}\n`))));
        finish(names.length > 0 ? EXIT.ok : EXIT.nothing);
        return;
      }
      if (options.raw && name !== 'cacm')
        throw new EngineError('INVALID_ARGUMENT', `${name} has no original files`, { hint: '--raw goes with cacm.' });
      for (const file of [options.run, options.result]) if (file !== undefined) write(file, ''); // fails before the long work
      const dataset = await (options.raw
        ? loadCacmRaw({ ...where, signal: io.signal })
        : loadDataset(name, { ...where, split: options.split, signal: io.signal }));
      await measure(io, dataset, options, pipeline);
      finish(EXIT.ok);
    });

/** The folder beside the repository, from app/src/cli/commands or app/dist/cli/commands. */
const BESIDE = fileURLToPath(new URL('../../../../../shared/data/benchmarks', import.meta.url));

async function measure(io: Io, dataset: Dataset, options: Options, pipeline: Pipeline): Promise<void> {
  const bar = progress(io);
  const start = performance.now();
  const found = await evaluateDataset(dataset, {
    pipeline,
    measures: options.measures.split(',').map((each) => each.trim()),
    signal: io.signal,
    onProgress: (done, total, what) => io.terminal && bar.update(done, total, what),
  });
  bar.end();
  const wallMs = Math.round(performance.now() - start);
  if (options.run !== undefined) write(options.run, formatTrecRun(found.run, { tag: `quire-${pipeline.name}` }));
  if (options.result !== undefined)
    write(options.result, formatResult(resultFile(dataset, options, pipeline, found, wallMs)));
  if (options.json) await json(io, summaryOf(dataset, pipeline, found, wallMs));
  else await io.out(shown(dataset, pipeline, found, wallMs, io.columns));
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError('STORAGE_FAILED', `Cannot write ${path}: ${reason}`, { hint: 'Check the path.', cause });
  }
}

function resultFile(
  dataset: Dataset,
  options: Options,
  { name, stages, rest }: Pipeline,
  found: EvaluationResult,
  wallMs: number,
) {
  const measured = {
    dataset: { name: dataset.name, split: dataset.split, fingerprints: dataset.fingerprints },
    configuration: {
      pipeline: name,
      stages: JSON.stringify(rest === undefined ? stages : [stages, rest]),
      retriever: found.retriever,
      encoder: found.encoder ?? '',
      measures: options.measures,
    },
    versions: { quire: '0.1.0' },
  };
  return resultOf(measured, found.evaluation, {
    wallMs,
    node: process.versions.node,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
  });
}

function summaryOf(dataset: Dataset, pipeline: Pipeline, found: EvaluationResult, wallMs: number) {
  return {
    dataset: dataset.name,
    split: dataset.split,
    pipeline: pipeline.name,
    takes: pipeline.takes,
    retriever: found.retriever,
    ...(found.encoder !== undefined && { encoder: found.encoder }),
    documents: found.documents,
    queries: found.evaluation.queries,
    totalTerms: found.totalTerms,
    uniqueTerms: found.uniqueTerms,
    measures: found.evaluation.mean,
    wallMs,
  };
}

function shown(
  dataset: Dataset,
  pipeline: Pipeline,
  found: EvaluationResult,
  wallMs: number,
  columns: number | undefined,
): Printable {
  const n = (value: number) => value.toLocaleString('en');
  const head: string[][] = [
    ['dataset', `${dataset.name} (${dataset.split})`],
    ['pipeline', pipeline.name],
    ['documents', n(found.documents)],
    ['queries', n(found.evaluation.queries)],
    ['total terms', n(found.totalTerms)],
    ['unique terms', n(found.uniqueTerms)],
  ];
  const values = Object.entries(found.evaluation.mean).map(([name, value]) => [name, value.toFixed(4)]);
  const foot = columns === undefined ? printable`` : printable`in ${(wallMs / 1000).toFixed(1)} s\n`;
  return joined([table([...head, ...values], { columns, stretch: 1 }), foot]);
}

/** The pipeline asked for; `--rm3` is `--pipeline rm3` and goes with no other than bm25. */
function pipelineOf({ pipeline, rm3 }: Options): Pipeline {
  const named = pipelineNamed(pipeline);
  if (rm3 !== true || named.name === 'rm3') return named;
  if (named.name === 'bm25') return PIPELINES.rm3;
  throw new EngineError('INVALID_ARGUMENT', `RM3 expands words, and the pipeline is ${named.name}`, {
    hint: 'Use --pipeline rm3.',
  });
}
