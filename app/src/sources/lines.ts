// Lines of a text file, plain or gzip, as a stream of bounded memory: at most one chunk and one line of LINE_LIMIT
// bytes. jsonl.ts parses the lines.

import { isUtf8 } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';
import { EngineError, throwIfAborted } from '@quire/engine/core';
import { GzipReader, isGzip } from './gzip.ts';

export interface Line {
  /** From 1. */
  readonly number: number;
  /** undefined: the line cannot be read for the reason in `problem`. */
  readonly text?: string;
  readonly problem?: string;
}

/** The lines of one chunk without blank ones, and the position in the file. */
export interface LineBatch {
  readonly lines: readonly Line[];
  /** Number of the last line that has ended, blank ones counted. */
  readonly upTo: number;
  /** Bytes of the file read so far (compressed bytes if it is compressed). */
  readonly bytes: number;
  /** Bytes of text read so far. */
  readonly textBytes: number;
}

/** Maximum bytes of one line; the longest real row of 224,000 has 56 kB. */
const LINE_LIMIT = 8 * 1024 * 1024;
const CHUNK_BYTES = 1 << 18;

export interface ReadOptions {
  readonly signal?: AbortSignal;
}

/**
 * Streams the lines of `path`, one batch a chunk. gzip is recognised by its first bytes, several members in a row
 * included; what follows the last member is one last line with a problem. Throws NOT_FOUND, and PARSE_FAILED at the
 * place where a compressed file is damaged, after every line before it was given out.
 */
export async function* readLines(path: string, options: ReadOptions = {}): AsyncGenerator<LineBatch> {
  const { signal } = options;
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw unreadable(path, error);
  });
  const splitter = new LineSplitter();
  let text: Text | undefined;
  try {
    text = await textOf(file, path, signal);
    for await (const chunk of text.chunks) {
      throwIfAborted(signal);
      const lines = splitter.push(chunk);
      yield { lines, upTo: splitter.count, bytes: text.bytes(), textBytes: splitter.bytes };
    }
    const lines = splitter.end(text.trailing());
    yield { lines, upTo: splitter.count, bytes: text.bytes(), textBytes: splitter.bytes };
  } catch (error) {
    if (error instanceof EngineError) throw error;
    if (signal?.aborted) throw new EngineError('CANCELLED', `Reading ${path} was cancelled`, { cause: error });
    throw damaged(path, splitter.count, error);
  } finally {
    text?.close();
    await file.close();
  }
}

interface Text {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Bytes of the file read so far. */
  bytes(): number;
  /** Bytes after the compressed data, once all is read. */
  trailing(): number;
  close(): void;
}

async function textOf(file: FileHandle, path: string, signal: AbortSignal | undefined): Promise<Text> {
  if ((await file.stat()).isDirectory())
    throw new EngineError('INVALID_ARGUMENT', `${path} is not a file`, { hint: 'Give a file of JSON lines.' });
  const magic = Buffer.alloc(2);
  await file.read(magic, 0, 2, 0);
  const options = { start: 0, highWaterMark: CHUNK_BYTES, autoClose: false, ...(signal && { signal }) };
  const plain = file.createReadStream(options);
  const close = () => void plain.destroy();
  if (!isGzip(magic)) return { chunks: plain, bytes: () => plain.bytesRead, trailing: () => 0, close };
  const gzip = new GzipReader(plain);
  return { chunks: gzip.chunks(), bytes: () => gzip.consumed, trailing: () => gzip.trailing, close };
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** Divides chunks at line feeds; drops the content of lines that grow past the limit. */
class LineSplitter {
  count = 0;
  bytes = 0;
  #held: Uint8Array[] = [];
  #heldBytes = 0;

  push(chunk: Uint8Array): readonly Line[] {
    const lines: Line[] = [];
    let start = 0;
    this.bytes += chunk.length;
    for (;;) {
      if (this.#heldBytes === 0) {
        // Blank lines: a file may hold millions, and each costs about a nanosecond here.
        for (; chunk[start] === LINE_FEED; start++) this.count++;
        for (; chunk[start] === CARRIAGE_RETURN && chunk[start + 1] === LINE_FEED; start += 2) this.count++;
      }
      const end = chunk.indexOf(LINE_FEED, start);
      if (end < 0) break;
      this.#hold(chunk.subarray(start, end));
      this.#finish(lines);
      start = end + 1;
    }
    // A copy: streams may reuse the chunk's memory.
    if (start < chunk.length) this.#hold(Buffer.from(chunk.subarray(start)));
    return lines;
  }

  /** The last line, and one more that reports bytes which are not text. */
  end(trailingBytes: number): readonly Line[] {
    const lines: Line[] = [];
    if (this.#heldBytes > 0) this.#finish(lines);
    if (trailingBytes > 0) {
      this.count++;
      const problem = `the ${trailingBytes} bytes behind the compressed data are not gzip and were not read`;
      lines.push({ number: this.count, problem });
    }
    return lines;
  }

  #hold(bytes: Uint8Array): void {
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > LINE_LIMIT) this.#held = [];
    else this.#held.push(bytes);
  }

  #finish(lines: Line[]): void {
    this.count++;
    const line = this.#read();
    if (line !== undefined) lines.push({ number: this.count, ...line });
    this.#held = [];
    this.#heldBytes = 0;
  }

  #read(): Omit<Line, 'number'> | undefined {
    if (this.#heldBytes > LINE_LIMIT)
      return { problem: `the line has ${this.#heldBytes} bytes, at most ${LINE_LIMIT}` };
    const [only] = this.#held;
    const bytes = this.#held.length === 1 && only !== undefined ? only : Buffer.concat(this.#held);
    if (!isUtf8(bytes)) return { problem: 'the line is not valid UTF-8' };
    let text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
    if (this.count === 1 && text.startsWith('\ufeff')) text = text.slice(1);
    if (text.endsWith('\r')) text = text.slice(0, -1);
    return text.trim() === '' ? undefined : { text };
  }
}

function unreadable(path: string, error: NodeJS.ErrnoException): EngineError {
  if (error.code === 'ENOENT') {
    return new EngineError('NOT_FOUND', `There is no file ${path}`, { hint: 'Check the path.', cause: error });
  }
  return new EngineError('STORAGE_FAILED', `Cannot read ${path}: ${error.message}`, { cause: error });
}

function damaged(path: string, line: number, error: unknown): EngineError {
  const reason = error instanceof Error ? error.message : String(error);
  return new EngineError('PARSE_FAILED', `${path} cannot be read past line ${line}: ${reason}`, {
    hint: 'The file is cut off or damaged; the rows before that line were read. Get the file again.',
    cause: error,
  });
}
