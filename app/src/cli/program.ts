// The command line as data: every verb with its options, help and examples. A verb is a file in commands/.

import { EngineError } from '@quire/engine/core';
import { Command, CommanderError } from 'commander';
import { type Printable, printable, printableLines } from '../output/printable.ts';
import { doctorCommand } from './commands/doctor.ts';
import { evalCommand } from './commands/eval.ts';
import { exportCommand } from './commands/export.ts';
import { importCommand } from './commands/import.ts';
import { listCommand } from './commands/list.ts';
import { modelCommand } from './commands/model.ts';
import { sampleCommand } from './commands/sample.ts';
import { searchCommand } from './commands/search.ts';
import { serveCommand } from './commands/serve.ts';
import { showCommand } from './commands/show.ts';
import { similarCommand } from './commands/similar.ts';
import { trainCommand } from './commands/train.ts';
import { worksCommand } from './commands/works.ts';
import { EXIT, type Exit, type Io, ioOn, printError, type Streams } from './io.ts';
import type { Verb } from './verb.ts';

export const VERBS: readonly Verb[] = [
  serveCommand,
  importCommand,
  searchCommand,
  showCommand,
  similarCommand,
  listCommand,
  exportCommand,
  sampleCommand,
  worksCommand,
  modelCommand,
  trainCommand,
  evalCommand,
  doctorCommand,
];

/** Runs one command line (without `node` and the script) and returns the exit code; never throws, never exits. */
export async function run(args: readonly string[], streams: Streams): Promise<Exit> {
  const io = ioOn(streams);
  let exit: Exit = EXIT.ok;
  const end = args.indexOf('--');
  const asJson = (end < 0 ? args : args.slice(0, end)).includes('--json');
  const program = createProgram(asJson ? { ...io, err: () => undefined } : io, io, (code) => {
    exit = code;
  });
  try {
    await program.parseAsync(meant(args, program), { from: 'user' });
    return exit;
  } catch (error) {
    if (!(error instanceof CommanderError)) return printError(io, error, asJson);
    if (error.exitCode === 0) return EXIT.ok;
    if (asJson) printError(io, misunderstood(error), true);
    return EXIT.usage;
  }
}

/**
 * The command line to parse. No word, and help about help, print the list of commands. `help serch` and `serch --help`
 * name no command and give the same error as `serch`.
 */
function meant(args: readonly string[], program: Command): string[] {
  const name = args[0] === 'help' ? args[1] : args[0];
  if (name === undefined || name === 'help') return ['--help'];
  const isKnown = name.startsWith('-') || program.commands.some((command) => command.name() === name);
  return isKnown ? [...args] : [name];
}

function misunderstood(error: CommanderError): EngineError {
  const hint = 'See "quire help", or "quire help <command>".';
  return new EngineError('INVALID_ARGUMENT', error.message.replace(/^error: /, ''), { hint });
}

/** A message of the parser, which quotes arguments: one line, and the parser's own suggestion on a second line. */
function complaint(text: string): Printable {
  const [, message = text, suggestion] = /^(.*?)\n?(\(Did you mean [a-z, -]+\?\))?\n?$/s.exec(text) ?? [];
  return suggestion === undefined ? printable`${message}\n` : printable`${message}\n${suggestion}\n`;
}

/** `usage` receives help and errors of the command line. */
function createProgram(usage: Io, io: Io, finish: (exit: Exit) => void): Command {
  const program = new Command('quire')
    .description('Papers on your own machine: gather, search and read them.')
    .version('0.1.0')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show help of a command')
    .showHelpAfterError('  hint: "quire help" lists the commands.')
    .addHelpText('after', '\nStart the site with "quire serve"; "quire help <command>" has examples.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void usage.out(printableLines(text)),
      writeErr: (text) => usage.err(printableLines(text)),
      outputError: (text) => usage.err(complaint(text)),
    });
  for (const verb of VERBS) {
    const command = verb(io, finish);
    settle(command, program, `quire help ${command.name()}`);
    program.addCommand(command);
  }
  return program;
}

/** The same help and errors for a verb and for the verbs inside it. */
function settle(command: Command, above: Command, help: string): void {
  command.copyInheritedSettings(above).helpOption('-h, --help', 'show this help');
  command.showHelpAfterError(`  hint: "${help}" has options and examples.`);
  for (const inner of command.commands) settle(inner, command, `quire ${command.name()} ${inner.name()} --help`);
}
