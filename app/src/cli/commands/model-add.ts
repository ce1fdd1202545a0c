// `quire model add`: a folder of this machine, or a model of a hub, into the data folder.

import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { EngineError } from '@quire/engine/core';
import { Command, Option } from 'commander';
import { sized } from '../../output/numbers.ts';
import { type Printable, printable } from '../../output/printable.ts';
import {
  type AddOptions,
  addModel,
  checkNewName,
  type DownloadPlan,
  downloadModel,
  HUB,
  isHubName,
  type Model,
  readCard,
} from '../../services/index.ts';
import { EXIT, type Io, json } from '../io.ts';
import { progress } from '../progress.ts';
import { dataDirOption, examples, type Verb, whole } from '../verb.ts';

interface Options {
  readonly dataDir: string;
  readonly name?: string;
  readonly revision: string;
  readonly length?: number;
  readonly products: 'f32' | 'int8';
  readonly queryPrefix?: string;
  readonly documentPrefix?: string;
  readonly json?: boolean;
}

export const addCommand: Verb = (io, finish) =>
  new Command('add')
    .description('Add an encoder: a folder of this machine, or a model of the hub by its name')
    .argument('<folder or name>', 'BERT, MiniLM, E5, BGE, ModernBERT, or a folder of "quire train"')
    .addOption(dataDirOption())
    .option('--name <name>', 'its name here (default: that of the folder or of the hub)')
    .option('--revision <name>', 'a branch, tag or commit of the hub', 'main')
    .option('--length <n>', 'tokens read of a text (default: as many as the model reads)', whole(3, 65_536))
    .addOption(
      new Option('--products <kind>', 'int8: faster, a quarter of the memory; f32: exact')
        .choices(['int8', 'f32'])
        .default('int8'),
    )
    .option('--query-prefix <text>', 'put before every query (default: as the model states)')
    .option('--document-prefix <text>', 'put before every paper (default: as the model states)')
    .option('--json', 'print one JSON object: name, folder, architecture, dim, length, products, pooling, prefixes')
    .addHelpText(
      'after',
      `
The folder is as the model hubs lay it out: config.json, tokenizer.json, model.safetensors or its shards. Pooling,
normalisation, prefixes and length are read from its files. Nothing is kept of a model that does not run. QUIRE_HUB names
another hub than ${HUB}; a download that was stopped goes on when the command is given again.
${examples([
  ['quire model add ./all-MiniLM-L6-v2', 'a folder'],
  ['quire model add sentence-transformers/all-MiniLM-L6-v2', 'from the hub; 91 MB'],
  ['quire model add ./bge-small-en-v1.5 --length 128 --name bge', 'the first 128 tokens: twice as fast'],
  ['quire model use all-MiniLM-L6-v2', 'then search with it'],
])}
Exit codes: 0 added, 1 the model is not there or cannot be run, 2 a name that is taken, 5 its files are damaged, 130 stopped.`,
    )
    .action(async (source: string, options: Options) => {
      const data = resolve(options.dataDir);
      const isFolder = existsSync(source);
      const name = options.name ?? basename(isFolder ? resolve(source) : source);
      checkNewName(data, name); // before a download
      const add: AddOptions = {
        ...{ data, name, products: options.products, signal: io.signal },
        ...(options.length !== undefined && { length: options.length }),
        ...(options.queryPrefix !== undefined || options.documentPrefix !== undefined
          ? { prefixes: { query: options.queryPrefix ?? '', document: options.documentPrefix ?? '' } }
          : {}),
      };
      const model = isFolder ? await addFolder(io, source, add) : await addFromHub(io, source, options.revision, add);
      await (options.json ? json(io, summaryOf(model)) : io.out(added(model)));
      finish(EXIT.ok);
    });

async function addFolder(io: Io, folder: string, add: AddOptions): Promise<Model> {
  const bar = progress(io);
  try {
    return await addModel(folder, { ...add, onFile: (path) => bar.update(0, 1, `reading ${path}`) });
  } finally {
    bar.end();
  }
}

async function addFromHub(io: Io, name: string, revision: string, add: AddOptions): Promise<Model> {
  if (!isHubName(name)) {
    throw new EngineError('NOT_FOUND', `There is no folder ${name}`, {
      hint: 'A model of the hub is named owner/name, for example sentence-transformers/all-MiniLM-L6-v2.',
    });
  }
  const hub = io.env.QUIRE_HUB ?? HUB;
  if (!URL.canParse(hub)) {
    throw new EngineError('INVALID_ARGUMENT', `QUIRE_HUB is ${JSON.stringify(hub)}`, {
      hint: `Set it to an address such as ${HUB}.`,
    });
  }
  const bar = progress(io);
  const start = { at: performance.now(), done: Number.NaN };
  try {
    const { folder, commit, discard } = await downloadModel({
      ...{ hub, repository: name, revision, data: add.data, signal: io.signal },
      onPlan: (plan) => bar.note(planned(plan, hub)),
      onProgress: (done, total, path) => {
        if (Number.isNaN(start.done)) start.done = done;
        const rate = (done - start.done) / Math.max(1, performance.now() - start.at); // bytes a millisecond
        const left = rate > 0 ? `, ${Math.ceil((total - done) / rate / 1000)} s left` : '';
        bar.update(done, total, `${sized(done)} of ${sized(total)}: ${path}${left}`);
      },
    });
    const model = await addModel(folder, {
      ...add,
      source: hub === HUB ? `${name}@${commit}` : `${hub}/${name}@${commit}`,
      onFile: (path) => bar.update(1, 1, `reading ${path}`),
    });
    discard();
    return model;
  } finally {
    bar.end();
  }
}

function planned({ repository, commit, files, bytes, present }: DownloadPlan, hub: string): Printable {
  const rest = present === 0 ? '' : `; ${sized(present)} are here already`;
  const what = files === 1 ? '' : ` in ${files} files`;
  return printable`${repository} (${commit.slice(0, 12)}) from ${hub}: ${sized(bytes)} of weights${what}${rest}`;
}

/** A model for `--json`. */
export function summaryOf(model: Model) {
  const { name, folder, origin, kind, fusion, isTuned } = model;
  const card = origin === 'added' ? readCard(folder) : undefined;
  return {
    ...{ name, folder, origin, kind, fusion, isTuned },
    ...(card !== undefined && {
      ...{ source: card.source, added: card.added, architecture: card.architecture, dim: card.dim, space: card.space },
      ...card.transformer,
      bytes: Object.values(card.files).reduce((sum, file) => sum + file.bytes, 0),
      ...(card.tuned !== undefined && { tuned: card.tuned }),
    }),
  };
}

function added(model: Model) {
  const { architecture = model.kind, dim = 0, length, pooling, prefixes } = summaryOf(model);
  const around =
    prefixes === undefined || prefixes.query + prefixes.document === ''
      ? ''
      : `, prefixes ${JSON.stringify(prefixes.query)} and ${JSON.stringify(prefixes.document)}`;
  const how = length === undefined ? '' : `, ${length} tokens, ${pooling} pooling${around}`;
  return printable`${model.name}: ${architecture}, ${dim} dimensions${how}\n"quire model use ${model.name}" searches with it.\n`;
}
