// The command line as data: every verb with its options, help and examples. A verb is a file in commands/.

import { Command, CommanderError } from 'commander';
import { doctorCommand } from './commands/doctor.ts';
import { evalCommand } from './commands/eval.ts';
import { importCommand } from './commands/import.ts';
import { listCommand } from './commands/list.ts';
import { searchCommand } from './commands/search.ts';
import { serveCommand } from './commands/serve.ts';
import { showCommand } from './commands/show.ts';
import { similarCommand } from './commands/similar.ts';
import { worksCommand } from './commands/works.ts';
import { EXIT, type Exit, type Io, printError } from './io.ts';
import type { Verb } from './verb.ts';

const VERBS: readonly Verb[] = [
  serveCommand,
  importCommand,
  searchCommand,
  showCommand,
  similarCommand,
  listCommand,
  worksCommand,
  evalCommand,
  doctorCommand,
];

/** Runs one command line (without `node` and the script) and returns the exit code; never throws, never exits. */
export async function run(args: readonly string[], io: Io): Promise<Exit> {
  let exit: Exit = EXIT.ok;
  const program = createProgram(io, (code) => {
    exit = code;
  });
  try {
    await program.parseAsync(args.length === 0 ? ['--help'] : [...args], { from: 'user' });
    return exit;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return printError(io, error, args.includes('--json'));
  }
}

function createProgram(io: Io, finish: (exit: Exit) => void): Command {
  const program = new Command('quire')
    .description('Papers on your own machine: gather, search and read them.')
    .version('0.1.0')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .addHelpText('after', '\nStart the site with "quire serve"; "quire <command> --help" has examples.')
    .exitOverride()
    .configureOutput({ writeOut: (text) => void io.out(text), writeErr: (text) => io.err(text) });
  for (const verb of VERBS) {
    const command = verb(io, finish);
    command.copyInheritedSettings(program).helpOption('-h, --help', 'show this help');
    program.addCommand(command);
  }
  return program;
}
