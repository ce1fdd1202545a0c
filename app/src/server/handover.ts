// How a command finds the server that holds a library, so that it can hand work to it: a small file in the data folder,
// readable by its owner only, with the server's address and a token made at every start.

import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface RunningServer {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
}

const FILE = 'server.json';
/** A server that does not answer so fast is taken for gone. */
const ANSWER_MS = 3_000;

/** Says that a server holds `folder`; call the result to take it back. */
export function announce(folder: string, url: string): { readonly token: string; readonly withdraw: () => void } {
  const token = randomBytes(24).toString('base64url');
  const server: RunningServer = { url, token, pid: process.pid };
  const path = join(folder, FILE);
  // Written aside first: a reader never sees half of it, and a file left by another owner does not pass on its mode.
  writeFileSync(`${path}.new`, JSON.stringify(server), { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return {
    token,
    withdraw: () => {
      if (readFile(folder)?.token === token) rmSync(path, { force: true });
    },
  };
}

/** The live server of `folder`; undefined when there is none, also when its file was left by one that died. */
export async function findServer(folder: string): Promise<RunningServer | undefined> {
  const server = readFile(folder);
  if (server === undefined) return undefined;
  try {
    const answer = await fetch(`${server.url}/api/v1/import`, {
      headers: { authorization: `Bearer ${server.token}` },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return answer.ok ? server : undefined;
  } catch {
    return undefined;
  }
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
