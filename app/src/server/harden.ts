// What the HTTP server itself refuses, before a request exists: large headers, slow and malformed requests.

import type { Server, ServerOptions } from 'node:http';
import type { Socket } from 'node:net';
import type { ServerType } from '@hono/node-server';
import { REQUEST } from '../output/bounds.ts';
import type { ErrorBody } from '../output/pages.ts';
import { SECURITY_HEADERS } from './headers.ts';

export const SERVER_OPTIONS: ServerOptions = {
  maxHeaderSize: REQUEST.headers,
  headersTimeout: REQUEST.headersMs,
  requestTimeout: REQUEST.requestMs,
  connectionsCheckingInterval: 1_000,
  requireHostHeader: false, // host.ts refuses a request without one, with the headers of every answer
};

/** Gives the answers of the server itself the form and the headers of every other answer. */
export function hardenServer(server: ServerType): void {
  // An answer that the adapter makes without the app (an invalid Host header) gets the headers here.
  server.prependListener('request', (_, response) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
  });
  (server as Server).on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
    else socket.end(answerTo(error.code ?? ''));
  });
}

const REFUSALS: Readonly<Record<string, readonly [status: string, message: string]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', `The headers are larger than ${REQUEST.headers} bytes`],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', `The request took longer than ${REQUEST.requestMs / 1000} seconds`],
};

function answerTo(code: string): string {
  const [status, message] = REFUSALS[code] ?? ['400 Bad Request', 'The request is not HTTP/1.1'];
  const error: ErrorBody = { code: 'INVALID_ARGUMENT', message };
  const body = JSON.stringify({ error });
  const headers = { ...SECURITY_HEADERS, 'content-type': 'application/json', connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status}\r\n${lines.join('')}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
