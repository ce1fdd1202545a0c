// What a client can send to the socket of a running site.

import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inFolder } from '../../test/papers.ts';
import { REQUEST } from '../output/bounds.ts';
import { findServer } from './handover.ts';
import { type RunningSite, startSite } from './serve.ts';

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
    site = await startSite({ folder, port: 0 });
    await site.ready;
  });
  afterAll(async () => {
    await site.stop();
    leave();
    await left;
  });

  /** Sends bytes and returns everything that comes back. */
  const send = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(site.url).port), '127.0.0.1');
      let answer = '';
      socket.setEncoding('latin1');
      socket.on('data', (chunk) => {
        answer += chunk;
      });
      socket.on('error', reject);
      socket.on('close', () => resolve(answer));
      socket.write(text);
    });
  const request = (line: string, headers: string) => send(`${line}\r\nconnection: close\r\n${headers}\r\n\r\n`);

  it.each([
    ['GET /papers HTTP/1.1', 'host: evil.example', 421],
    ['GET /papers HTTP/1.1', 'host: a b', 400],
    ['GET /papers HTTP/1.1', 'x: y', 400],
    ['GET http://evil.example/papers HTTP/1.1', 'host: localhost', 421],
    ['TRACE /healthz HTTP/1.1', 'host: localhost', 405],
    ['NONSENSE', 'host: localhost', 400],
    ['GET /healthz HTTP/1.1', 'host: localhost', 200],
  ] as const)('answers %s with %s, with the security headers', async (line, headers, status) => {
    const answer = await request(line, headers);
    expect(answer.slice(0, 12)).toBe(`HTTP/1.1 ${status}`);
    expect(answer.toLowerCase()).toContain('x-content-type-options: nosniff');
    expect(answer.toLowerCase()).toContain("content-security-policy: default-src 'none'");
  });

  it('refuses an address and headers that are too large', async () => {
    expect(await request(`GET /${'a'.repeat(REQUEST.url)} HTTP/1.1`, 'host: localhost')).toMatch(/^HTTP\/1.1 414 /);
    const large = await request('GET / HTTP/1.1', `host: localhost\r\nx: ${'a'.repeat(REQUEST.headers)}`);
    expect(large).toMatch(/^HTTP\/1.1 431 .*\r\ncontent-security-policy: default-src 'none'/s);
  });

  it('refuses a body that is too large, and the token alone does not help another host', async () => {
    const { token = '' } = (await findServer(folder)) ?? {};
    const authorization = `authorization: Bearer ${token}`;
    const post = (body: string) =>
      fetch(`${site.url}/api/v1/import`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body });
    expect((await post('x'.repeat(REQUEST.body + 1))).status).toBe(413);
    expect((await post('{}')).status).toBe(400);
    expect(await request('GET /api/v1/import HTTP/1.1', `host: evil.example\r\n${authorization}`)).toMatch(
      /^HTTP\/1.1 421/,
    );
    expect(await request('GET /api/v1/import HTTP/1.1', `host: localhost\r\n${authorization}`)).toMatch(
      /^HTTP\/1.1 200/,
    );
  });
});
