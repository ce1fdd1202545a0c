// Shared by the commands of this package: wrong arguments print the usage, an EngineError prints its message and hint.
// Every other error is a defect and keeps its stack.

import { EngineError } from '@quire/engine/core';

export interface Command<O> {
  readonly usage: string;
  /** Throws an Error whose message names the wrong argument. */
  readonly read: (args: readonly string[]) => O;
  /** Returns the exit code. */
  readonly run: (options: O) => Promise<number>;
}

/** Runs a command and returns its exit code: 1 failed, 2 wrong arguments, 130 interrupted, else the result of `run`. */
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
