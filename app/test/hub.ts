// A model hub on this machine, with the addresses, headers and redirects of huggingface.co as they were recorded: a small
// file is answered at once, weights by a redirect whose headers state commit, size and SHA-256. It can fail on demand.

import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Folder } from './model-folder.ts';

export interface Hub {
  readonly url: string;
  /** Method, path and range of every request. */
  readonly log: string[];
  commit: string;
  files: Folder;
  /** Bytes of the weights after which the connection breaks, once each. */
  readonly breaks: number[];
  /** Answers instead of the file's bytes. */
  damage: ((path: string, bytes: Uint8Array) => Uint8Array) | undefined;
  ranges: boolean;
  close(): Promise<void>;
}

export async function startHub(repository: string, files: Folder): Promise<Hub> {
  const server = createServer((request, response) => answer(hub, repository, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  const hub: Hub = {
    ...{
      url: `http://127.0.0.1:${port}`,
      log: [],
      commit: 'c0ffee0123456789',
      files,
      breaks: [],
      damage: undefined,
      ranges: true,
    },
    close: () => new Promise((resolve) => server.close(() => resolve()) && server.closeAllConnections()),
  };
  return hub;
}

function answer(hub: Hub, repository: string, request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? '';
  hub.log.push(`${request.method} ${path}${request.headers.range === undefined ? '' : ` ${request.headers.range}`}`);
  const apart = /^\/store\/(.+)$/.exec(path)?.[1];
  const [, model, revision, name = ''] = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path) ?? [];
  const bytes = hub.files.get(name);
  if (apart !== undefined) send(hub, apart, request, response);
  else if (model !== repository) fail(response, 401, 'RepoNotFound');
  else if (revision !== 'main' && revision !== hub.commit) fail(response, 404, 'RevisionNotFound');
  else if (bytes === undefined) fail(response, 404, 'EntryNotFound');
  else if (name.endsWith('.safetensors')) {
    const hash = createHash('sha256').update(bytes).digest('hex');
    const stated = { 'x-linked-size': bytes.length, 'x-linked-etag': `"${hash}"` };
    response.writeHead(302, { 'x-repo-commit': hub.commit, location: `/store/${name}`, ...stated }).end();
  } else {
    response.writeHead(200, { 'x-repo-commit': hub.commit, 'content-length': bytes.length });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  }
}

function send(hub: Hub, name: string, request: IncomingMessage, response: ServerResponse): void {
  const whole = hub.files.get(name) ?? new Uint8Array();
  const bytes = hub.damage?.(name, whole) ?? whole;
  const from = hub.ranges ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
  if (from > 0) response.setHeader('content-range', `bytes ${from}-${bytes.length - 1}/${bytes.length}`);
  response.writeHead(from > 0 ? 206 : 200, { 'content-length': bytes.length - from });
  const until = request.method === 'HEAD' ? undefined : hub.breaks.shift();
  if (request.method === 'HEAD') response.end();
  else if (until === undefined) response.end(bytes.subarray(from));
  else response.write(bytes.subarray(from, Math.max(from, until)), () => setTimeout(() => response.destroy(), 100));
}

function fail(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'x-error-code': code }).end('no');
}
