// What a client can send to the socket of a running site: forged, malformed, oversized and slow requests.

import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inFolder, PAPERS, writeRows } from '../../test/papers.ts';
import { REQUEST } from '../output/bounds.ts';
import { createPages } from '../web/index.ts';
import { createGuardedServer } from './harden.ts';
import { findServer } from './ownership.ts';
import { type RunningSite, startSite } from './serve.ts';

/** Sends bytes and returns everything that comes back until the connection closes. */
const sendTo = (port: number, text: string) =>
  new Promise<string>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', () => undefined); // a refused body ends the connection while it is sent
    socket.on('close', () => resolve(answer));
    socket.write(text, 'latin1');
  });

describe('a running site', () => {
  let site: RunningSite;
  let folder = '';
  let leave: () => void = () => undefined;
  let left: Promise<void> = Promise.resolve();

  beforeAll(async () => {
    await new Promise<void>((entered) => {
      left = inFolder(async (path) => {
        folder = join(path, 'data');
        entered();
        await new Promise<void>((done) => {
          leave = done;
        });
      });
    });
    const sample = writeRows(join(folder, '..', 'sample.jsonl'), PAPERS.slice(0, 3));
    site = await startSite({ folder, port: 0, sample, pages: (services) => createPages(services) });
    await site.ready;
  });
  afterAll(async () => {
    await site.stop();
    leave();
    await left;
  });

  const send = (text: string) => sendTo(Number(new URL(site.url).port), text);
  const request = (line: string, headers: string, body = '') =>
    send(`${line}\r\nconnection: close\r\n${headers}\r\n\r\n${body}`);
  const LOCAL = 'host: localhost';

  it.each([
    // Hosts
    ['GET /papers HTTP/1.1', 'host: evil.example', 421],
    ['GET /papers HTTP/1.1', 'host: evil.example\r\nx-forwarded-host: localhost', 421],
    ['GET /papers HTTP/1.1', 'host: a b', 400],
    ['GET /papers HTTP/1.1', 'host:', 400],
    ['GET /papers HTTP/1.1', 'host: localhost, evil.example', 400],
    ['GET /papers HTTP/1.1', 'host: evil.example@localhost', 400],
    ['GET /papers HTTP/1.1', 'host: localhost:99999', 400],
    ['GET /papers HTTP/1.1', 'host: \xef\xbd\x8cocalhost', 400],
    ['GET /papers HTTP/1.1', 'x: y', 400],
    ['GET /papers HTTP/1.0', 'x: y', 400],
    ['GET /papers HTTP/1.1', 'host: localhost\r\nhost: evil.example', 400],
    ['GET /papers HTTP/1.1', 'host: evil.example\r\nhost: localhost', 400],
    ['GET /papers HTTP/1.1', 'host: localhost\r\nHOST: localhost', 400],
    // Targets
    ['GET http://localhost/papers HTTP/1.1', LOCAL, 200],
    ['GET http://evil.example/papers HTTP/1.1', LOCAL, 421],
    ['GET http://localhost/papers HTTP/1.1', 'host: evil.example', 421],
    ['GET http://localhost@evil.example/papers HTTP/1.1', LOCAL, 421],
    ['GET http://[/papers HTTP/1.1', LOCAL, 400],
    ['GET ftp://localhost/papers HTTP/1.1', LOCAL, 400],
    ['GET //evil.example/papers HTTP/1.1', LOCAL, 404],
    ['GET /\\evil.example HTTP/1.1', LOCAL, 400],
    ['GET papers HTTP/1.1', LOCAL, 400],
    ['GET /papers/\x00 HTTP/1.1', LOCAL, 400],
    ['GET /papers/\xe9 HTTP/1.1', LOCAL, 400],
    ['GET /papers/%00 HTTP/1.1', LOCAL, 404],
    ['GET /papers/%zz HTTP/1.1', LOCAL, 404],
    ['GET /papers/%ff HTTP/1.1', LOCAL, 404],
    ['GET /paper?id=%00 HTTP/1.1', LOCAL, 404],
    ['GET /papers%2Fdate HTTP/1.1', LOCAL, 404],
    ['GET /api/v1/papers/a%2Fb HTTP/1.1', LOCAL, 404],
    ['GET /../../etc/passwd HTTP/1.1', LOCAL, 404],
    ['GET /static/..%2f..%2fpackage.json HTTP/1.1', LOCAL, 404],
    ['GET /api/v1/search?q=%zz HTTP/1.1', LOCAL, 200],
    ['GET /papers?q=a%0d%0aset-cookie:x=1 HTTP/1.1', LOCAL, 302],
    // Methods and protocol
    ['HEAD /papers HTTP/1.1', LOCAL, 200],
    ['HEAD /nowhere HTTP/1.1', LOCAL, 404],
    ['OPTIONS /papers HTTP/1.1', LOCAL, 405],
    ['OPTIONS * HTTP/1.1', LOCAL, 400],
    ['TRACE /healthz HTTP/1.1', LOCAL, 405],
    ['PROPFIND /papers HTTP/1.1', LOCAL, 405],
    ['POST /papers HTTP/1.1', `${LOCAL}\r\nx-http-method-override: GET`, 405],
    ['CONNECT localhost:80 HTTP/1.1', LOCAL, 405],
    ['GET /papers HTTP/1.1', `${LOCAL}\r\nexpect: magic`, 417],
    ['GET /healthz HTTP/1.0', LOCAL, 200],
    ['GET /healthz HTTP/2.0', LOCAL, 505],
    ['PRI * HTTP/2.0', LOCAL, 400],
    ['NONSENSE', LOCAL, 400],
    ['GET /healthz HTTP/1.1', `${LOCAL}\r\nno colon`, 400],
    ['GET /healthz HTTP/1.1', `${LOCAL}\r\nx: a\x00b`, 400],
    ['GET /healthz HTTP/1.1', LOCAL, 200],
    // Bodies
    ['POST /papers HTTP/1.1', `${LOCAL}\r\ncontent-length: 4\r\ncontent-length: 5`, 400],
    ['POST /papers HTTP/1.1', `${LOCAL}\r\ncontent-length: 4\r\ntransfer-encoding: chunked`, 400],
    ['POST /papers HTTP/1.1', `${LOCAL}\r\ncontent-length: -1`, 400],
    ['POST /papers HTTP/1.1', `${LOCAL}\r\ncontent-length: 99999999999`, 405],
  ] as const)('answers %j with %j: %i, with the security headers and in words', async (line, headers, status) => {
    const answer = await request(line, headers);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    const [head = '', body = ''] = answer.split(/\r\n\r\n(.*)/s);
    expect(head.toLowerCase()).toContain('x-content-type-options: nosniff');
    expect(head.toLowerCase()).toContain("content-security-policy: default-src 'none'");
    expect(head).not.toMatch(/^set-cookie/im);
    if (status === 405) expect(head).toMatch(/^allow: GET, HEAD/im);
    if (status >= 400 && !line.startsWith('HEAD')) expect(body).toMatch(/"message":|<h1/);
  });

  it('answers requests of one connection in their order, also when a later one is refused', async () => {
    const answer = await send(
      `GET /api/v1/search?q=a HTTP/1.1\r\n${LOCAL}\r\n\r\nGET /papers HTTP/1.1\r\n\r\nGET /healthz HTTP/1.1\r\n${LOCAL}\r\n\r\n`,
    );
    expect([...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['200', '400']);
  });

  it('refuses an address and headers that are too large', async () => {
    expect(await request(`GET /${'a'.repeat(REQUEST.url)} HTTP/1.1`, LOCAL)).toMatch(/^HTTP\/1.1 414 /);
    expect(await request(`GET /search?q=${'a'.repeat(REQUEST.url)} HTTP/1.1`, LOCAL)).toMatch(/^HTTP\/1.1 414 /);
    const large = await request('GET / HTTP/1.1', `${LOCAL}\r\nx: ${'a'.repeat(REQUEST.headers)}`);
    expect(large).toMatch(/^HTTP\/1.1 431 .*\r\ncontent-security-policy: default-src 'none'/s);
  });

  it('refuses a body that is too large, sent with its length or in chunks', async () => {
    const { token = '' } = (await findServer(folder)) ?? {};
    const size = REQUEST.body + 1;
    const headers = `${LOCAL}\r\nauthorization: Bearer ${token}`;
    const post = (more: string, body: string) => request('POST /api/v1/import HTTP/1.1', `${headers}\r\n${more}`, body);
    const large = 'x'.repeat(size);
    expect(await post(`content-length: ${size}`, large)).toMatch(/^HTTP\/1.1 413 .*bytes/s);
    expect(await post('transfer-encoding: chunked', `${size.toString(16)}\r\n${large}\r\n0\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 413 .*bytes/s,
    );
    expect(await post('content-length: 2', '{}')).toMatch(/^HTTP\/1.1 400 /);
  });

  it('hands nothing over for a token from another host', async () => {
    const { token = '' } = (await findServer(folder)) ?? {};
    const authorization = `authorization: Bearer ${token}`;
    const line = 'GET /api/v1/import HTTP/1.1';
    expect(await request(line, `host: evil.example\r\n${authorization}`)).toMatch(/^HTTP\/1.1 421/);
    expect(await request(line, `${LOCAL}\r\n${authorization}`)).toMatch(/^HTTP\/1.1 200/);
  });
});

describe('createGuardedServer', () => {
  it('refuses a request whose headers or body do not arrive in time', async () => {
    const times = { headersTimeout: 100, requestTimeout: 200, connectionsCheckingInterval: 20 };
    const server: Server = createGuardedServer((request, response) => {
      request.resume().on('end', () => response.end('whole'));
    }, times);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo; // it listens on a port
    try {
      for (const start of ['GET / HTTP/1.1\r\nhost: a', 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nabc']) {
        expect(await sendTo(port, start)).toMatch(/^HTTP\/1.1 408 .*x-content-type-options: nosniff/s);
      }
    } finally {
      server.close();
    }
  });
});
