// The index as readers see it: the newest commit of any process, and nothing before the first one. Queries are encoded by the
// model whose vectors that commit holds: when the index switches to another one, a search that has begun ends on the old.

import { EngineError } from '@quire/engine/core';
import {
  type Encoders,
  matchingEncoders,
  openPaperIndex,
  type PaperLibrary,
  type PaperSnapshot,
} from './paper-index.ts';

/** The index, open, with the encoders of its vectors. */
interface Opened {
  readonly library: PaperLibrary;
  readonly encoders: Encoders;
  /** Searches that run on it. */
  uses: number;
  isReplaced: boolean;
}

export class IndexView {
  readonly #folder: string;
  /** Those that ship. */
  readonly #shipped: Encoders;
  #opened: Opened | undefined;
  #loading: Promise<void> | undefined;
  readonly #isFinal: boolean;

  /** `isFinal`: this process does not bring the index up to the store. Default false. */
  constructor(folder: string, encoders: Encoders, options: { readonly isFinal?: boolean } = {}) {
    this.#folder = folder;
    this.#shipped = encoders;
    this.#isFinal = options.isFinal ?? false;
  }

  /** Those of the index; before it is open those that ship. */
  get encoders(): Encoders {
    return this.#opened?.encoders ?? this.#shipped;
  }

  /** Runs `work` on the newest commit. Throws NOT_FOUND while there is no index. */
  async with<T>(work: (snapshot: PaperSnapshot, encoders: Encoders) => Promise<T>): Promise<T> {
    if (this.#opened === undefined) await this.refresh();
    const opened = this.#opened;
    if (opened === undefined) {
      throw new EngineError('NOT_FOUND', 'The library has no index yet', {
        hint: this.#isFinal
          ? 'Search once as a user who may write the folder: the index is made then.'
          : 'It is being made; try again shortly.',
      });
    }
    const snapshot = opened.library.snapshot();
    opened.uses++;
    try {
      return await work(snapshot, opened.encoders);
    } finally {
      snapshot.release();
      opened.uses--;
      await this.#closeUnused(opened);
    }
  }

  /**
   * Looks for a new commit. With `change`, opens the index again if it does not contain that change: it was made again.
   */
  refresh(change?: number): Promise<void> {
    // Without `change` a running read is enough. A commit that is known needs a read that begins after it.
    if (this.#loading !== undefined && change === undefined) return this.#loading;
    const before = this.#loading?.catch(() => undefined);
    const load = before === undefined ? this.#load(change) : before.then(() => this.#load(change));
    const loading = load.finally(() => {
      if (this.#loading === loading) this.#loading = undefined;
    });
    this.#loading = loading;
    return loading;
  }

  state(): { readonly indexed: number; readonly segments: number; readonly indexBytes: number } {
    const snapshot = this.#opened?.library.snapshot();
    if (snapshot === undefined) return { indexed: 0, segments: 0, indexBytes: 0 };
    const { size, segments } = snapshot;
    snapshot.release();
    return {
      indexed: size,
      segments: segments.length,
      indexBytes: segments.reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }

  async close(): Promise<void> {
    await this.#loading;
    const opened = this.#opened;
    this.#opened = undefined;
    if (opened !== undefined) await this.#retire(opened);
    await this.#shipped.dense?.close();
  }

  async #load(change: number | undefined): Promise<void> {
    const old = this.#opened;
    if (old !== undefined) {
      const isRead = await old.library.refresh().then(
        () => true,
        (error: unknown) => {
          if (error instanceof EngineError && error.code === 'SCHEMA_MISMATCH') return false; // vectors of another model
          throw error;
        },
      );
      if (isRead && (change === undefined || this.contained() >= change)) return;
    }
    this.#opened = await this.#open(old?.encoders);
    if (old !== undefined) await this.#retire(old);
  }

  /** `before`: the encoders in use, which are kept where the vectors are still theirs. */
  async #open(before: Encoders | undefined): Promise<Opened | undefined> {
    try {
      const found = await matchingEncoders(this.#folder, this.#shipped);
      const encoders = before?.dense?.space === found.dense?.space ? (before ?? found) : found;
      const library = await openPaperIndex(this.#folder, encoders, { readOnly: true });
      return { library, encoders, uses: 0, isReplaced: false };
    } catch (error) {
      if (error instanceof EngineError && error.code === 'NOT_FOUND') return undefined;
      throw error;
    }
  }

  async #retire(opened: Opened): Promise<void> {
    opened.isReplaced = true;
    await opened.library.close();
    await this.#closeUnused(opened);
  }

  /** Ends the thread of an encoder that nothing needs any more. */
  async #closeUnused({ isReplaced, uses, encoders }: Opened): Promise<void> {
    if (!isReplaced || uses > 0 || encoders === this.#shipped || encoders === this.#opened?.encoders) return;
    await encoders.dense?.close();
  }

  /** The last change of the store that the newest commit contains; 0 without a commit. */
  contained(): number {
    const snapshot = this.#opened?.library.snapshot();
    const change = Number(snapshot?.metadata.change ?? 0);
    snapshot?.release();
    return change;
  }
}
