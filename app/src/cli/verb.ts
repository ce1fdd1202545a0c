// Shared by the verbs: their type, common options and the form of their help.

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Exit, Io } from './io.ts';

/** A verb: a command that reports its exit code through `finish`. */
export type Verb = (io: Io, finish: (exit: Exit) => void) => Command;

/** `--data-dir`, the same for every verb that opens the library. */
export function dataDirOption(): Option {
  return new Option('-d, --data-dir <folder>', 'where the library is kept').env('QUIRE_DATA_DIR').default('data');
}

/** A whole number within bounds, for commander. */
export function whole(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** The examples at the end of a verb's help. */
export function examples(lines: readonly (readonly [command: string, what: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  return `\nExamples:\n${lines.map(([command, what]) => `  $ ${command.padEnd(width)}  ${what}`).join('\n')}\n`;
}
