import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { acceptsCoding } from '../output/codings.ts';
import { transfer } from './transfer.ts';

const LONG = `<!doctype html><p>${'paper '.repeat(1_000)}</p>`;

function site() {
  const app = new Hono();
  app.use(transfer);
  app.get('/page', (c) => c.html(LONG));
  app.get('/short', (c) => c.html('<p>short</p>'));
  app.get('/missing', (c) => c.html(LONG, 404));
  app.get('/feed', (c) => c.body(LONG, 200, { 'content-type': 'application/atom+xml' }));
  app.get('/font', (c) => c.body(LONG, 200, { 'content-type': 'font/woff2' }));
  return app;
}

const ask = (path: string, headers: Record<string, string> = {}) => site().request(path, { headers });

describe('the transfer of an answer', () => {
  it('compresses with the best coding that the client accepts', async () => {
    const br = await ask('/page', { 'accept-encoding': 'gzip, deflate, br' });
    expect(br.headers.get('content-encoding')).toBe('br');
    expect(brotliDecompressSync(await br.arrayBuffer()).toString()).toBe(LONG);
    const gzip = await ask('/page', { 'accept-encoding': 'gzip;q=0.5, br;q=0' });
    expect(gzip.headers.get('content-encoding')).toBe('gzip');
    expect(gunzipSync(await gzip.arrayBuffer()).toString()).toBe(LONG);
    expect(gzip.headers.get('vary')).toContain('Accept-Encoding');
    for (const headers of [{}, { 'accept-encoding': 'identity' }, { 'accept-encoding': 'xbr, brotli' }])
      expect((await ask('/page', headers)).headers.get('content-encoding')).toBeNull();
  });

  it('leaves short answers and compressed files as they are', async () => {
    for (const path of ['/short', '/font'])
      expect((await ask(path, { 'accept-encoding': 'br' })).headers.get('content-encoding'), path).toBeNull();
  });

  it('compresses a stream as it comes', async () => {
    const feed = await ask('/feed', { 'accept-encoding': 'br, gzip' });
    expect(feed.headers.get('content-encoding')).toBe('gzip');
    expect(gunzipSync(await feed.arrayBuffer()).toString()).toBe(LONG);
  });

  it('answers 304 for what the client has, whatever the coding, and never for an error', async () => {
    const tag = (await ask('/page')).headers.get('etag') ?? '';
    expect(tag).toMatch(/^W\/"/);
    for (const known of [tag, tag.slice(2), `"x", ${tag}`, '*']) {
      const again = await ask('/page', { 'if-none-match': known, 'accept-encoding': 'br' });
      expect([known, again.status, (await again.arrayBuffer()).byteLength]).toEqual([known, 304, 0]);
      expect(again.headers.get('etag')).toBe(tag);
    }
    expect((await ask('/page', { 'if-none-match': '"other"' })).status).toBe(200);
    const missing = await ask('/missing', { 'if-none-match': '*' });
    expect([missing.status, missing.headers.get('etag')]).toEqual([404, null]);
  });

  it('reads the weights of codings', () => {
    expect(acceptsCoding('br;q=0.001', 'br')).toBe(true);
    expect(acceptsCoding('br;q=0.000', 'br')).toBe(false);
    expect(acceptsCoding('BR', 'br')).toBe(true);
    expect(acceptsCoding(undefined, 'br')).toBe(false);
  });
});
