// Requests that the HTTP server refuses before the app: an invalid target or host, large headers, slow and malformed
// requests. Each refusal has the form and the headers of every other answer.

import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Socket } from 'node:net';
import { REQUEST } from '../output/bounds.ts';
import { jsonOf } from '../output/characters.ts';
import type { ErrorBody } from '../output/pages.ts';
import { SECURITY_HEADERS } from './headers.ts';

const OPTIONS: ServerOptions = {
  maxHeaderSize: REQUEST.headers,
  headersTimeout: REQUEST.headersMs,
  requestTimeout: REQUEST.requestMs,
  connectionsCheckingInterval: 1_000,
  requireHostHeader: false, // refused below, with the headers of every answer
};

type Listener = (request: IncomingMessage, response: ServerResponse) => void;
type Refusal = readonly [status: number, message: string];

/** Makes a server that calls `listener` for well-formed requests only. */
export function createGuardedServer(listener: Listener, options: ServerOptions = {}): Server {
  const server = createServer({ ...OPTIONS, ...options }, (request, response) => {
    // Set first: an answer that the adapter makes without the app has them too.
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    const refusal = refusalOf(request);
    if (refusal === undefined) listener(request, response);
    else refuse(response, refusal);
  });
  server.on('checkExpectation', (_, response: ServerResponse) =>
    refuse(response, [417, 'The only expectation that is met is 100-continue']),
  );
  server.on('connect', (_, socket: Socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(answerOf([405, 'This server is no proxy'], { allow: 'GET, HEAD' }));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else socket.end(answerOf(REFUSALS[error.code ?? ''] ?? [400, 'The request is not HTTP/1.1']));
  });
  return server;
}

const REFUSALS: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: [431, `The headers are larger than ${REQUEST.headers} bytes`],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to arrive'],
};

/** RFC 9110 4.2 and 7.2: a name, an IPv4 address or an IPv6 address in brackets, and a port. */
const HOST = /^(?:[a-z0-9._-]+|\[[0-9a-f:]+\])(?::\d*)?$/i;

function refusalOf({ httpVersionMajor, rawHeaders, headers, url = '' }: IncomingMessage): Refusal | undefined {
  if (httpVersionMajor !== 1) return [505, 'This server speaks HTTP/1.1'];
  const hosts = rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host').length;
  if (hosts !== 1) return [400, `The request names ${hosts === 0 ? 'no host' : 'more than one host'}`];
  const host = headers.host ?? '';
  if (!HOST.test(host) || !URL.canParse(`http://${host}`)) return [400, 'The host of the request is not a host name'];
  const [path = ''] = url.split('?', 1);
  const isTarget = /^(?:\/|https?:\/\/)/i.test(path) && !path.includes('\\') && URL.canParse(url, 'http://localhost');
  return isTarget ? undefined : [400, 'The target of the request is not an address'];
}

/** Sends it after the answers to earlier requests of the same connection. */
function refuse(response: ServerResponse, [status, message]: Refusal): void {
  response.writeHead(status, HEADERS).end(bodyOf(message));
}

/** The same as bytes, for a connection without a response object: what arrived was not a request. */
function answerOf([status, message]: Refusal, more: Readonly<Record<string, string>> = {}): string {
  const body = bodyOf(message);
  const headers = { ...HEADERS, ...more, 'content-length': `${Buffer.byteLength(body)}` };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}

const HEADERS = { ...SECURITY_HEADERS, 'content-type': 'application/json', connection: 'close' };

function bodyOf(message: string): string {
  const error: ErrorBody = { code: 'INVALID_ARGUMENT', message };
  return jsonOf({ error });
}
