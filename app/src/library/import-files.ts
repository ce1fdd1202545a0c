// Files into the store, batch by batch. Each batch is durable together with the position in its file, so that a stopped
// import resumes there and a finished one does nothing. A file that cannot be read to its end is reported and does not
// affect the files after it. Indexing is separate (indexer.ts).

import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { EngineError, type ErrorCode, throwIfAborted } from '@quire/engine/core';
import { sourceName } from '../papers/index.ts';
import { type RejectedRow, type Row, type RowBatch, readRows, sourceOf } from '../sources/index.ts';
import type { FileProgress, Store } from '../store/index.ts';

export interface ImportOptions {
  /** Name of the rows' source. Default: the file's name without endings. */
  readonly source?: string;
  /** Read files again that have been read to the end before. Default false. */
  readonly again?: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ImportEvent) => void;
  /** Milliseconds since 1970-01-01, for the rule about dates in the future. Default Date.now. */
  readonly now?: () => number;
}

export type ImportEvent =
  /** Everything up to `line` is in the store and durable. */
  | ({ readonly kind: 'progress'; readonly bytes: number; readonly totalBytes: number } & FileReport)
  | { readonly kind: 'rejected'; readonly file: string; readonly line: number; readonly reason: string }
  /** A file that was read before and is left out. */
  | { readonly kind: 'known'; readonly file: string; readonly lines: number }
  | ({ readonly kind: 'file' } & FileReport)
  /** A file that cannot be read to its end; the rows before are in the store. */
  | ({ readonly kind: 'unreadable' } & FailedFile);

/** The results of one file's rows in this import. */
export interface FileReport {
  readonly file: string;
  readonly line: number;
  readonly added: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly rejected: number;
  /** Works that are new, different or gone. */
  readonly works: number;
}

/** A file that could not be read to its end, and why. */
export interface FailedFile {
  readonly file: string;
  /** The last line that was read; 0 when none could be. */
  readonly line: number;
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
}

export interface ImportReport {
  /** All given files, failed ones too. */
  readonly files: number;
  readonly failed: readonly FailedFile[];
  readonly added: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly rejected: number;
  /** Works that are new, different or gone. */
  readonly works: number;
}

/** Rows in one transaction: the most that a kill can lose, and that a reader may wait for. */
const BATCH_ROWS = 1_000;
/** Text after which a transaction is always made: it bounds the memory, and shows progress in a file of blank lines. */
const BATCH_BYTES = 8 * 1024 * 1024;

/** Those of `paths` that are not readable files, with the reason. Reads no content. */
export async function findUnreadable(paths: readonly string[]): Promise<readonly FailedFile[]> {
  const failed: FailedFile[] = [];
  for (const path of paths) {
    try {
      await sizeOf(path);
      await access(path, constants.R_OK).catch((cause: unknown) => {
        throw cannotRead(path, cause);
      });
    } catch (error) {
      failed.push(failureOf(path, 0, error));
    }
  }
  return failed;
}

/**
 * Imports files one after another. A file that cannot be read is reported, and the next one begins. An error of the
 * store ends the import; all batches before it stay.
 */
export async function importFiles(
  store: Store,
  paths: readonly string[],
  options: ImportOptions = {},
): Promise<ImportReport> {
  const total = { files: 0, added: 0, updated: 0, unchanged: 0, rejected: 0, works: 0 };
  const failed: FailedFile[] = [];
  for (const path of paths) {
    const { failure, ...done } = await new FileImport(store, path, options).run();
    total.files++;
    if (failure !== undefined) failed.push(failure);
    for (const name of ['added', 'updated', 'unchanged', 'rejected', 'works'] as const) total[name] += done[name];
  }
  return { ...total, failed };
}

interface FileCounts {
  added: number;
  updated: number;
  unchanged: number;
  rejected: number;
  works: number;
}

type FileResult = Readonly<FileCounts> & { readonly failure?: FailedFile };

class FileImport {
  readonly #store: Store;
  readonly #path: string;
  readonly #source: string;
  readonly #options: ImportOptions;
  readonly #counts: FileCounts = { added: 0, updated: 0, unchanged: 0, rejected: 0, works: 0 };
  #pending: Row[] = [];
  #line = 0;
  #bytes = 0;
  #failure: FailedFile | undefined;

  constructor(store: Store, path: string, options: ImportOptions) {
    this.#store = store;
    this.#path = path;
    this.#source = sourceName(options.source ?? sourceOf(path));
    this.#options = options;
  }

  async run(): Promise<FileResult> {
    const found = await this.#identify();
    if (found === undefined) return this.#done();
    const before = this.#options.again === true ? undefined : await this.#store.progress(found.file, this.#source);
    if (before?.finished === true) {
      this.#options.onEvent?.({ kind: 'known', file: this.#path, lines: before.lines });
      return this.#counts;
    }
    this.#line = before?.lines ?? 0;
    await this.#read(found, before?.rejected ?? 0);
    return this.#done();
  }

  async #read({ file, totalBytes }: Identified, rejectedBefore: number): Promise<void> {
    const keep = (finished: boolean) => {
      const rejected = rejectedBefore + this.#counts.rejected;
      const progress = { file, source: this.#source, path: this.#path, lines: this.#line, rejected, finished };
      return this.#flush(progress, totalBytes);
    };
    let kept = 0; // bytes of text that the last transaction contains
    for await (const { rows, upTo, bytes, textBytes } of this.#batches()) {
      this.#bytes = bytes;
      for (const row of rows) {
        this.#take(row);
        if (this.#pending.length >= BATCH_ROWS) await keep(false);
      }
      this.#line = Math.max(this.#line, upTo);
      if (textBytes - kept < BATCH_BYTES) continue;
      await keep(false);
      kept = textBytes;
    }
    await keep(this.#failure === undefined);
  }

  #done(): FileResult {
    if (this.#failure === undefined) {
      this.#options.onEvent?.({ kind: 'file', ...this.#report() });
      return this.#counts;
    }
    this.#options.onEvent?.({ kind: 'unreadable', ...this.#failure });
    return { ...this.#counts, failure: this.#failure };
  }

  async #identify(): Promise<Identified | undefined> {
    try {
      return { totalBytes: await sizeOf(this.#path), file: await hashOf(this.#path, this.#options.signal) };
    } catch (error) {
      this.#failure = failureOf(this.#path, this.#line, error);
      return undefined;
    }
  }

  /** Ends early if the file cannot be read further. */
  async *#batches(): AsyncGenerator<RowBatch> {
    const { signal, now } = this.#options;
    const options = { source: this.#source, afterLine: this.#line, ...(signal && { signal }), ...(now && { now }) };
    try {
      yield* readRows(this.#path, options);
    } catch (error) {
      this.#failure = failureOf(this.#path, this.#line, error);
    }
  }

  #take(row: Row | RejectedRow): void {
    this.#line = row.line;
    if ('record' in row) {
      this.#pending.push(row);
      return;
    }
    this.#counts.rejected++;
    this.#options.onEvent?.({ kind: 'rejected', file: this.#path, line: row.line, reason: row.reason });
  }

  async #flush(progress: FileProgress, totalBytes: number): Promise<void> {
    throwIfAborted(this.#options.signal);
    const batch = await this.#store.importRows(this.#pending, progress);
    this.#pending = [];
    for (const name of ['added', 'updated', 'unchanged', 'works'] as const) this.#counts[name] += batch[name];
    this.#options.onEvent?.({ kind: 'progress', bytes: this.#bytes, totalBytes, ...this.#report() });
    await new Promise((resolve) => setImmediate(resolve)); // let signals and readers in
  }

  #report(): FileReport {
    return { file: this.#path, line: this.#line, ...this.#counts };
  }
}

interface Identified {
  /** SHA-256 of the bytes. */
  readonly file: string;
  readonly totalBytes: number;
}

/** The reason why a file cannot be read, as a value. A stop, or a defect of the program, is not a fault of the file. */
function failureOf(file: string, line: number, error: unknown): FailedFile {
  if (!(error instanceof EngineError) || error.code === 'CANCELLED') throw error;
  const { code, message, hint } = error;
  return { file, line, code, message, ...(hint !== undefined && { hint }) };
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new EngineError('NOT_FOUND', `There is no file ${path}`, { hint: 'Check the path.' });
  if (!found.isFile())
    throw new EngineError('INVALID_ARGUMENT', `${path} is not a file`, { hint: 'Give a file of JSON lines.' });
  return found.size;
}

/** The identity of a file is its content: a moved or renamed file is the same file. */
async function hashOf(path: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      throwIfAborted(signal);
      hash.update(chunk as Buffer); // no encoding is set: chunks are buffers
    }
  } catch (cause) {
    throw cause instanceof EngineError ? cause : cannotRead(path, cause);
  }
  return hash.digest('hex');
}

function cannotRead(path: string, cause: unknown): EngineError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new EngineError('STORAGE_FAILED', `Cannot read ${path}: ${reason}`, {
    hint: 'Check the permissions of the file.',
    cause,
  });
}
