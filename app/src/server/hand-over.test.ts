// An import that is handed to a server: its events arrive, its errors are thrown, and a server that ends gives undefined.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { IngestEvent } from '../library/ingest.ts';
import { type HandOverOptions, handOver } from './hand-over.ts';

const WORK = { paths: ['/a.jsonl'], source: 's' };
const REPORT = { files: 1, failed: [], added: 2, updated: 0, unchanged: 0, rejected: 0, works: 2, indexed: true };
const KNOWN: IngestEvent = { kind: 'known', file: '/a.jsonl', lines: 2 };

/** Hands over to a server that answers with `answer`. */
async function handedTo(answer: RequestListener, options: Partial<HandOverOptions> = {}) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a TCP server has an address of this type
  const events: IngestEvent[] = [];
  try {
    const report = await handOver({ url, token: 'secret', pid: 1 }, WORK, {
      signal: new AbortController().signal,
      onEvent: (event) => events.push(event),
      onSilence: () => undefined,
      ...options,
    });
    return { report, events };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const lines = (...events: readonly unknown[]) => events.map((event) => `${JSON.stringify(event)}\n`).join('');

describe('handOver', () => {
  it('sends the work with the token, passes events on and returns the report', async () => {
    let asked: unknown;
    const { report, events } = await handedTo(async (request, response) => {
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
      asked = [request.method, request.url, request.headers.authorization, JSON.parse(body)];
      const text = lines(KNOWN, { kind: 'done', report: REPORT });
      response.write(text.slice(0, 10)); // a line may come in pieces
      setTimeout(() => response.end(text.slice(10)), 20);
    });
    expect(asked).toEqual(['POST', '/api/v1/import', 'Bearer secret', WORK]);
    expect([report, events]).toEqual([REPORT, [KNOWN]]);
  });

  it.each<[string, RequestListener]>([
    ['ends in the middle', (_, response) => response.write(lines(KNOWN), () => response.destroy())],
    ['ends without a report', (_, response) => response.end(lines(KNOWN))],
    [
      'is stopped',
      (_, response) => response.end(lines({ kind: 'failed', error: { code: 'CANCELLED', message: 'x' } })),
    ],
    ['does not know the token', (_, response) => response.writeHead(403).end()],
  ])('returns undefined when the server %s', async (_, answer) => {
    expect((await handedTo(answer)).report).toBeUndefined();
  });

  it('returns undefined where nothing listens', async () => {
    const options = { signal: new AbortController().signal, onEvent: () => undefined, onSilence: () => undefined };
    expect(await handOver({ url: 'http://127.0.0.1:1', token: '', pid: 1 }, WORK, options)).toBeUndefined();
  });

  it('throws what failed there, and a refusal', async () => {
    const error = { code: 'STORAGE_FULL', message: 'The disk is full', hint: 'Free some space.' };
    await expect(handedTo((_, response) => response.end(lines({ kind: 'failed', error })))).rejects.toMatchObject(
      error,
    );
    await expect(handedTo((_, response) => response.writeHead(400).end('no paths'))).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      message: expect.stringContaining('(400): no paths'),
    });
  });

  it('is cancelled by its signal', async () => {
    const stop = new AbortController();
    const waiting = handedTo(() => stop.abort(), { signal: stop.signal });
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('tells a silence of 4 s once, and goes on waiting', async () => {
    const told: number[] = [];
    const { report } = await handedTo(
      (_, response) => setTimeout(() => response.end(lines({ kind: 'done', report: REPORT })), 4_500),
      { onSilence: (seconds) => told.push(seconds) },
    );
    expect([report, told]).toEqual([REPORT, [4]]);
  }, 20_000);
});
