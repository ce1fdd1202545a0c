// Imports files that a command on this machine hands over. GET confirms that this is the expected server; POST reads
// the files and reports each event as one line of JSON.

import { timingSafeEqual } from 'node:crypto';
import type { Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { stream } from 'hono/streaming';
import { z } from 'zod';
import { REQUEST } from '../output/bounds.ts';
import { jsonOf } from '../output/characters.ts';
import type { ErrorBody } from '../output/pages.ts';
import type { Ingest, IngestEvent } from '../services/index.ts';
import { answerJson, describe, problem } from './problem.ts';
import { sentenceOf, wrong } from './routes.ts';

export interface ImportOptions {
  /** Imports the files; without it every request is refused. */
  readonly ingest?: Ingest;
  /** The token that a command must send to hand over files. */
  readonly token?: string;
  /** Address of the other side; undefined where there is no socket (tests). */
  readonly remoteAddress?: (context: Context) => string | undefined;
  /** Fires when the server stops: running imports end at their last batch. */
  readonly signal?: AbortSignal;
}

/** The last line of an import's answer. */
export type Outcome =
  | { readonly kind: 'done'; readonly report: Awaited<ReturnType<Ingest['importFiles']>> }
  | { readonly kind: 'failed'; readonly error: ErrorBody };

const IMPORT = z.object({
  paths: z.array(z.string().min(1)).min(1).max(1_000),
  source: z.string().min(1).max(200).optional(),
  again: z.boolean().optional(),
});

export function addImport(api: Hono, options: ImportOptions): void {
  const limit = bodyLimit({ maxSize: REQUEST.body, onError: tooLarge });
  api.get('/import', (c) => refusal(c, options) ?? answerJson(c, { status: 'ok' }));
  api.post(
    '/import',
    async (c, next) => refusal(c, options) ?? next(),
    limit,
    async (c) => {
      const asked = IMPORT.safeParse(await c.req.json().catch(() => undefined));
      if (!asked.success) return wrong(c, sentenceOf(asked.error));
      const { ingest } = options;
      if (ingest === undefined) return problem(c, 403, 'READ_ONLY', 'This server takes no papers');
      c.header('content-type', 'application/x-ndjson');
      return importInto(c, ingest, asked.data, options.signal);
    },
  );
}

function importInto(c: Context, ingest: Ingest, asked: z.infer<typeof IMPORT>, stopping: AbortSignal | undefined) {
  const { paths, source, again } = asked;
  return stream(c, async (out) => {
    const gone = new AbortController();
    out.onAbort(() => gone.abort());
    const signal = AbortSignal.any([gone.signal, ...(stopping === undefined ? [] : [stopping])]);
    const say = (event: IngestEvent | Outcome) => out.write(`${jsonOf(event)}\n`);
    const onEvent = (event: IngestEvent) => void say(event);
    try {
      const report = await ingest.importFiles(paths, {
        signal,
        onEvent,
        ...(source && { source }),
        ...(again && { again }),
      });
      await say({ kind: 'done', report });
    } catch (error) {
      // The command has ended. The records that were stored before are indexed all the same.
      if (gone.signal.aborted && stopping?.aborted !== true) {
        await ingest.catchUp({ ...(stopping && { signal: stopping }) }).catch(() => undefined);
      }
      await say({ kind: 'failed', error: describe(error) });
    }
  });
}

function refusal(c: Context, { token, remoteAddress }: ImportOptions): Response | undefined {
  const address = remoteAddress?.(c);
  const isLocal = address === undefined || /^(?:127\.|::1$|::ffff:127\.)/.test(address);
  if (isLocal && token !== undefined && token !== '' && holdsToken(c, token)) return undefined;
  return problem(c, 403, 'READ_ONLY', 'Only a command on this machine may hand over papers');
}

function holdsToken(c: Context, token: string): boolean {
  const given = Buffer.from(c.req.header('authorization') ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function tooLarge(c: Context): Response {
  return problem(c, 413, 'INVALID_ARGUMENT', `The body of the request is larger than ${REQUEST.body} bytes`);
}
