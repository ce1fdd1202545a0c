// Hands an import over to the server that owns the folder, and passes its events on. There is no time limit: a server
// that is busy or stopped still owns the folder. When the server ends before the import, the caller continues it.

import { type IncomingMessage, request } from 'node:http';
import { EngineError, type ErrorCode } from '@quire/engine/core';
import type { Outcome } from '../api/import-route.ts';
import type { IngestEvent, IngestReport } from '../services/index.ts';
import type { RunningServer } from './ownership.ts';

export interface HandOver {
  readonly paths: readonly string[];
  readonly source?: string;
  readonly again?: boolean;
}

export interface HandOverOptions {
  readonly signal: AbortSignal;
  readonly onEvent: (event: IngestEvent) => void;
  /** The server has sent nothing for this many seconds; called once for each silence. */
  readonly onSilence: (seconds: number) => void;
}

/** A silence of this length is reported. The server sends an event after each 1,000 rows. */
const SILENCE_MS = 4_000;

/**
 * The report of an import that the server has made; undefined when the server cannot be reached or has ended, so that
 * the caller imports the files itself. Throws what went wrong with the import, and CANCELLED.
 */
export async function handOver(
  server: RunningServer,
  work: HandOver,
  options: HandOverOptions,
): Promise<IngestReport | undefined> {
  const { signal } = options;
  const silence = watchSilence(options.onSilence);
  try {
    const answer = await post(server, JSON.stringify(work), signal);
    if (answer.statusCode !== 200) return await refused(answer);
    for await (const event of eventsOf(answer, silence.reset)) {
      if (event.kind === 'done') return event.report;
      if (event.kind !== 'failed') options.onEvent(event);
      else if (event.error.code === 'CANCELLED')
        break; // the server is being stopped
      else throw revived(event.error);
    }
  } catch (error) {
    // Anything else is the connection: nothing listens there, or the process has ended.
    if (error instanceof EngineError) throw error;
  } finally {
    silence.end();
  }
  if (signal.aborted) throw new EngineError('CANCELLED', 'The import was stopped');
  return undefined;
}

function post({ url, token }: RunningServer, body: string, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const sent = request(`${url}/api/v1/import`, { method: 'POST', headers, signal, agent: false });
    sent.on('response', resolve).on('error', reject).end(body);
  });
}

/** 403 is another server at the address of one that has ended. Anything else is an error of this command. */
async function refused(answer: IncomingMessage): Promise<undefined> {
  const text = await textOf(answer);
  if (answer.statusCode === 403) return undefined;
  throw new EngineError(
    'STORAGE_FAILED',
    `The server refused the import (${answer.statusCode}): ${text.slice(0, 500)}`,
    {
      hint: 'Stop the server and give the command again, or use the version of Quire that serves the library.',
    },
  );
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk as string; // setEncoding: chunks are strings
  return text;
}

async function* eventsOf(answer: IncomingMessage, onData: () => void): AsyncGenerator<IngestEvent | Outcome> {
  let rest = '';
  for await (const chunk of answer.setEncoding('utf8')) {
    onData();
    const lines = (rest + (chunk as string)).split('\n'); // setEncoding: chunks are strings
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line) as IngestEvent | Outcome; // our own server writes these lines
  }
}

function revived({ code, message, hint }: { code: string; message: string; hint?: string }): EngineError {
  return new EngineError(code as ErrorCode, message, hint === undefined ? {} : { hint }); // codes of our own server
}

function watchSilence(onSilence: (seconds: number) => void): { readonly reset: () => void; readonly end: () => void } {
  const timer = setTimeout(() => onSilence(SILENCE_MS / 1_000), SILENCE_MS);
  return { reset: () => void timer.refresh(), end: () => clearTimeout(timer) };
}
