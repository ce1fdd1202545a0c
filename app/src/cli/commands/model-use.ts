// `quire model use`: the site searches with another encoder. The server that owns the folder encodes its papers, else this
// command does; the index switches in one commit when all are done.

import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '@quire/engine/core';
import { Command } from 'commander';
import { grouped } from '../../output/numbers.ts';
import { printable } from '../../output/printable.ts';
import { findServer } from '../../server/ownership.ts';
import {
  encoderUse,
  encodingProgress,
  libraryExists,
  type OpenLibrary,
  openLibraryIn,
  useModel,
} from '../../services/index.ts';
import { EXIT, type Io, json } from '../io.ts';
import { type Progress, progress } from '../progress.ts';
import { dataDirOption, examples, type Verb } from '../verb.ts';

interface Options {
  readonly dataDir: string;
  readonly wait?: boolean;
  readonly json?: boolean;
}

/** `waiting`: a library that does not exist yet will use it. */
type State = 'used' | 'encoding' | 'waiting';

export const useCommand: Verb = (io, finish) =>
  new Command('use')
    .description('Search with another encoder: encodes all papers, then switches at once')
    .argument('<name>', 'as "quire model list" prints it')
    .addOption(dataDirOption())
    .option('--wait', 'wait until the server that owns the library has switched')
    .option('--json', 'print one JSON object: model, state')
    .addHelpText(
      'after',
      `
The encoder in use answers until every paper has a vector of the new one. While "quire serve" owns the library, the server
encodes in the background; else this command does. Either goes on where it was stopped.
${examples([
  ['quire model use all-MiniLM-L6-v2', 'a model that was added'],
  ['quire model use static-v1', 'back to the one that ships'],
])}
Exit codes: 0 used, or the server encodes; 1 there is no such model, 130 stopped: the same command, or a server, goes on.`,
    )
    .action(async (name: string, options: Options) => {
      const folder = resolve(options.dataDir);
      useModel(folder, name);
      const state = libraryExists(folder) ? await bringInto(io, folder, name, options.wait ?? false) : 'waiting';
      await (options.json ? json(io, { model: name, state }) : io.out(SAYS[state](name)));
      finish(EXIT.ok);
    });

const SAYS = {
  used: (name: string) => printable`the library searches with ${name}\n`,
  encoding: (name: string) => printable`the server encodes the papers by ${name}; its status says how far it is\n`,
  waiting: (name: string) => printable`a library in this folder will search with ${name}\n`,
} as const satisfies Record<State, (name: string) => unknown>;

async function bringInto(io: Io, folder: string, name: string, wait: boolean): Promise<State> {
  const library = await openLibraryIn(folder, { orReadOnly: true });
  const bar = progress(io);
  try {
    if ((await encoderUse(library)).current === name) return 'used';
    if ((await findServer(folder)) !== undefined) {
      if (!wait) return 'encoding';
      if (await followServer(io, library, name, bar)) return 'used';
    }
    const isUsed = await library.ingest.reencode({
      signal: io.signal,
      onEvent: ({ done, total }) => bar.update(done, total, sentence(done, total)),
    });
    if (isUsed) return 'used';
    throw new EngineError('CANCELLED', `Another model than ${name} was chosen meanwhile`);
  } catch (error) {
    if (io.signal.aborted) bar.note(printable`stopped; the same command, or "quire serve", goes on`);
    throw error;
  } finally {
    bar.end();
    await library.close();
  }
}

const POLL_MS = 1_000;

/** true when the server has switched; false when it has ended before. */
async function followServer(io: Io, library: OpenLibrary, name: string, bar: Progress): Promise<boolean> {
  while ((await findServer(library.folder)) !== undefined) {
    io.signal.throwIfAborted();
    const { current, chosen } = await encoderUse(library);
    if (current === name) return true;
    if (chosen !== name) throw new EngineError('CANCELLED', `Another model than ${name} was chosen meanwhile`);
    const at = encodingProgress(library.folder);
    if (at !== undefined) bar.update(at.done, at.total, sentence(at.done, at.total));
    await sleep(POLL_MS, undefined, { signal: io.signal }).catch(() => undefined);
  }
  return false;
}

function sentence(done: number, total: number): string {
  return `re-encoding ${grouped(done)} of ${grouped(total)}`;
}
