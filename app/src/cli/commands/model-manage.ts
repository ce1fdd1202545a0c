// `quire model list`, `show`, `check` and `remove`.

import { resolve } from 'node:path';
import { Command } from 'commander';
import { sized } from '../../output/numbers.ts';
import { joined, type Printable, printable } from '../../output/printable.ts';
import {
  assertUnused,
  checkModel,
  type Listed,
  libraryExists,
  listModels,
  type Model,
  modelNamed,
  openLibraryIn,
  removeModel,
} from '../../services/index.ts';
import { EXIT, json, table } from '../io.ts';
import { dataDirOption, examples, type Verb } from '../verb.ts';
import { summaryOf } from './model-add.ts';

interface Options {
  readonly dataDir: string;
  readonly json?: boolean;
}

export const listCommand: Verb = (io, finish) =>
  new Command('list')
    .description('List the encoders: those that ship and those that were added')
    .addOption(dataDirOption())
    .option('--json', 'print a JSON array: name, origin, kind, architecture, dim, fusion, or problem')
    .addHelpText(
      'after',
      `${examples([['quire model list', 'names, sizes and weights']])}
Exit codes: 0 listed, 3 there is none.`,
    )
    .action(async (options: Options) => {
      const models = listModels(resolve(options.dataDir));
      if (options.json) await json(io, models.map(listed));
      else await io.out(table([HEAD, ...models.map(row)], { columns: io.columns, stretch: 4 }));
      finish(models.length > 0 ? EXIT.ok : EXIT.nothing);
    });

const HEAD = ['name', 'origin', 'kind', 'weight', 'what'];

function listed(model: Listed) {
  return 'problem' in model ? model : summaryOf(model);
}

function row(model: Listed): readonly string[] {
  if ('problem' in model) return [model.name, '', '', '', `cannot be used: ${model.problem}`];
  const { architecture = model.kind, dim, bytes, source = '' } = summaryOf(model);
  const what = dim === undefined ? '' : `${dim} dimensions, ${sized(bytes ?? 0)}, from ${source}`;
  const weight = `${model.fusion.weight}${model.isTuned ? '' : ' (not tuned)'}`;
  return [model.name, model.origin, architecture, weight, what];
}

export const showCommand: Verb = (io, finish) =>
  new Command('show')
    .description('Show one encoder: where it came from and how it is run')
    .argument('<name>', 'as "quire model list" prints it')
    .addOption(dataDirOption())
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `${examples([['quire model show all-MiniLM-L6-v2', 'source, size, pooling, prefixes, weight']])}
Exit codes: 0 shown, 1 there is no such model.`,
    )
    .action(async (name: string, options: Options) => {
      const model = modelNamed(resolve(options.dataDir), name);
      await (options.json ? json(io, summaryOf(model)) : io.out(shown(model, io.columns)));
      finish(EXIT.ok);
    });

function shown(model: Model, columns: number | undefined): Printable {
  const flat = Object.entries(summaryOf(model)).map(([key, value]) => [
    key,
    typeof value === 'object' ? JSON.stringify(value) : String(value),
  ]);
  return table(flat, { columns, stretch: 1 });
}

export const checkCommand: Verb = (io, finish) =>
  new Command('check')
    .description('Compare the files of encoders with their checksums, and run them')
    .argument('[name]', 'one of them; left out: all')
    .addOption(dataDirOption())
    .option('--json', 'print a JSON array: name, files, bytes, problems')
    .addHelpText(
      'after',
      `${examples([
        ['quire model check', 'all models'],
        ['quire model check all-MiniLM-L6-v2 --json', 'one, for a program'],
      ])}
Exit codes: 0 sound, 1 there is no such model, 5 a model is damaged.`,
    )
    .action(async (name: string | undefined, options: Options) => {
      const data = resolve(options.dataDir);
      const models: readonly Listed[] = name === undefined ? listModels(data) : [modelNamed(data, name)];
      const checks = [];
      for (const model of models) {
        if ('problem' in model) checks.push({ name: model.name, files: 0, bytes: 0, problems: [model.problem] });
        else checks.push(await checkModel(model, { signal: io.signal }));
      }
      const text = checks.map(({ name, files, problems }) =>
        problems.length === 0
          ? printable`ok       ${name}${files === 0 ? '' : `: ${files} files`}\n`
          : joined(problems.map((problem) => printable`damaged  ${name}: ${problem}\n`)),
      );
      await (options.json ? json(io, checks) : io.out(joined(text)));
      finish(checks.some(({ problems }) => problems.length > 0) ? EXIT.damaged : EXIT.ok);
    });

export const removeCommand: Verb = (io, finish) =>
  new Command('remove')
    .description('Remove an encoder that was added')
    .argument('<name>', 'as "quire model list" prints it')
    .addOption(dataDirOption())
    .option('--json', 'print one JSON object: name')
    .addHelpText(
      'after',
      `${examples([['quire model remove bge', 'its files; the index must not use it']])}
Exit codes: 0 removed, 1 there is no such model, 2 it ships with Quire, 6 the library searches with it.`,
    )
    .action(async (name: string, options: Options) => {
      const data = resolve(options.dataDir);
      const model = modelNamed(data, name);
      if (libraryExists(data)) {
        const library = await openLibraryIn(data, { orReadOnly: true });
        try {
          await assertUnused(library, name);
        } finally {
          await library.close();
        }
      }
      removeModel(model);
      await (options.json ? json(io, { name }) : io.out(printable`removed ${name}\n`));
      finish(EXIT.ok);
    });
