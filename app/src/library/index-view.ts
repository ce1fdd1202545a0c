// The index as readers see it: the newest commit of any process, and nothing before the first one.

import { EngineError } from '@quire/engine/core';
import { type Encoders, openPaperIndex, type PaperLibrary, type PaperSnapshot } from './paper-index.ts';

export class IndexView {
  readonly #folder: string;
  readonly #encoders: Encoders;
  #library: PaperLibrary | undefined;
  #loading: Promise<void> | undefined;
  readonly #isFinal: boolean;

  /** `isFinal`: this process does not bring the index up to the store. Default false. */
  constructor(folder: string, encoders: Encoders, options: { readonly isFinal?: boolean } = {}) {
    this.#folder = folder;
    this.#encoders = encoders;
    this.#isFinal = options.isFinal ?? false;
  }

  /** Runs `work` on the newest commit. Throws NOT_FOUND while there is no index. */
  async with<T>(work: (snapshot: PaperSnapshot) => Promise<T>): Promise<T> {
    if (this.#library === undefined) await this.refresh();
    if (this.#library === undefined) {
      throw new EngineError('NOT_FOUND', 'The library has no index yet', {
        hint: this.#isFinal
          ? 'Search once as a user who may write the folder: the index is made then.'
          : 'It is being made; try again shortly.',
      });
    }
    const snapshot = this.#library.snapshot();
    try {
      return await work(snapshot);
    } finally {
      snapshot.release();
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
    const snapshot = this.#library?.snapshot();
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
    await this.#library?.close();
    this.#library = undefined;
  }

  async #load(change: number | undefined): Promise<void> {
    if (this.#library !== undefined) {
      await this.#library.refresh();
      if (change === undefined || this.contained() >= change) return;
      const old = this.#library;
      this.#library = undefined;
      await old.close();
    }
    this.#library = await openPaperIndex(this.#folder, this.#encoders, { readOnly: true }).catch((error: unknown) => {
      if (error instanceof EngineError && error.code === 'NOT_FOUND') return undefined;
      throw error;
    });
  }

  /** The last change of the store that the newest commit contains; 0 without a commit. */
  contained(): number {
    const snapshot = this.#library?.snapshot();
    const change = Number(snapshot?.metadata.change ?? 0);
    snapshot?.release();
    return change;
  }
}
