// How an answer travels: an entity tag and 304 for what the client has already, gzip or Brotli for text. It holds for
// every page, API answer and error; static files bring their own (web/assets.ts).

import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { MiddlewareHandler } from 'hono';
import { acceptsCoding } from '../output/codings.ts';

const compressors = {
  br: (body: Uint8Array) =>
    promisify(brotliCompress)(body, {
      params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: body.byteLength },
    }),
  gzip: (body: Uint8Array) => promisify(gzip)(body, { level: QUALITY }),
} as const;

/** Of 11 and 9: a page of 60 kB takes a millisecond on a thread of its own, and is 2 % larger than at the best. */
const QUALITY = 5;
/** A smaller answer fits one packet. */
const SMALLEST = 1_000;
const TEXT = /^(?:text\/|application\/(?:[a-z.-]+\+)?(?:json|xml)\b|image\/svg)/;
/** Answers whose whole body is read for a tag. A longer or a streamed one of another type is compressed as it comes. */
const TAGGED = /^(?:text\/html|application\/json)\b/;

/** Adds tags and compression to what the handlers answer. */
export const transfer: MiddlewareHandler = async (c, next) => {
  await next();
  const { res } = c;
  const type = res.headers.get('content-type') ?? '';
  if (res.body === null || res.status < 200 || res.status === 204 || !TEXT.test(type)) return;
  if (res.headers.has('content-encoding') || res.headers.get('cache-control')?.includes('immutable')) return;
  const coding = codingOf(c.req.header('accept-encoding'));
  vary(res.headers);
  if (!TAGGED.test(type)) {
    if (coding !== undefined && !res.headers.has('content-length')) {
      const stream = res.body.pipeThrough(new CompressionStream('gzip'));
      if (coding !== 'gzip' && !acceptsCoding(c.req.header('accept-encoding'), 'gzip')) return;
      c.res = new Response(stream, { status: res.status, headers: encodedHeaders(res.headers, 'gzip') });
    }
    return;
  }
  const body = new Uint8Array(await res.arrayBuffer());
  const headers = new Headers(res.headers);
  if (res.status === 200) {
    // A page shows what this reader chose, so a shared cache may not keep it.
    if (!headers.has('cache-control')) headers.set('cache-control', 'private, no-cache');
    const tag = headers.get('etag') ?? `W/"${createHash('sha1').update(body).digest('base64url')}"`;
    headers.set('etag', tag);
    if (matches(c.req.header('if-none-match'), tag)) {
      for (const name of ['content-type', 'content-length']) headers.delete(name);
      c.res = undefined; // Hono adds the headers of the former answer to the new one otherwise
      c.res = new Response(null, { status: 304, headers });
      return;
    }
  }
  const small = coding === undefined || body.byteLength < SMALLEST;
  const sent = small ? body : new Uint8Array(await compressors[coding](body));
  c.res = undefined;
  c.res = new Response(sent, { status: res.status, headers: small ? headers : encodedHeaders(headers, coding) });
};

type Coding = keyof typeof compressors;

/** The best coding that the client accepts; undefined for none. */
function codingOf(accepted: string | undefined): Coding | undefined {
  return (['br', 'gzip'] as const).find((coding) => acceptsCoding(accepted, coding));
}

function matches(header: string | undefined, tag: string): boolean {
  const opaque = (text: string) => text.trim().replace(/^W\//, '');
  return (
    header !== undefined && (header.trim() === '*' || header.split(',').some((each) => opaque(each) === opaque(tag)))
  );
}

function encodedHeaders(headers: Headers, coding: string): Headers {
  const encoded = new Headers(headers);
  encoded.set('content-encoding', coding);
  encoded.delete('content-length');
  return encoded;
}

function vary(headers: Headers): void {
  const named = headers.get('vary');
  if (named === null) headers.set('vary', 'Accept-Encoding, Cookie');
  else if (!/accept-encoding/i.test(named)) headers.set('vary', `${named}, Accept-Encoding`);
}
