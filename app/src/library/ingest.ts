// Taking papers in: files into the store and the store into the index, at the same time, on two threads where Node runs
// built files, so that a server goes on answering. One import at a time; the next waits.

import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError, throwIfAborted } from '@quire/engine/core';
import type { Place } from '../store/index.ts';
import { type Calls, localCalls } from './calls.ts';
import type { ImportEvent, ImportReport } from './import-files.ts';
import type { IndexEvent } from './indexer.ts';
import type { EncodedEvent } from './reencode.ts';
import { threadCalls } from './thread-calls.ts';
import { canUseThreads } from './threads.ts';

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

export interface ReencodeOptions {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: EncodedEvent) => void;
}

export interface IngestReport extends ImportReport {
  /** Search finds the papers. false: another process writes the index; it, a server or the next command adds them. */
  readonly indexed: boolean;
}

export interface Ingest {
  /** Resolves when the papers are in the store and, unless another process keeps the index locked, found by search. */
  importFiles(paths: readonly string[], options?: IngestOptions): Promise<IngestReport>;
  /** Brings the index up to the store. Throws LOCKED while another process writes the index. */
  catchUp(options?: FollowOptions): Promise<void>;
  /**
   * Makes the vectors of the chosen model for all papers, then switches the index to it; papers come in meanwhile. false
   * where no model is chosen, or another one was chosen meanwhile. A later call goes on where this one was stopped.
   */
  reencode(options?: ReencodeOptions): Promise<boolean>;
  /** This process writes the index at this moment. */
  readonly busy: boolean;
  close(): Promise<void>;
}

/** `onCommit` is called after every commit of the index with the last change that it contains. */
export function createIngest(place: Place, onCommit: (change: number) => Promise<void> = async () => {}): Ingest {
  const start = canUseThreads() ? threadCalls : localCalls;
  return new TwoStageIngest(() => start(place), onCommit);
}

/** An import of so many works ends with one segment: joining them takes 18 s for 212,000. */
const COMPACT_WORKS = 10_000;
/** While files are read, the index follows at least so often. */
const FOLLOW_MS = 1_000;
/** How long an import waits for another process that writes the index, and how often it looks. */
const PATIENCE_MS = 3_000;
const RETRY_MS = 100;

class TwoStageIngest implements Ingest {
  #isBusy = false;
  readonly #start: () => Calls;
  /** Started when first needed: a command that only searches has no threads. */
  #reading: Calls | undefined;
  #indexing: Calls | undefined;
  #encoding: Calls | undefined;
  readonly #onCommit: (change: number) => Promise<void>;
  #turn: Promise<unknown> = Promise.resolve();
  #following: Promise<void> = Promise.resolve();
  #isClosed = false;
  readonly #closing = new AbortController();
  #reencoding: Promise<unknown> = Promise.resolve();

  constructor(start: () => Calls, onCommit: (change: number) => Promise<void>) {
    this.#start = start;
    this.#onCommit = onCommit;
  }

  get busy(): boolean {
    return this.#isBusy;
  }

  importFiles(paths: readonly string[], options: IngestOptions = {}): Promise<IngestReport> {
    const result = this.#turn.then(() => this.#importNow(paths, options));
    this.#turn = result.catch(() => undefined);
    return result;
  }

  catchUp(options: FollowOptions = {}): Promise<void> {
    const result = this.#following.then(() => this.#catchUpNow(options));
    this.#following = result.catch(() => undefined);
    return result;
  }

  reencode(options: ReencodeOptions = {}): Promise<boolean> {
    const result = this.#reencoding.then(() => this.#reencodeNow(options));
    this.#reencoding = result.catch(() => undefined);
    return result;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#closing.abort();
    await this.#reencoding;
    await this.#turn;
    await this.#following;
    await Promise.all([this.#reading?.close(), this.#indexing?.close(), this.#encoding?.close()]);
  }

  async #importNow(paths: readonly string[], options: IngestOptions): Promise<IngestReport> {
    if (this.#isClosed) throw new EngineError('CLOSED', 'The library was closed');
    const read = new AbortController();
    const followed = this.#follow(options, read.signal);
    this.#reading ??= this.#start();
    let compact = false;
    let indexed = false;
    let report: ImportReport;
    try {
      report = await this.#reading.importFiles(paths, options);
      compact = report.works >= COMPACT_WORKS;
    } finally {
      read.abort();
      await followed;
      if (options.signal?.aborted !== true) indexed = await this.#finish(options, compact);
    }
    throwIfAborted(options.signal); // stopped after the last row: the report would say that search finds it
    return { ...report, indexed };
  }

  async #reencodeNow({ signal, onEvent }: ReencodeOptions): Promise<boolean> {
    if (this.#isClosed) throw new EngineError('CLOSED', 'The library was closed');
    const either = AbortSignal.any([this.#closing.signal, ...(signal === undefined ? [] : [signal])]);
    this.#encoding ??= this.#start();
    const isReady = await this.#encoding.encode({ signal: either, ...(onEvent && { onEvent }) });
    if (!isReady) return false;
    // Papers that came in meanwhile are encoded by the switch.
    const turn = this.#following.then(() =>
      this.#onIndex((calls, common) => calls.switchEncoder({ signal: either, ...common })),
    );
    this.#following = turn.catch(() => undefined);
    await turn;
    return true;
  }

  /** Indexes while files are read. A failing index must not lose papers: reading goes on, and the error comes at the end. */
  async #follow(options: IngestOptions, end: AbortSignal): Promise<void> {
    while (!end.aborted) {
      await sleep(FOLLOW_MS, undefined, { signal: end }).catch(() => undefined);
      if (end.aborted) return;
      const isLast = await this.catchUp(options).then(
        () => false,
        (error: unknown) => !isLocked(error),
      );
      if (isLast) return;
    }
  }

  /** Indexes what is left; false when another process has kept the index locked all the time. */
  async #finish({ signal, onEvent }: IngestOptions, compact: boolean): Promise<boolean> {
    const until = performance.now() + PATIENCE_MS;
    const common = { ...(signal && { signal }), ...(onEvent && { onEvent }) };
    for (let isFirst = true; ; isFirst = false) {
      try {
        // When another process writes the index, it matters only that the papers come in.
        await this.catchUp({ ...common, compact: compact && isFirst });
        return true;
      } catch (error) {
        if (!isLocked(error)) throw error;
        if (performance.now() > until) return false;
        await sleep(RETRY_MS, undefined, { ...(signal && { signal }) }).catch(() => undefined);
        throwIfAborted(signal);
      }
    }
  }

  #catchUpNow(options: FollowOptions): Promise<void> {
    return this.#onIndex((calls, { onEvent }) =>
      calls.index({
        ...(options.signal && { signal: options.signal }),
        ...(options.compact && { compact: true }),
        onEvent: (event: IndexEvent) => {
          onEvent(event);
          options.onEvent?.(event);
        },
      }),
    );
  }

  /** Work on the index; readers see each commit before this ends. */
  async #onIndex(
    work: (calls: Calls, common: { readonly onEvent: (event: { readonly done: number }) => void }) => Promise<void>,
  ): Promise<void> {
    this.#isBusy = true;
    const refreshes: Promise<void>[] = [];
    try {
      this.#indexing ??= this.#start();
      await work(this.#indexing, { onEvent: ({ done }) => void refreshes.push(this.#onCommit(done)) });
    } finally {
      await Promise.allSettled(refreshes);
      this.#isBusy = false;
    }
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof EngineError && error.code === 'LOCKED';
}
