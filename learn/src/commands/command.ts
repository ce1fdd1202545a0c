// What the commands of this package share: wrong arguments are told with the usage, an expected failure in its own words
// and with its fix; anything else is a defect and keeps its stack.

import { EngineError } from '@quire/engine/core';

export interface Command<O> {
  readonly usage: string;
  /** Throws an Error that says what is wrong with the arguments. */
  readonly read: (args: readonly string[]) => O;
  /** Returns the exit code. */
  readonly run: (options: O) => Promise<number>;
}

/** Runs a command and returns its exit code: 1 it failed, 2 wrong arguments, 130 interrupted, else what `run` gives. */
export async function runCommand<O>({ usage, read, run }: Command<O>, args: readonly string[]): Promise<number> {
  let options: O;
  try {
    options = read(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  try {
    return await run(options);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    process.stderr.write(`${error.message}\n${error.hint === undefined ? '' : `${error.hint}\n`}`);
    return error.code === 'CANCELLED' ? 130 : 1;
  }
}
