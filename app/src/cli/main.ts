// The process of the command line: streams, terminal, Ctrl-C. Everything else is in program.ts.

import { once } from 'node:events';
import type { Exit, Streams } from './io.ts';
import { run } from './program.ts';

/** Runs a command line in this process; resolves with the exit code. */
export async function main(args: readonly string[]): Promise<Exit> {
  const interrupted = new AbortController();
  const stop = () => {
    if (interrupted.signal.aborted) process.exit(130); // the second Ctrl-C does not wait
    interrupted.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // `quire works | head` closes the output early; that is not an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  process.stderr.on('error', () => undefined); // a closed error stream does not fail the command
  const streams: Streams = {
    out: async (text) => {
      if (!process.stdout.write(text)) await once(process.stdout, 'drain');
    },
    err: (text) => void process.stderr.write(text),
    env: process.env,
    terminal: process.stderr.isTTY === true,
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    signal: interrupted.signal,
  };
  try {
    return await run(args, streams);
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}
