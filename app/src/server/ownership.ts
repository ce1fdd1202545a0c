// Which server owns a data folder. The owner holds a lock that ends with its process (engine/src/storage/lock.node.ts),
// however slowly it answers. Its address and a token made at every start are in a file beside the lock, readable by the
// owner's user only; the file counts only while the process that wrote it holds the lock. ADR 29.

import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '@quire/engine/core';
import { nodeDirectory, readFileLock } from '@quire/engine/node';

export interface RunningServer {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
}

export interface Ownership {
  /** Publishes the address. Returns the token that a command must show to hand over work. */
  announce(url: string): string;
  /** Removes the address: this server takes no more work. */
  withdraw(): void;
  /** Removes the address and releases the lock. A second call does nothing. */
  release(): Promise<void>;
}

/** The lock; its files are numbered (`server.lock-1`). */
const SERVER_LOCK = 'server.lock';
const FILE = 'server.json';

/**
 * Makes this process the owner of `folder`. undefined where this user may not write the folder: a server that only
 * reads owns nothing. Throws LOCKED, with the address of the owner, while another process owns the folder.
 */
export async function ownFolder(folder: string): Promise<Ownership | undefined> {
  for (;;) {
    try {
      const lock = await (await nodeDirectory(folder)).lock(SERVER_LOCK);
      rmSync(join(folder, FILE), { force: true }); // left by an owner that was killed
      return owned(folder, () => lock.release());
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      // Opening the library says in words what is wrong with such a folder.
      if (error.code === 'READ_ONLY' || error.code === 'NOT_FOUND') return undefined;
      if (error.code !== 'LOCKED') throw error;
      const refusal = await refusalBy(folder, error);
      if (refusal !== undefined) throw refusal;
    }
  }
}

/** The server that owns `folder` and has published its address. */
export async function findServer(folder: string): Promise<RunningServer | undefined> {
  const server = readFile(folder);
  if (server === undefined) return undefined;
  const owner = await readFileLock(folder, SERVER_LOCK);
  return owner?.pid === server.pid ? server : undefined;
}

function owned(folder: string, release: () => Promise<void>): Ownership {
  const path = join(folder, FILE);
  let isHeld = true;
  const withdraw = () => {
    if (isHeld) rmSync(path, { force: true });
  };
  return {
    withdraw,
    announce: (url) => {
      const token = randomBytes(24).toString('base64url');
      const server: RunningServer = { url, token, pid: process.pid };
      // Written to another name first, so that a reader never sees half of it, and no other user's file mode is kept.
      writeFileSync(`${path}.new`, JSON.stringify(server), { mode: 0o600 });
      renameSync(`${path}.new`, path);
      return token;
    },
    release: async () => {
      withdraw();
      isHeld = false;
      await release();
    },
  };
}

/** How long a second server waits for the address of a first one that is starting. */
const ADDRESS_MS = 5_000;
const POLL_MS = 50;

/** The error for a second server; undefined when the owner has ended meanwhile. */
async function refusalBy(folder: string, locked: EngineError): Promise<EngineError | undefined> {
  const until = performance.now() + ADDRESS_MS;
  while ((await readFileLock(folder, SERVER_LOCK)) !== undefined) {
    const server = await findServer(folder);
    if (server !== undefined) {
      return new EngineError('LOCKED', `A server holds this library already: ${server.url} (process ${server.pid})`, {
        hint: 'Use that one, stop it first, or name another folder with --data-dir.',
        cause: locked,
      });
    }
    if (performance.now() > until) {
      return new EngineError(
        'LOCKED',
        `A server that has not published its address holds this library: ${locked.message}`,
        {
          ...(locked.hint !== undefined && { hint: locked.hint }),
          cause: locked,
        },
      );
    }
    await sleep(POLL_MS);
  }
  return undefined;
}

function readFile(folder: string): RunningServer | undefined {
  try {
    const { url, token, pid } = JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as Partial<RunningServer>;
    if (typeof url !== 'string' || typeof token !== 'string' || typeof pid !== 'number') return undefined;
    return { url, token, pid };
  } catch {
    return undefined;
  }
}
