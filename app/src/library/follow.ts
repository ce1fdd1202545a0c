// Keeps a long-running process in step with its folder, whichever process writes it. Once a second it reads the store's
// log for new changes and the index for new commits, and it indexes what no other process indexes. ADR 30.

import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError } from '@quire/engine/core';
import type { Store } from '../store/index.ts';
import { chosenModel } from './chosen-model.ts';
import type { IndexView } from './index-view.ts';
import type { Ingest } from './ingest.ts';

/** What is followed. */
export interface Followed {
  /** Nothing is indexed here. */
  readonly readOnly: boolean;
  readonly store: Store;
  readonly index: IndexView;
  readonly ingest: Ingest;
}

export interface FollowerOptions {
  readonly signal: AbortSignal;
  /** Called once for each new error: the index cannot be brought up to the store. */
  readonly onProblem?: (error: unknown) => void;
  /** Milliseconds between two reads. Default 1,000. */
  readonly intervalMs?: number;
}

export interface Following {
  /** The index contains what the store held at the start, or cannot be brought up to it. */
  readonly ready: Promise<void>;
  /** The signal has fired and the last read has ended. */
  readonly ended: Promise<void>;
}

/** How long a new paper may be invisible, beside the time that indexing it takes. One look costs about 0.1 ms. */
const INTERVAL_MS = 1_000;
/** After an error other than a locked index, the pause grows up to this. */
const MAX_INTERVAL_MS = 60_000;
/** After this many changes segments are joined: searches then take half as long. */
const COMPACT_CHANGES = 10_000;

/** Follows the folder of `library` until the signal fires. */
export function follow(library: Followed, options: FollowerOptions): Following {
  const follower = new Follower(library, options);
  const ended = follower.run();
  return { ready: Promise.race([follower.ready, ended]), ended };
}

class Follower {
  readonly ready: Promise<void>;
  readonly #library: Followed;
  readonly #options: FollowerOptions;
  #wanted = Number.POSITIVE_INFINITY;
  #setReady: () => void = () => undefined;
  #problem = '';
  #waitMs: number;
  /** Changes indexed here since segments were last joined. */
  #added = 0;
  #isFirst = true;
  #isEncoding = false;
  #encoding: Promise<void> = Promise.resolve();
  /** A model that cannot be used. */
  #refused: string | undefined;

  constructor(library: Followed, options: FollowerOptions) {
    this.#library = library;
    this.#options = options;
    this.#waitMs = this.#intervalMs();
    this.ready = new Promise((resolve) => {
      this.#setReady = resolve;
    });
  }

  async run(): Promise<void> {
    const { signal } = this.#options;
    this.#wanted = await this.#library.store.lastChange();
    while (!signal.aborted) {
      await this.#look().then(
        () => this.#succeed(),
        (error: unknown) => this.#fail(error),
      );
      await sleep(this.#waitMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
    await this.#encoding;
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
    const behind = (await store.lastChange()) - contained;
    // Always the first time: an empty library needs an index, too, and an index of another store is made again.
    if (this.#isFirst || !isRead || behind !== 0) {
      await ingest.catchUp({ signal });
      this.#added += Math.max(0, index.contained() - contained);
    } else if (this.#added >= COMPACT_CHANGES && !ingest.busy) {
      await ingest.catchUp({ signal, compact: true });
      this.#added = 0;
    }
    this.#isFirst = false;
    this.#encode();
  }

  /** Begins to encode the papers by a model that was chosen, beside everything else. */
  #encode(): void {
    const { index, ingest, store } = this.#library;
    const { signal, onProblem } = this.#options;
    const chosen = chosenModel(store.folder);
    if (chosen === undefined || chosen === index.encoders.dense?.model.name) this.#refused = undefined;
    else if (!this.#isEncoding && chosen !== this.#refused) {
      this.#isEncoding = true;
      this.#encoding = ingest
        .reencode({ signal })
        .catch((error: unknown) => {
          if (signal.aborted || (error instanceof EngineError && error.code === 'LOCKED')) return; // at a later look
          this.#refused = chosen; // told once; another choice, or a new start, tries again
          onProblem?.(error);
        })
        .then(() => {
          this.#isEncoding = false;
        });
    }
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
