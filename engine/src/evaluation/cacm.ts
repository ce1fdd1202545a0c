// The CACM collection in its original files, read as the published BM25 regression reads them: a document is its HTML
// without the tags, a query the whole text of its topic without the tags. It is the golden set of the lexical engine.

import { shown } from '../core/check.ts';
import { type ParseOptions, parseFailed } from './lines.ts';
import { readTar } from './tar.ts';

export interface PlainDocument {
  readonly id: string;
  readonly text: string;
}

/** cacm.tar, decompressed → documents by id (the file name without ".html"), in the order of the archive. */
export function* readCacm(archive: Uint8Array, source = 'cacm.tar'): Generator<PlainDocument> {
  for (const { name, bytes } of readTar(archive, source)) {
    const file = /([^/]+)\.html$/.exec(name);
    if (file) yield { id: file[1]!, text: withoutTags(latin1(bytes)) };
  }
}

/** Topics: `<DOC> <DOCNO> n </DOCNO> text </DOC>` … → id → text. Throws PARSE_FAILED for a topic without a number. */
export function parseCacmTopics(text: string, options: ParseOptions = {}): ReadonlyMap<string, string> {
  const topics = new Map<string, string>();
  for (let at = 0, line = 1; ; ) {
    const topic = between(text, '<DOC>', '</DOC>', at);
    if (topic === undefined) return topics;
    line += countLines(text, at, topic.start);
    const number = between(topic.body, '<DOCNO>', '</DOCNO>', 0);
    const id = number?.body.trim() ?? '';
    if (number === undefined || id === '') throw parseFailed(options, line, 'a topic without <DOCNO>');
    if (topics.has(id)) throw parseFailed(options, line, `topic ${shown(id)} comes twice`);
    topics.set(id, withoutTags(topic.body.slice(number.end)).trim());
    line += countLines(text, topic.start, topic.end);
    at = topic.end;
  }
}

/**
 * The text between the next pair of marks, and the range of the whole. Searches for strings only: linear on any input.
 */
function between(text: string, open: string, close: string, from: number) {
  const start = text.indexOf(open, from);
  const end = start < 0 ? -1 : text.indexOf(close, start + open.length);
  return end < 0 ? undefined : { start, end: end + close.length, body: text.slice(start + open.length, end) };
}

function countLines(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}

/** Removes tags and nothing else: `a < b` and `S --> S'` stay. */
function withoutTags(html: string): string {
  return html.replace(/<\/?[a-zA-Z][^<>]*>/g, '');
}

/** The files are older than UTF-8; two of them hold control bytes. */
function latin1(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}
