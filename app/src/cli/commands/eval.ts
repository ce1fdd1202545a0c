// `quire eval`: measures search on the user's test collections: pipelines and encoders against each other.

import { accessSync, constants, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EngineError } from '@quire/engine/core';
import { formatResult, formatTrecRun } from '@quire/engine/evaluation';
import { type Dataset, listDatasets, loadCacmRaw, loadDataset } from '@quire/engine/node';
import { Command, InvalidArgumentError, Option } from 'commander';
import { joined, printable } from '../../output/printable.ts';
import {
  cacheFolder,
  encoderAt,
  measureSystems,
  needsEncoder,
  PIPELINES,
  type Pipeline,
  pipelineNamed,
  type System,
} from '../../services/index.ts';
import { compared, comparisonTable } from '../eval-comparison.ts';
import { fileNameOf, type Measured, resultFile, shown, summaryOf } from '../eval-result.ts';
import { EXIT, type Io, json, table } from '../io.ts';
import { progress } from '../progress.ts';
import { dataDirOption, examples, type Verb, whole } from '../verb.ts';

interface Options {
  readonly data?: string;
  readonly dataDir: string;
  readonly split: string;
  readonly raw?: boolean;
  readonly pipeline: string;
  readonly rm3?: boolean;
  readonly model: readonly string[];
  readonly weight?: number;
  readonly length?: number;
  readonly products?: 'f32' | 'int8';
  readonly threads: number;
  readonly cache: string | boolean;
  readonly measures?: string;
  readonly run?: string;
  readonly result?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** Those that take a query. */
const MEASURED: readonly Pipeline[] = Object.values<Pipeline>(PIPELINES).filter(({ takes }) => takes !== 'paper');
/** Of one system. */
const MEASURES = 'map,P.10,P.30,recip_rank,ndcg_cut.10,recall.100,recall.1000';
/** Of several: the first is compared. */
const COMPARED = 'ndcg_cut.10,recall.100';

export const evalCommand: Verb = (io, finish) =>
  new Command('eval')
    .description('Measure search on test collections: pipelines and encoders against each other')
    .argument('[datasets...]', 'their names, each with :SPLIT if it is not --split; left out: list what there is')
    .option('--data <folder>', 'folder of collections (default: QUIRE_DATA, or ../shared/data/benchmarks beside Quire)')
    .option('--split <name>', 'which judgements', 'test')
    .option('--raw', 'the original files of CACM instead of the BEIR layout')
    .option(
      '--pipeline <list>',
      `${MEASURED.map(({ name }) => name).join(', ')}, separated by commas; list: what each is`,
      'bm25',
    )
    .option('--rm3', 'the same as --pipeline rm3')
    .option('--model <name or folder>', 'an encoder, again for each one (default: the one that ships)', collect, [])
    .option('--weight <share>', 'of meaning in the fusion, 0 to 1 (default: that of the encoder)', share)
    .option('--length <n>', 'tokens that a transformer reads of a text', whole(3, 65_536))
    .addOption(new Option('--products <kind>', 'of a transformer (default: int8)').choices(['int8', 'f32']))
    .option('--threads <n>', 'threads of a transformer', whole(1, 64), 1)
    .option(
      '--cache <folder>',
      'keeps vectors of transformers between runs (default: QUIRE_CACHE, or ~/.cache/quire/vectors)',
    )
    .option('--no-cache', 'keep no vectors')
    .addOption(dataDirOption())
    .option('--measures <list>', "trec_eval's names, separated by commas; of several systems the first is compared")
    .option('--run <file>', 'write the run of one system in TREC format')
    .option('--result <file>', 'write a result file of one system')
    .option(
      '--out <folder>',
      'write a result file of every system: pipeline, encoder, data, date, commit, values of every query',
    )
    .option('--json', 'print one JSON object: measures; with several systems: results and comparisons')
    .addHelpText(
      'after',
      `
Several systems are compared with the first one: the difference of the first measure with its 95 % interval (bootstrap),
and p of a paired randomisation test, corrected for the number of comparisons (Holm).
${examples([
  ['quire eval', 'the collections that are there'],
  ['quire eval cacm --raw', 'BM25 on the original CACM; MAP .3123'],
  ['quire eval cacm --raw --rm3', 'with feedback; MAP .3648'],
  ['quire eval scifact scitldr cacm --pipeline bm25,dense,hybrid', 'words, meaning and both on three sets'],
  ['quire eval scifact --pipeline hybrid --model static-v1 --model ./all-MiniLM-L6-v2', 'two encoders'],
  ['quire eval scifact:train --pipeline hybrid --weight 0.3 --out results', 'another weight, kept as a file'],
])}
Exit codes: 0 measured, 1 the collection is not there, 130 stopped: the same command goes on with the vectors it has.`,
    )
    .action(async (names: readonly string[], options: Options) => {
      if (options.pipeline === 'list') {
        const rows = MEASURED.map(({ name, title }) => [name, title]);
        await (options.json ? json(io, MEASURED) : io.out(table(rows, { columns: io.columns, stretch: 1 })));
        finish(EXIT.ok);
        return;
      }
      const pipelines = pipelinesOf(options);
      const data = options.data ?? io.env.QUIRE_DATA ?? (existsSync(BESIDE) ? BESIDE : undefined);
      const where = data === undefined ? {} : { data };
      if (names.length === 0) {
        const found = listDatasets(where);
        await (options.json ? json(io, found) : io.out(joined(found.map((each) => printable`${each}\n`))));
        finish(found.length > 0 ? EXIT.ok : EXIT.nothing);
        return;
      }
      const other = options.raw ? names.find((name) => name !== 'cacm') : undefined;
      if (other !== undefined)
        throw new EngineError('INVALID_ARGUMENT', `${other} has no original files`, { hint: '--raw goes with cacm.' });
      const isSingle = names.length === 1 && pipelines.length === 1 && options.model.length <= 1;
      for (const file of [options.run, options.result]) {
        if (file === undefined) continue;
        if (!isSingle) {
          throw new EngineError('INVALID_ARGUMENT', 'A run and a result file belong to one system on one set', {
            hint: 'Use --out FOLDER: it writes a result file of each.',
          });
        }
        assertWritable(file); // before the long work
      }
      const load = (name: string) => {
        const [set = '', split = options.split] = name.split(':');
        return options.raw
          ? loadCacmRaw({ ...where, signal: io.signal })
          : loadDataset(set, { ...where, split, signal: io.signal });
      };
      const measured = await measureAll(io, names, load, pipelines, isSingle, options);
      await report(io, measured, isSingle, options);
      finish(EXIT.ok);
    });

/** The folder beside the repository, from app/src/cli/commands or app/dist/cli/commands. */
const BESIDE = fileURLToPath(new URL('../../../../../shared/data/benchmarks', import.meta.url));

async function measureAll(
  io: Io,
  names: readonly string[],
  load: (name: string) => Promise<Dataset>,
  pipelines: readonly Pipeline[],
  isSingle: boolean,
  options: Options,
): Promise<readonly Measured[]> {
  const settings = {
    ...(options.length !== undefined && { length: options.length }),
    ...(options.products !== undefined && { products: options.products }),
  };
  const common = { settings, threads: options.threads, weight: options.weight };
  const wanted = options.model.length > 0 ? options.model : options.weight === undefined ? [] : ['static-v1'];
  const encoders: Awaited<ReturnType<typeof encoderAt>>[] = [];
  for (const model of wanted) encoders.push(await encoderAt(resolve(options.dataDir), model, common));
  const systems: System[] = pipelines.flatMap((pipeline): System[] =>
    needsEncoder(pipeline) && encoders.length > 0 ? encoders.map((dense) => ({ pipeline, dense })) : [{ pipeline }],
  );
  // Systems of one encoder follow one another: they share an index.
  if (!isSingle) systems.sort((a, b) => placeOf(a, encoders) - placeOf(b, encoders));
  const measures = (options.measures ?? (isSingle ? MEASURES : COMPARED)).split(',').map((each) => each.trim());
  const cache =
    options.cache === false ? undefined : typeof options.cache === 'string' ? options.cache : cacheFolder(io.env);
  const bar = progress(io);
  const measured: Measured[] = [];
  try {
    for (const name of names) {
      const dataset = await load(name);
      const left = timeLeft();
      const onProgress = (done: number, total: number, what: string) => {
        if (io.terminal || what.includes(':')) bar.update(done, total, `${what}${left(what, done, total)}`);
      };
      let start = performance.now();
      let at = 0;
      for await (const found of measureSystems(dataset, systems, { measures, cache, signal: io.signal, onProgress })) {
        const pipeline = systems[at++]!.pipeline; // one result a system
        measured.push({ dataset, pipeline, found, measures, wallMs: Math.round(performance.now() - start) });
        start = performance.now();
      }
    }
    return measured;
  } finally {
    bar.end();
    for (const encoder of encoders) await encoder.close();
  }
}

function placeOf({ dense }: System, encoders: readonly unknown[]): number {
  return dense === undefined ? -1 : encoders.indexOf(dense);
}

/** ", 2 min left", from the rate since a piece of work began. */
function timeLeft(): (what: string, done: number, total: number) => string {
  let begun = { what: '', done: 0, at: 0 };
  return (what, done, total) => {
    if (begun.what !== what) begun = { what, done, at: performance.now() };
    const rate = (done - begun.done) / (performance.now() - begun.at);
    const seconds = (total - done) / rate / 1_000;
    if (!Number.isFinite(seconds) || seconds < 1) return '';
    return seconds < 90 ? `, ${Math.ceil(seconds)} s left` : `, ${Math.ceil(seconds / 60)} min left`;
  };
}

async function report(io: Io, measured: readonly Measured[], isSingle: boolean, options: Options): Promise<void> {
  const { run, result, out } = options;
  const [first] = measured;
  if (first === undefined) return;
  if (run !== undefined) write(run, formatTrecRun(first.found.run, { tag: `quire-${first.pipeline.name}` }));
  if (result !== undefined) write(result, formatResult(resultFile(first)));
  if (out !== undefined) {
    orCannotWrite(out, () => mkdirSync(out, { recursive: true }));
    for (const each of measured) write(join(out, fileNameOf(each)), formatResult(resultFile(each)));
  }
  if (isSingle) {
    await (options.json ? json(io, summaryOf(first)) : io.out(shown(first, io.columns)));
    return;
  }
  const comparisons = compared(measured);
  if (options.json) await json(io, { results: measured.map(summaryOf), comparisons });
  else await io.out(comparisonTable(measured, comparisons, io.columns));
}

function write(path: string, text: string): void {
  orCannotWrite(path, () => writeFileSync(path, text));
}

/** Without a change: a run that fails leaves no empty file. */
function assertWritable(path: string): void {
  orCannotWrite(path, () => accessSync(existsSync(path) ? path : dirname(resolve(path)), constants.W_OK));
}

function orCannotWrite(path: string, act: () => void): void {
  try {
    act();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError('STORAGE_FAILED', `Cannot write ${path}: ${reason}`, { hint: 'Check the path.', cause });
  }
}

/** The pipelines asked for, each once; `--rm3` is `--pipeline rm3` and goes with no other than bm25. */
function pipelinesOf({ pipeline, rm3 }: Options): readonly Pipeline[] {
  const named = [...new Set(pipeline.split(',').map((each) => each.trim()))].map(pipelineNamed);
  if (rm3 !== true || (named.length === 1 && named[0]?.name === 'rm3')) return named;
  if (named.length === 1 && named[0]?.name === 'bm25') return [PIPELINES.rm3];
  throw new EngineError('INVALID_ARGUMENT', `RM3 expands words, and the pipeline is ${pipeline}`, {
    hint: 'Use --pipeline rm3.',
  });
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return before.includes(value) ? before : [...before, value];
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1)) throw new InvalidArgumentError('Give a number from 0 to 1.');
  return value;
}
