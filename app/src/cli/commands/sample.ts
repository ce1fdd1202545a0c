// `quire sample`: what a new library begins with, and how to take it out.

import { Command } from 'commander';
import { grouped } from '../../output/numbers.ts';
import { printable } from '../../output/printable.ts';
import { EXIT, json } from '../io.ts';
import { dataDirOption, examples, type Verb } from '../verb.ts';
import { withStore } from '../with-library.ts';

export const sampleCommand: Verb = (io, finish) =>
  new Command('sample')
    .description('The sample library: real papers with summaries in our own words and made-up votes')
    .addCommand(
      new Command('remove')
        .description('Take the papers, summaries and votes of the sample out; other papers stay')
        .addOption(dataDirOption())
        .option('--json', 'print one JSON object: removed')
        .addHelpText('after', examples([['quire sample remove', 'also works while the site runs: it follows']]))
        .action(async (options: { dataDir: string; json?: boolean }) => {
          const done = await withStore(io, options.dataDir, ({ services }) => services.removeSample());
          if (options.json) await json(io, done);
          else if (done.removed === 0) await io.out(printable`There is no sample here.\n`);
          else await io.out(printable`Removed ${grouped(done.removed)} sample papers.\n`);
          finish(EXIT.ok);
        }),
    )
    .addHelpText(
      'after',
      `${examples([['quire sample remove', 'keep only your own papers']])}\nExit codes: 0 removed, also where there was no sample.`,
    );
