// Keeps a long-running process in step with its folder, no matter which process writes it: looks once a second for new
// changes in the store's log and for new commits of the index, and indexes what no other process indexes. ADR 30.

import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '@quire/engine/core';
import type { OpenLibrary } from './open.ts';

export interface FollowerOptions {
  readonly signal: AbortSignal;
  /** Called once for each new trouble: an index that cannot be brought up to the store. */
  readonly onProblem?: (error: unknown) => void;
  /** Between two looks. Default 1,000. */
  readonly intervalMs?: number;
}

export interface Following {
  /** The index contains what the store held at the start, or cannot be made to. */
  readonly ready: Promise<void>;
  /** The signal has fired and the last look has ended. */
  readonly ended: Promise<void>;
}

/** How long a new paper may be invisible, beside the time that indexing it takes. One look costs about 0.1 ms. */
const INTERVAL_MS = 1_000;
/** After trouble that is not another writer, looks become rarer up to this. */
const MAX_INTERVAL_MS = 60_000;
/** After so many changes, segments are joined: searches then take half as long. */
const COMPACT_CHANGES = 10_000;

/** Follows the folder of `library` until the signal fires. */
export function follow(library: OpenLibrary, options: FollowerOptions): Following {
  const follower = new Follower(library, options);
  const ended = follower.run();
  return { ready: Promise.race([follower.ready, ended]), ended };
}

class Follower {
  readonly ready: Promise<void>;
  readonly #library: OpenLibrary;
  readonly #options: FollowerOptions;
  readonly #wanted: number;
  #setReady: () => void = () => undefined;
  #problem = '';
  #waitMs: number;
  /** Changes indexed here since segments were last joined. */
  #added = 0;
  #isFirst = true;

  constructor(library: OpenLibrary, options: FollowerOptions) {
    this.#library = library;
    this.#options = options;
    this.#waitMs = this.#intervalMs();
    this.#wanted = library.store.lastChange();
    this.ready = new Promise((resolve) => {
      this.#setReady = resolve;
    });
  }

  async run(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      await this.#look().then(
        () => this.#succeed(),
        (error: unknown) => this.#fail(error),
      );
      await sleep(this.#waitMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #look(): Promise<void> {
    const { index, ingest, readOnly, store } = this.#library;
    const { signal } = this.#options;
    if (readOnly) return index.refresh();
    // A commit that cannot be read is replaced by catching up.
    const isRead = await index.refresh().then(
      () => true,
      () => false,
    );
    const contained = index.contained();
    const behind = store.lastChange() - contained;
    // The first time always: an empty library needs an index, too, and one of another store is made again.
    if (this.#isFirst || !isRead || behind !== 0) {
      await ingest.catchUp({ signal });
      this.#added += Math.max(0, index.contained() - contained);
    } else if (this.#added >= COMPACT_CHANGES && !ingest.busy) {
      await ingest.catchUp({ signal, compact: true });
      this.#added = 0;
    }
    this.#isFirst = false;
  }

  #succeed(): void {
    this.#problem = '';
    this.#waitMs = this.#intervalMs();
    if (this.#library.readOnly || this.#library.index.contained() >= this.#wanted) this.#setReady();
  }

  #fail(error: unknown): void {
    if (this.#options.signal.aborted) return;
    // Another process writes the index: its commits are seen at the next looks.
    if (error instanceof EngineError && error.code === 'LOCKED') {
      this.#succeed();
      return;
    }
    const text = error instanceof Error ? error.message : String(error);
    if (text !== this.#problem) this.#options.onProblem?.(error);
    this.#problem = text;
    this.#waitMs = Math.min(MAX_INTERVAL_MS, this.#waitMs * 2);
    this.#setReady();
  }

  #intervalMs(): number {
    return this.#options.intervalMs ?? INTERVAL_MS;
  }
}
