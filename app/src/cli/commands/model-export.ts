// `quire model export`: a transformer as one ONNX file, for the field's tools.

import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EngineError } from '@quire/engine/core';
import { readTransformerFolder } from '@quire/engine/node';
import { exportOnnx } from '@quire/learn';
import { Command } from 'commander';
import { sized } from '../../output/numbers.ts';
import { printable } from '../../output/printable.ts';
import { modelAt } from '../../services/index.ts';
import { EXIT, json } from '../io.ts';
import { dataDirOption, examples, type Verb } from '../verb.ts';

interface Options {
  readonly dataDir: string;
  readonly onnx: boolean;
  readonly out?: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

export const exportCommand: Verb = (io, finish) =>
  new Command('export')
    .description('Write an encoder as model.onnx: input_ids and attention_mask in, sentence_embedding out')
    .argument('<name>', 'as "quire model list" prints it, or a model folder')
    .option('--onnx', 'the format (the only one)', true)
    .option('--out <file>', 'where to write it (default: model.onnx in the folder of the model)')
    .option('--overwrite', 'replace a file that is there')
    .addOption(dataDirOption())
    .option('--json', 'print one JSON object: file, bytes')
    .addHelpText(
      'after',
      `${examples([
        ['quire model export quire-small', 'writes model.onnx beside its weights'],
        ['quire model export ./my-model --out my-model.onnx', 'a folder, elsewhere'],
      ])}
Exit codes: 0 written, 1 there is no such model, 2 it is no transformer or the file is there.`,
    )
    .action(async (name: string, options: Options) => {
      const model = modelAt(resolve(options.dataDir), name);
      if (model.kind !== 'transformer') {
        throw new EngineError(
          'INVALID_ARGUMENT',
          `${model.name} is a table of tokens; only transformers are exported`,
          {
            hint: 'Choose a model whose kind is transformer in "quire model list".',
          },
        );
      }
      const file = resolve(options.out ?? join(model.folder, 'model.onnx'));
      if (existsSync(file) && options.overwrite !== true) {
        throw new EngineError('INVALID_ARGUMENT', `${file} is there already`, {
          hint: 'Add --overwrite, or give --out.',
        });
      }
      const bytes = exportOnnx(await readTransformerFolder(model.folder));
      writeFileSync(`${file}.new`, bytes);
      renameSync(`${file}.new`, file);
      await (options.json
        ? json(io, { file, bytes: bytes.length })
        : io.out(printable`${file} (${sized(bytes.length)})\n`));
      finish(EXIT.ok);
    });
