// Taking papers in: files into the store and the store into the index, beside each other, on threads of their own where
// there are any, so that a server goes on answering. One import at a time; the next waits.

import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError, throwIfAborted } from '@quire/engine/core';
import { type Calls, localCalls } from './calls.ts';
import type { ImportEvent, ImportReport } from './import-files.ts';
import { canUseThreads, threadCalls } from './thread-calls.ts';

export type IngestEvent =
  | ImportEvent
  /** Search finds everything up to change `done`; `total` is the last one. */
  | { readonly kind: 'indexed'; readonly done: number; readonly total: number };

export interface IngestOptions {
  readonly source?: string;
  readonly again?: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: IngestEvent) => void;
}

export interface FollowOptions extends Pick<IngestOptions, 'onEvent' | 'signal'> {
  /** Join all segments at the end. */
  readonly compact?: boolean;
}

export interface Ingest {
  /** Resolves when the papers are in the store and found by search. */
  importFiles(paths: readonly string[], options?: IngestOptions): Promise<ImportReport>;
  /** Brings the index up to the store. */
  catchUp(options?: FollowOptions): Promise<void>;
  /** The index takes in something at this moment. */
  readonly busy: boolean;
  close(): Promise<void>;
}

/** `onCommit` is called after every commit of the index with the last change that it contains. */
export function createIngest(folder: string, onCommit: (change: number) => Promise<void> = async () => {}): Ingest {
  const start = canUseThreads() ? threadCalls : localCalls;
  return new TwoStageIngest(() => start(folder), onCommit);
}

/** An import of so many works ends with one segment: joining them takes 18 s for 212,000. */
const COMPACT_WORKS = 10_000;
/** While files are read, the index follows at least so often. */
const FOLLOW_MS = 1_000;

class TwoStageIngest implements Ingest {
  busy = false;
  private readonly start: () => Calls;
  /** Started when first needed: a command that only searches has no threads. */
  private reading: Calls | undefined;
  private indexing: Calls | undefined;
  private readonly onCommit: (change: number) => Promise<void>;
  private turn: Promise<unknown> = Promise.resolve();
  private following: Promise<void> = Promise.resolve();
  private isClosed = false;

  constructor(start: () => Calls, onCommit: (change: number) => Promise<void>) {
    this.start = start;
    this.onCommit = onCommit;
  }

  importFiles(paths: readonly string[], options: IngestOptions = {}): Promise<ImportReport> {
    const result = this.turn.then(() => this.importNow(paths, options));
    this.turn = result.catch(() => undefined);
    return result;
  }

  catchUp(options: FollowOptions = {}): Promise<void> {
    const result = this.following.then(() => this.catchUpNow(options));
    this.following = result.catch(() => undefined);
    return result;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.turn;
    await this.following;
    await Promise.all([this.reading?.close(), this.indexing?.close()]);
  }

  private async importNow(paths: readonly string[], options: IngestOptions): Promise<ImportReport> {
    if (this.isClosed) throw new EngineError('CLOSED', 'The library was closed');
    const read = new AbortController();
    const follow = async () => {
      while (!read.signal.aborted) {
        await sleep(FOLLOW_MS, undefined, { signal: read.signal }).catch(() => undefined);
        if (!read.signal.aborted) await this.catchUp(options);
      }
    };
    // A failing index must not lose papers: reading goes on, and the error comes again at the end.
    const followed = follow().catch(() => undefined);
    this.reading ??= this.start();
    const { signal, onEvent } = options;
    let compact = false;
    let report: ImportReport;
    try {
      report = await this.reading.importFiles(paths, options);
      compact = report.works >= COMPACT_WORKS;
    } finally {
      read.abort();
      await followed;
      if (signal?.aborted !== true)
        await this.catchUp({ ...(signal && { signal }), ...(onEvent && { onEvent }), compact });
    }
    throwIfAborted(signal); // stopped after the last row: not done until search finds them
    return report;
  }

  private async catchUpNow(options: FollowOptions): Promise<void> {
    this.busy = true;
    const refreshes: Promise<void>[] = [];
    try {
      this.indexing ??= this.start();
      await this.indexing.index({
        ...(options.signal && { signal: options.signal }),
        ...(options.compact && { compact: true }),
        onEvent: (event) => {
          refreshes.push(this.onCommit(event.done));
          options.onEvent?.(event);
        },
      });
    } finally {
      await Promise.allSettled(refreshes);
      this.busy = false;
    }
  }
}
