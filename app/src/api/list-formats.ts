// Every list of papers, and every paper, as Atom, JSON Feed, Markdown, BibTeX, RIS, CSL-JSON, CSV and JSON lines: by the
// extension of its address, and by the Accept header at the address of its page.

import { createHash } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import {
  acceptedFormat,
  FORMATS,
  type Format,
  type ListFacts,
  paperMarkdown,
  withoutExtension,
} from '../formats/index.ts';
import { REQUEST } from '../output/bounds.ts';
import { cutAt, jsonOf } from '../output/characters.ts';
import type { Work } from '../papers/index.ts';
import type { OpenedList, PaperList, Services } from '../services/index.ts';
import { listAt } from './list-address.ts';
import { problem } from './problem.ts';

export interface FormatOptions {
  /** Default "Daily Papers". */
  readonly siteTitle?: string;
  /** The address of the site through a proxy, for addresses and identifiers in answers. */
  readonly publicUrl?: string;
}

const SITE_TITLE = 'Daily Papers';
/** Entries of a feed: by default, and at most. */
const FEED = { standard: 50, most: 100 } as const;
const SIMILAR = 8;

/** Answers formats; everything else goes on to the pages, with the addresses of the formats in a Link header. */
export function listFormats(services: Services, options: FormatOptions = {}): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') return next();
    const { pathname, searchParams } = new URL(c.req.url);
    const ended = withoutExtension(pathname, FORMATS);
    const list = listAt(ended?.path ?? pathname, searchParams);
    if (list === undefined) return next();
    if (ended !== undefined) return (await answer(c, services, options, list, ended.format)) ?? next();
    const wanted = acceptedFormat(c.req.header('accept'), FORMATS);
    if (wanted.kind === 'none') return notAcceptable(c);
    if (wanted.kind === 'format')
      return vary((await answer(c, services, options, list, wanted.format)) ?? (await pass(c, next)));
    await next();
    announce(c);
    return undefined;
  };
}

async function pass(c: Context, next: () => Promise<void>): Promise<Response> {
  await next();
  return c.res;
}

function vary(response: Response): Response {
  response.headers.append('vary', 'Accept');
  return response;
}

function notAcceptable(c: Context): Response {
  const types = ['text/html', ...FORMATS.map(({ mediaTypes }) => mediaTypes[0])].join(', ');
  const message = `Nothing here has a type of "${cutAt(c.req.header('accept') ?? '', 200)}"`;
  return vary(problem(c, 406, 'INVALID_ARGUMENT', message, `Accept one of ${types}.`));
}

/** Tells programs that read the page where its other forms are (RFC 8288). */
function announce(c: Context): void {
  c.res.headers.append('vary', 'Accept');
  if (c.res.status !== 200 || !c.res.headers.get('content-type')?.startsWith('text/html')) return;
  const { pathname, search } = new URL(c.req.url);
  const shown = FORMATS.filter(({ name }) => ['atom', 'json-feed', 'markdown'].includes(name));
  const links = shown.map(
    ({ extension, mediaTypes: [type] }) => `<${pathname}${extension}${search}>; rel="alternate"; type="${type}"`,
  );
  c.res.headers.append('link', [...links, '</llms.txt>; rel="describedby"; type="text/plain"'].join(', '));
}

/** undefined where there is no such list or paper: the pages say so. */
async function answer(
  c: Context,
  services: Services,
  options: FormatOptions,
  list: PaperList,
  format: Format,
): Promise<Response | undefined> {
  const part = partOf(c, format);
  if ('wrong' in part) return problem(c, 400, 'INVALID_ARGUMENT', part.wrong);
  const opened = await services.openList(list, { ...part, signal: c.req.raw.signal });
  if (opened === undefined) return undefined;
  const facts = factsOf(c, opened, part, options, list);
  if (list.kind === 'paper' && format.name === 'json-feed') return send(c, 'application/json', await paperJson(opened));
  if (list.kind === 'paper' && format.name === 'markdown')
    return send(c, format.contentType, await paperText(services, opened, facts));
  if (format.kind === 'data')
    c.header('content-disposition', `inline; filename="${fileName(list)}${format.extension}"`);
  const chunks = format.write(opened.works, facts);
  if (format.kind === 'feed' || list.kind === 'paper') return send(c, format.contentType, await whole(chunks));
  c.header('content-type', format.contentType);
  return c.body(streamOf(chunks));
}

async function paperJson({ works }: OpenedList): Promise<string> {
  for await (const work of works) return `${jsonOf(work)}\n`;
  return 'null\n';
}

async function paperText(services: Services, { works }: OpenedList, facts: ListFacts): Promise<string> {
  for await (const work of works) return paperMarkdown(work, facts, await near(services, work));
  return '';
}

/** While the index is being made, a paper has no neighbours. */
async function near(services: Services, { key }: Work): Promise<readonly Work[]> {
  const found = await services.similar(key, { limit: SIMILAR }).catch(() => undefined);
  return found?.hits.map(({ work }) => work) ?? [];
}

/** A whole text with its tag; 304 for a client that has it. */
function send(c: Context, type: string, text: string): Response {
  const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
  c.header('etag', tag);
  c.header('cache-control', 'no-cache');
  if ((c.req.header('if-none-match') ?? '').split(/\s*,\s*/).some((each) => each.replace(/^W\//, '') === tag))
    return c.body(null, 304);
  c.header('content-type', type);
  return c.body(text);
}

async function whole(chunks: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += chunk;
  return text;
}

/** Chunks as the client reads them: a slow client slows the reading of the store and fills no memory. */
function streamOf(chunks: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
}

interface Part {
  readonly offset: number;
  readonly limit?: number;
}

function partOf(c: Context, { kind }: Format): Part | { readonly wrong: string } {
  const [offset = '0', limit] = [c.req.query('offset'), c.req.query('limit')];
  const most = kind === 'feed' ? FEED.most : REQUEST.offset;
  const isWithin = (text: string, min: number, max: number) =>
    /^\d{1,15}$/.test(text) && Number(text) >= min && Number(text) <= max;
  if (!isWithin(offset, 0, REQUEST.offset))
    return { wrong: `offset is not a whole number from 0 to ${REQUEST.offset}` };
  if (limit !== undefined && !isWithin(limit, 1, most))
    return { wrong: `limit is not a whole number from 1 to ${most}` };
  const asked = limit === undefined ? (kind === 'feed' ? FEED.standard : undefined) : Number(limit);
  return { offset: Number(offset), ...(asked !== undefined && { limit: asked }) };
}

function factsOf(c: Context, opened: OpenedList, part: Part, options: FormatOptions, list: PaperList): ListFacts {
  const here = new URL(c.req.url);
  const site = options.publicUrl === undefined ? here.origin : options.publicUrl.replace(/\/+$/, '');
  const after = part.offset + (part.limit ?? Number.POSITIVE_INFINITY);
  return {
    title: opened.title,
    siteTitle: options.siteTitle ?? SITE_TITLE,
    site,
    page: opened.page,
    self: here.pathname + here.search,
    ...(after < (opened.total ?? 0) && after <= REQUEST.offset && { next: withOffset(here, after) }),
    // Identifiers outlast a port and the choice between 127.0.0.1 and localhost.
    authority: options.publicUrl === undefined ? 'localhost' : new URL(options.publicUrl).hostname,
    ...(opened.total !== undefined && { total: opened.total }),
    offset: part.offset,
    ...(list.kind === 'search' && { query: list.query }),
  };
}

function withOffset(here: URL, offset: number): string {
  const query = new URLSearchParams(here.searchParams);
  query.set('offset', String(offset));
  return `${here.pathname}?${query}`;
}

/** A name without characters that a header or a file system reads otherwise. */
function fileName(list: PaperList): string {
  const { kind, ...about } = list;
  const name = [kind, ...Object.values(about)]
    .join('-')
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9.]+/g, '-');
  return cutAt(name.replace(/^[-.]+|[-.…]+$/g, ''), 60).replace('…', '');
}
