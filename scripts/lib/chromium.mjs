// Finds an installed Chromium and opens pages in it. It never downloads one.
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { delimiter, extname, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** Flags for a headless Chromium without background traffic that works in a container. */
export const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The path of an installed Chromium, QUIRE_CHROMIUM first; undefined where there is none. */
export function chromiumPath(env = process.env) {
  if (env.QUIRE_CHROMIUM) return existsSync(env.QUIRE_CHROMIUM) ? env.QUIRE_CHROMIUM : undefined;
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const name of NAMES) {
    const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
    if (found !== undefined) return found;
  }
  return undefined;
}

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
};

/**
 * Serves a small site on 127.0.0.1, opens its index.html in headless Chromium, and returns what the page posts to
 * `/answer` (text). An error in the page rejects, with its message.
 * @param {(path: string) => string | Uint8Array | undefined} read the site's file at a path such as `index.html`
 * @param {{headers?: Record<string, string>, timeoutMs?: number}} [options] headers of every response (a CSP, isolation)
 * @returns {Promise<string>}
 */
export async function pageAnswer(read, { headers = {}, timeoutMs = 60_000 } = {}) {
  const { chromium } = await import('playwright-core');
  let settle;
  const answer = new Promise((resolve, reject) => {
    settle = { resolve, reject };
  });
  answer.catch(() => {}); // it is awaited below; this handler prevents an unhandled rejection before that
  const server = createServer((request, response) => serve(read, headers, settle, request, response));
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumFlags, headless: true });
  const timer = setTimeout(() => settle.reject(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
  try {
    const page = await browser.newPage();
    page.on('pageerror', (error) => settle.reject(error));
    page.on('console', (message) => message.type() === 'error' && settle.reject(new Error(message.text())));
    await page.goto(`http://127.0.0.1:${server.address().port}/index.html`);
    return await answer;
  } finally {
    clearTimeout(timer);
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}

function serve(read, headers, { resolve }, request, response) {
  const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname).slice(1);
  if (request.method === 'POST' && path === 'answer') {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      response.end();
      resolve(Buffer.concat(chunks).toString('utf8'));
    });
    return;
  }
  const body = path === 'favicon.ico' ? '' : read(path);
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  response.writeHead(body === undefined ? 404 : 200, { ...headers, 'content-type': type }).end(body);
}
