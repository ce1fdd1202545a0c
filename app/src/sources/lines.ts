// Lines of a text file, plain or gzip, as a stream of bounded memory: whatever the file holds, no more than one chunk
// and one line of LINE_LIMIT bytes are in memory. What the lines mean is jsonl.ts.

import { isUtf8 } from 'node:buffer';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { EngineError } from '@quire/engine/core';

export interface Line {
  /** From 1. */
  readonly number: number;
  /** undefined: the line cannot be read, `problem` says why. */
  readonly text?: string;
  readonly problem?: string;
}

/** Bytes of one line; the longest real row of 224,000 has 22 kB. */
export const LINE_LIMIT = 8 * 1024 * 1024;

export interface ReadOptions {
  readonly signal?: AbortSignal;
  /** Called with the bytes of the file read so far (compressed ones where it is compressed). */
  readonly onBytes?: (bytes: number) => void;
}

/**
 * Streams the lines of `path` in batches, one batch a chunk; empty lines are counted and left out. gzip is recognised by
 * its first bytes, several members in a row included. Throws NOT_FOUND, and PARSE_FAILED at the place where a
 * compressed file is damaged, after every line before it was given out.
 */
export async function* readLines(path: string, options: ReadOptions = {}): AsyncGenerator<readonly Line[]> {
  const splitter = new LineSplitter();
  try {
    for await (const chunk of chunks(path, options)) {
      const lines = splitter.push(chunk);
      if (lines.length > 0) yield lines;
    }
  } catch (error) {
    if (error instanceof EngineError) throw error;
    if (options.signal?.aborted) throw new EngineError('CANCELLED', `Reading ${path} was cancelled`, { cause: error });
    throw damaged(path, splitter.count, error);
  }
  const rest = splitter.end();
  if (rest.length > 0) yield rest;
}

async function* chunks(path: string, { signal, onBytes }: ReadOptions): AsyncGenerator<Buffer> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw unreadable(path, error);
  });
  try {
    if ((await file.stat()).isDirectory())
      throw new EngineError('INVALID_ARGUMENT', `${path} is not a file`, { hint: 'Give a file of JSON lines.' });
    const magic = Buffer.alloc(2);
    await file.read(magic, 0, 2, 0);
    const bytes = file.createReadStream({
      start: 0,
      highWaterMark: 1 << 18,
      autoClose: false,
      ...(signal && { signal }),
    });
    const gzip = magic[0] === 0x1f && magic[1] === 0x8b;
    const gunzip = gzip ? createGunzip({ chunkSize: 1 << 18 }) : undefined;
    if (gunzip !== undefined) {
      bytes.on('error', (error) => gunzip.destroy(error));
      bytes.pipe(gunzip);
    }
    for await (const chunk of gunzip ?? bytes) {
      onBytes?.(bytes.bytesRead);
      yield chunk as Buffer;
    }
  } finally {
    await file.close();
  }
}

/** Cuts chunks at line feeds; forgets the content of lines that grow past the limit. */
class LineSplitter {
  count = 0;
  private held: Buffer[] = [];
  private heldBytes = 0;

  push(chunk: Buffer): readonly Line[] {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      this.hold(chunk.subarray(start, end));
      this.finish(lines);
      start = end + 1;
    }
    // A copy: streams may use the chunk's memory again.
    if (start < chunk.length) this.hold(Buffer.from(chunk.subarray(start)));
    return lines;
  }

  end(): readonly Line[] {
    const lines: Line[] = [];
    if (this.heldBytes > 0) this.finish(lines);
    return lines;
  }

  private hold(bytes: Buffer): void {
    this.heldBytes += bytes.length;
    if (this.heldBytes > LINE_LIMIT) this.held = [];
    else this.held.push(bytes);
  }

  private finish(lines: Line[]): void {
    this.count++;
    const line = this.read();
    if (line !== undefined) lines.push({ number: this.count, ...line });
    this.held = [];
    this.heldBytes = 0;
  }

  private read(): Omit<Line, 'number'> | undefined {
    if (this.heldBytes > LINE_LIMIT) return { problem: `the line has ${this.heldBytes} bytes, at most ${LINE_LIMIT}` };
    const bytes = this.held.length === 1 ? (this.held[0] ?? Buffer.alloc(0)) : Buffer.concat(this.held);
    if (!isUtf8(bytes)) return { problem: 'the line is not valid UTF-8' };
    let text = bytes.toString('utf8');
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
