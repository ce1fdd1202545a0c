// The CACM collection in its original files, as the published BM25 regression reads them: a document is its HTML without
// the tags, a query the whole text of its topic without the tags. The golden set of the lexical engine.

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
  for (const { 1: body = '', index } of text.matchAll(/<DOC>([\s\S]*?)<\/DOC>/g)) {
    const number = /<DOCNO>\s*(\S+)\s*<\/DOCNO>/.exec(body);
    const line = text.slice(0, index).split('\n').length;
    if (!number) throw parseFailed(options, line, 'a topic without <DOCNO>');
    if (topics.has(number[1]!)) throw parseFailed(options, line, `topic ${number[1]} comes twice`);
    topics.set(number[1]!, withoutTags(body.slice(number.index + number[0].length)).trim());
  }
  return topics;
}

/** Removes tags and nothing else: `a < b` and `S --> S'` stay. */
function withoutTags(html: string): string {
  return html.replace(/<\/?[a-zA-Z][^<>]*>/g, '');
}

/** The files are older than UTF-8; two of them hold control bytes. */
function latin1(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}
