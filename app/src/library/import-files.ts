// Files into the store: batch by batch, each durable together with how far its file has come, so that an import that
// was stopped goes on where it stopped and one that had ended does nothing. A file that cannot be read to its end is told
// and costs the files after it nothing. The index follows by itself (indexer.ts).

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { EngineError, type ErrorCode, throwIfAborted } from '@quire/engine/core';
import { type RejectedRow, type Row, readRows, sourceOf } from '../sources/index.ts';
import type { FileProgress, Store } from '../store/index.ts';

export interface ImportOptions {
  /** What the rows' source is called. Default: the file's name without endings. */
  readonly source?: string;
  /** Read files again that have been read to the end before. Default false. */
  readonly again?: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ImportEvent) => void;
}

export type ImportEvent =
  /** Everything up to `line` is in the store for good. */
  | ({ readonly kind: 'progress'; readonly bytes: number; readonly totalBytes: number } & FileReport)
  | { readonly kind: 'rejected'; readonly file: string; readonly line: number; readonly reason: string }
  /** A file that was read before, and so is left out. */
  | { readonly kind: 'known'; readonly file: string; readonly lines: number }
  | ({ readonly kind: 'file' } & FileReport)
  /** A file that cannot be read to its end; what came before is in the store. */
  | ({ readonly kind: 'unreadable' } & FailedFile);

/** What became of one file's rows. */
export interface FileReport {
  readonly file: string;
  readonly line: number;
  readonly added: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly rejected: number;
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
  /** All that were given, failed ones too. */
  readonly files: number;
  readonly failed: readonly FailedFile[];
  readonly added: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly rejected: number;
  /** Works that are new, different or gone. */
  readonly works: number;
}

/** Rows in one transaction: what a kill can cost, and what a reader may have to wait for. */
const BATCH_ROWS = 1_000;

/**
 * Imports files one after another. A file that cannot be read is reported and the next one begun; what keeping rows
 * throws ends the import, and all batches before stay.
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

class FileImport {
  private readonly store: Store;
  private readonly path: string;
  private readonly source: string;
  private readonly options: ImportOptions;
  private readonly counts = { added: 0, updated: 0, unchanged: 0, rejected: 0, works: 0 };
  private pending: Row[] = [];
  private line = 0;
  private bytes = 0;
  private failure: FailedFile | undefined;

  constructor(store: Store, path: string, options: ImportOptions) {
    this.store = store;
    this.path = path;
    this.source = options.source ?? sourceOf(path);
    this.options = options;
  }

  async run(): Promise<typeof this.counts & { readonly failure?: FailedFile }> {
    const found = await this.identify();
    if (found === undefined) return this.done();
    const { totalBytes, file } = found;
    const before = this.options.again === true ? undefined : this.store.progress(file, this.source);
    if (before?.finished === true) {
      this.options.onEvent?.({ kind: 'known', file: this.path, lines: before.lines });
      return this.counts;
    }
    this.line = before?.lines ?? 0;
    const rejectedBefore = before?.rejected ?? 0;
    const state = (finished: boolean): FileProgress => ({
      file,
      source: this.source,
      path: this.path,
      lines: this.line,
      rejected: rejectedBefore + this.counts.rejected,
      finished,
    });
    for await (const rows of this.batches()) {
      for (const row of rows) {
        this.take(row);
        if (this.pending.length >= BATCH_ROWS) await this.flush(state(false), totalBytes);
      }
    }
    await this.flush(state(this.failure === undefined), totalBytes);
    return this.done();
  }

  private done(): typeof this.counts & { readonly failure?: FailedFile } {
    if (this.failure === undefined) {
      this.options.onEvent?.({ kind: 'file', ...this.report() });
      return this.counts;
    }
    this.options.onEvent?.({ kind: 'unreadable', ...this.failure });
    return { ...this.counts, failure: this.failure };
  }

  private async identify(): Promise<{ readonly totalBytes: number; readonly file: string } | undefined> {
    try {
      return { totalBytes: await sizeOf(this.path), file: await hashOf(this.path, this.options.signal) };
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  /** Ends early where the file cannot be read on. */
  private async *batches(): AsyncGenerator<readonly (Row | RejectedRow)[]> {
    const onBytes = (bytes: number) => {
      this.bytes = bytes;
    };
    const { signal } = this.options;
    try {
      yield* readRows(this.path, { source: this.source, afterLine: this.line, onBytes, ...(signal && { signal }) });
    } catch (error) {
      this.fail(error);
    }
  }

  /** Keeps what is wrong with the file. A stop, or a defect of ours, is no trouble of the file. */
  private fail(error: unknown): void {
    if (!(error instanceof EngineError) || error.code === 'CANCELLED') throw error;
    const { code, message, hint } = error;
    this.failure = { file: this.path, line: this.line, code, message, ...(hint !== undefined && { hint }) };
  }

  private take(row: Row | RejectedRow): void {
    this.line = row.line;
    if ('record' in row) {
      this.pending.push(row);
      return;
    }
    this.counts.rejected++;
    this.options.onEvent?.({ kind: 'rejected', file: this.path, line: row.line, reason: row.reason });
  }

  private async flush(progress: FileProgress, totalBytes: number): Promise<void> {
    throwIfAborted(this.options.signal);
    const batch = this.store.importRows(this.pending, progress);
    this.pending = [];
    for (const name of ['added', 'updated', 'unchanged', 'works'] as const) this.counts[name] += batch[name];
    this.options.onEvent?.({ kind: 'progress', bytes: this.bytes, totalBytes, ...this.report() });
    await new Promise((resolve) => setImmediate(resolve)); // let signals and readers in
  }

  private report(): FileReport {
    const { added, updated, unchanged, rejected } = this.counts;
    return { file: this.path, line: this.line, added, updated, unchanged, rejected };
  }
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new EngineError('NOT_FOUND', `There is no file ${path}`, { hint: 'Check the path.' });
  if (!found.isFile())
    throw new EngineError('INVALID_ARGUMENT', `${path} is not a file`, { hint: 'Give a file of JSON lines.' });
  return found.size;
}

/** What a file is known by: a moved or renamed file is still the same one. */
async function hashOf(path: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      throwIfAborted(signal);
      hash.update(chunk as Buffer);
    }
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError('STORAGE_FAILED', `Cannot read ${path}: ${reason}`, {
      hint: 'Check the permissions of the file.',
      cause,
    });
  }
  return hash.digest('hex');
}
