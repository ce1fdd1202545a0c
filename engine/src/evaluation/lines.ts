// Lines of text files with any line ends, numbered for error messages. Parsers read a string or any iterable of lines.
// `decodeLines` turns byte chunks (a file, a download, a decompressor) into lines without holding all of them.

import { EngineError } from '../core/errors.ts';

/** A whole text, or its lines without their ends. */
export type Text = string | Iterable<string>;

export interface ParseOptions {
  /** For messages: a file name. Default "the input". */
  readonly source?: string;
}

/** The longest line that is accepted, so that a binary file without line ends cannot fill the memory. */
const MAX_LINE_UNITS = 1 << 26;

/** Lines with their numbers from 1; blank ones are left out. */
export function* numberedLines(text: Text): Generator<{ readonly line: string; readonly number: number }> {
  let number = 0;
  for (const raw of typeof text === 'string' ? split(text) : text) {
    number++;
    const line = number === 1 ? raw.replace(/^\ufeff/, '') : raw;
    if (line.trim() !== '') yield { line: line.endsWith('\r') ? line.slice(0, -1) : line, number };
  }
}

/** UTF-8 chunks → lines. Throws PARSE_FAILED for bytes that are not UTF-8 and for a line over 64 Mi characters. */
export async function* decodeLines(
  chunks: AsyncIterable<Uint8Array>,
  options: ParseOptions = {},
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest: string[] = []; // pieces of the current line, joined once
  let units = 0; // length of `rest` in UTF-16 units
  let number = 0;
  const decode = (chunk?: Uint8Array) => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch (cause) {
      throw parseFailed(options, number + 1, 'bytes that are not UTF-8', { cause });
    }
  };
  for await (const chunk of chunks) {
    const lines = decode(chunk).split('\n');
    const last = lines.pop()!;
    for (const line of lines) {
      number++;
      yield rest.join('') + line;
      rest = [];
      units = 0;
    }
    rest.push(last);
    units += last.length;
    if (units > MAX_LINE_UNITS) throw parseFailed(options, number + 1, `a line over ${MAX_LINE_UNITS} characters`);
  }
  const end = rest.join('') + decode();
  if (end !== '') yield end;
}

/** PARSE_FAILED naming the file and the line. */
export function parseFailed(
  options: ParseOptions,
  number: number,
  reason: string,
  more: { readonly hint?: string; readonly cause?: unknown } = {},
): EngineError {
  return new EngineError('PARSE_FAILED', `${options.source ?? 'the input'}, line ${number}: ${reason}`, more);
}

function* split(text: string): Generator<string> {
  let start = 0;
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
    yield text.slice(start, end);
    start = end + 1;
  }
  if (start < text.length) yield text.slice(start);
}
