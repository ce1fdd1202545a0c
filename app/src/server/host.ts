// The names of this server that a request may use. A page of another site can make its own name resolve to 127.0.0.1
// (DNS rebinding); the browser then lets it read every answer. Its requests still have that name, and are refused here.

import type { MiddlewareHandler } from 'hono';
import { problem } from '../api/problem.ts';

export interface HostOptions {
  /** Address under which a proxy or the network reaches this server. */
  readonly publicUrl?: string;
  /** Address that the server listens on, when it is one address. */
  readonly listening?: string;
}

/** Refuses requests for any host but this machine, the public address and the address listened on. */
export function checkHost(options: HostOptions): MiddlewareHandler {
  const allowed = new Set<string>();
  if (options.publicUrl !== undefined) allowed.add(new URL(options.publicUrl).hostname);
  const listening = nameIn(options.listening?.includes(':') ? `[${options.listening}]` : options.listening);
  if (listening !== undefined && !isWildcard(listening)) allowed.add(listening);
  const isAllowed = (host: string | undefined) => {
    const name = nameIn(host);
    return name !== undefined && (isLoopback(name) || allowed.has(name));
  };
  return async (c, next) => {
    const header = c.req.header('host');
    const hasSocket = c.env?.incoming !== undefined; // not in tests, which make requests without headers
    if (hasSocket && header === undefined) return problem(c, 400, 'INVALID_ARGUMENT', 'The request names no host');
    const target = new URL(c.req.url).host;
    if (isAllowed(target) && isAllowed(header ?? target)) return next();
    return problem(
      c,
      421,
      'INVALID_ARGUMENT',
      'This server does not answer for the host of this request',
      'Use http://localhost and its port, or start the server with --public-url and the address that readers use.',
    );
  };
}

/** The host without its port, in the form of the URL standard; undefined when it is invalid. */
function nameIn(host: string | undefined): string | undefined {
  if (host === undefined || /[/?#@\\]/.test(host) || !URL.canParse(`http://${host}`)) return undefined;
  return new URL(`http://${host}`).hostname.replace(/\.$/, '');
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(name);
}

function isWildcard(name: string): boolean {
  return name === '0.0.0.0' || name === '[::]';
}
