// The running site: owns the data folder, opens the library, listens, follows the store, and ends in order.

import type { Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import { EngineError } from '@quire/engine/core';
import type { Hono } from 'hono';
import { type Following, follow } from '../library/follow.ts';
import { importFiles } from '../library/import-files.ts';
import { PaperIndexer } from '../library/indexer.ts';
import type { Pages } from '../output/pages.ts';
import type { Services } from '../services/index.ts';
import { type OpenLibrary, openLibraryIn, SAMPLE_SOURCE } from '../services/library-open.ts';
import { type CheckHandle, checkInBackground } from '../store/index.ts';
import { createApp } from './app.ts';
import { createGuardedServer } from './harden.ts';
import { type Ownership, ownFolder } from './ownership.ts';

export interface ServeOptions {
  readonly folder: string;
  /** Address of a PostgreSQL database for papers; default: a file in the folder. */
  readonly database?: string | undefined;
  /** Default 127.0.0.1: this machine only. */
  readonly host?: string;
  /** 0 takes any free port. Default 4321. */
  readonly port?: number;
  /** Creates the pages beside the API. */
  readonly pages?: (services: Services) => Pages;
  /**
   * Address under which readers reach the site through a proxy or the network; requests for other names are refused.
   */
  readonly publicUrl?: string;
  /** Search engines may index the site. Default false. */
  readonly allowIndexing?: boolean;
  /** A file of papers to import into an empty library. */
  readonly sample?: string;
  /** Called for errors that do not end the server; `what` describes what failed. */
  readonly onProblem?: (what: string, error: unknown) => void;
}

export interface RunningSite {
  readonly url: string;
  readonly library: OpenLibrary;
  /** The index contains what the store held at the start. */
  readonly ready: Promise<void>;
  /** The check of the whole store has ended; its result is in the status. */
  readonly checked: Promise<void>;
  /** Answers the requests in progress, ends imports at their last batch, releases every lock. */
  stop(): Promise<void>;
}

export const DEFAULT_PORT = 4321;
const DEFAULT_HOST = '127.0.0.1';
/** How long a request in progress may still take when the server stops. */
const GRACE_MS = 3_000;

/** Starts the site. Throws LOCKED when the port is taken, and when another server owns the folder. */
export async function startSite(options: ServeOptions): Promise<RunningSite> {
  const owner = await ownFolder(options.folder);
  try {
    return await startOwned(options, owner);
  } catch (error) {
    await owner?.release();
    throw error;
  }
}

async function startOwned(options: ServeOptions, owner: Ownership | undefined): Promise<RunningSite> {
  const library = await openLibraryIn(options.folder, {
    create: true,
    orReadOnly: true,
    database: options.database,
  });
  const stopping = new AbortController();
  const { signal } = stopping;
  try {
    const { sample } = options;
    const onProblem = (error: unknown) => options.onProblem?.('The index could not be brought up to date', error);
    // The sample is small: the first page shows it. Anything else is indexed while the site already answers.
    if (sample !== undefined && !library.readOnly && (await library.store.countWorks()) === 0)
      await beginWith(sample, library);
    if (library.readOnly) await owner?.release(); // it takes no papers, so no command needs to find it
    const bound = await bind(library, options, library.readOnly ? undefined : owner, signal);
    const following = warmUp(library).then(() => follow(library, { signal, onProblem }));
    const ready = following.then(({ ready }) => ready);
    const check = checkInBackground(library.store);
    return {
      url: bound.url,
      library,
      ready,
      checked: check.done,
      stop: () => stop({ library, server: bound.server, owner, stopping, following, check }),
    };
  } catch (error) {
    await library.close();
    throw error;
  }
}

/** Runs on this thread: starting threads for a few dozen papers would take longer than indexing them. */
async function beginWith(sample: string, { store, encoders }: OpenLibrary): Promise<void> {
  const { failed } = await importFiles(store, [sample], { source: SAMPLE_SOURCE });
  for (const { code, message } of failed) throw new EngineError(code, message);
  try {
    const indexer = await PaperIndexer.open(store, encoders);
    await indexer.catchUp();
    await indexer.close();
  } catch (error) {
    // An import that runs at the same time writes the index; following adds the sample.
    if (!(error instanceof EngineError && error.code === 'LOCKED')) throw error;
  }
}

/** Compiles kernels and reads what is read first. An index that cannot be opened is made again by following. */
async function warmUp(library: OpenLibrary): Promise<void> {
  await library.index.refresh().catch(() => undefined);
  await library.services.search('warm up', { limit: 1 }).catch(() => undefined);
}

interface Bound {
  readonly url: string;
  readonly server: Server;
}

async function bind(
  library: OpenLibrary,
  options: ServeOptions,
  owner: Ownership | undefined,
  signal: AbortSignal,
): Promise<Bound> {
  const hostname = options.host ?? DEFAULT_HOST;
  const port = options.port ?? DEFAULT_PORT;
  let token = '';
  const build = () =>
    createApp(library.services, {
      ...(options.pages && { pages: options.pages(library.services) }),
      ...(!library.readOnly && { ingest: library.ingest, token }),
      signal,
      listening: hostname,
      ...(options.publicUrl !== undefined && { publicUrl: options.publicUrl }),
      ...(options.allowIndexing !== undefined && { allowIndexing: options.allowIndexing }),
      onProblem: (error) => options.onProblem?.('A request could not be answered', error),
      remoteAddress: (context) => getConnInfo(context).remote.address,
    });
  let app: Hono | undefined;
  const server = createGuardedServer(
    getRequestListener((request, env) => (app ?? build()).fetch(request, env), { hostname }),
  );
  const bound = await new Promise<number>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, hostname, port)));
    server.once('listening', () => resolve(portOf(server)));
    server.listen(port, hostname);
  });
  const url = `http://${hostname.includes(':') ? `[${hostname}]` : hostname}:${bound}`;
  // Commands on this machine reach a server that listens on every address through the loopback address.
  token = owner?.announce(url.replace('0.0.0.0', '127.0.0.1').replace('[::]', '[::1]')) ?? '';
  app = build();
  return { url, server };
}

interface Running {
  readonly library: OpenLibrary;
  readonly server: Server;
  readonly owner: Ownership | undefined;
  readonly stopping: AbortController;
  readonly following: Promise<Following>;
  readonly check: CheckHandle;
}

async function stop({ library, server, owner, stopping, following, check }: Running): Promise<void> {
  owner?.withdraw();
  stopping.abort();
  await check.stop();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    const late = setTimeout(() => server.closeAllConnections(), GRACE_MS);
    late.unref();
  });
  await (await following).ended;
  await library.close();
  await owner?.release();
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new EngineError('LOCKED', `Port ${port} of ${host} is taken`, {
      hint: `Another Quire may be running there. Choose another port: quire serve --port ${port + 1}`,
      cause: error,
    });
  }
  if (error.code === 'EACCES') {
    return new EngineError('READ_ONLY', `This user may not listen on port ${port}`, {
      hint: 'Choose a port above 1023.',
      cause: error,
    });
  }
  return new EngineError('INVALID_ARGUMENT', `Cannot listen on ${host}:${port}: ${error.message}`, {
    hint: 'Check --host and --port.',
    cause: error,
  });
}
