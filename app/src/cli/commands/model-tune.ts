// `quire model tune`: the share of meaning in the fusion, chosen on judged queries.

import { resolve } from 'node:path';
import { EngineError } from '@quire/engine/core';
import { type Dataset, loadDataset } from '@quire/engine/node';
import { Command } from 'commander';
import { joined, printable } from '../../output/printable.ts';
import { cacheFolder, modelNamed, tuneEncoder } from '../../services/index.ts';
import { EXIT, json, table } from '../io.ts';
import { progress } from '../progress.ts';
import { dataDirOption, examples, type Verb, whole } from '../verb.ts';

interface Options {
  readonly dataDir: string;
  readonly data?: string;
  readonly cache?: string;
  readonly threads: number;
  readonly json?: boolean;
}

export const tuneCommand: Verb = (io, finish) =>
  new Command('tune')
    .description('Choose the weight of an encoder in the fusion, on judged queries')
    .argument('<name>', 'a model that was added')
    .argument('<sets...>', 'collections with a split for tuning: scifact:train')
    .addOption(dataDirOption())
    .option('--data <folder>', 'folder of collections (default: QUIRE_DATA)')
    .option('--cache <folder>', 'keeps vectors between runs (default: QUIRE_CACHE, or ~/.cache/quire/vectors)')
    .option('--threads <n>', 'threads of a transformer', whole(1, 64), 1)
    .option('--json', 'print one JSON object: model, fusion, curve, sets')
    .addHelpText(
      'after',
      `
Weights from 0 to .8 are tried with the search of the site; the one with the highest nDCG@10, averaged over the sets, is
kept with the model and used from the next start of a server on. A split named test is refused: it is there to report.
${examples([
  ['quire model tune all-MiniLM-L6-v2 scifact:train scitldr:train', 'two sets'],
  ['quire eval scifact --pipeline bm25,hybrid --model all-MiniLM-L6-v2', 'then measure it'],
])}
Exit codes: 0 tuned, 1 there is no such model or collection, 2 the model ships with Quire, 130 stopped.`,
    )
    .action(async (name: string, sets: readonly string[], options: Options) => {
      const folder = resolve(options.dataDir);
      const model = modelNamed(folder, name);
      if (model.origin !== 'added') {
        throw new EngineError('INVALID_ARGUMENT', `The model ${name} ships with Quire`, {
          hint: 'Its weight is part of it: add a copy of its folder under another name to tune that.',
        });
      }
      const named = sets.map((set) => splitOf(set));
      const data = options.data ?? io.env.QUIRE_DATA;
      const datasets = async function* (): AsyncGenerator<Dataset> {
        for (const [set, split] of named) yield await loadDataset(set, { data, split, signal: io.signal });
      };
      const bar = progress(io);
      try {
        const found = await tuneEncoder(folder, model, datasets(), {
          ...{
            cache: options.cache ?? cacheFolder(io.env),
            signal: io.signal,
            threads: options.threads,
            now: new Date(),
          },
          onProgress: (done, total, what) => bar.update(done, total, what),
        });
        bar.end();
        const rows = found.curve.map(({ weight, mean }) => [String(weight), mean.toFixed(4)]);
        const { weight } = found.fusion;
        if (options.json) await json(io, { model: name, ...found });
        else {
          const curve = table([['weight', 'nDCG@10'], ...rows], { columns: io.columns, stretch: 1 });
          await io.out(joined([curve, printable`${name}: weight ${weight}, on ${found.sets.join(', ')}\n`]));
        }
      } finally {
        bar.end();
      }
      finish(EXIT.ok);
    });

function splitOf(text: string): readonly [set: string, split: string] {
  const [set = '', split = ''] = text.split(':');
  if (split !== '' && split !== 'test') return [set, split];
  throw new EngineError('INVALID_ARGUMENT', `${JSON.stringify(text)} names no split for tuning`, {
    hint: 'Write it as scifact:train. What is chosen on test queries cannot be reported on them.',
  });
}
