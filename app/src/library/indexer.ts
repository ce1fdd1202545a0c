// Keeps the index equal to the store: takes the changes after the one that the last commit contains, writes the works
// they name, and commits together with the number of the last change. A kill costs what was not committed, no more.

import { rmSync } from 'node:fs';
import { type Document, EngineError, throwIfAborted } from '@quire/engine/core';
import type { Writer } from '@quire/engine/storage';
import type { Store } from '../store/index.ts';
import { documentOf, meaningOf, wordsOf } from './documents.ts';
import { type Encoders, indexFolder, loadEncoders, openPaperIndex, type PaperLibrary, termsOf } from './paper-index.ts';

export interface IndexEvent {
  readonly kind: 'indexed';
  /** The last commit contains everything up to this change … */
  readonly done: number;
  /** … of so many. */
  readonly total: number;
}

export interface CatchUpOptions {
  readonly signal?: AbortSignal;
  /** Join all segments at the end: after much was added, searches are half as long for it. Default false. */
  readonly compact?: boolean;
  /** Called after every commit. */
  readonly onEvent?: (event: IndexEvent) => void;
}

/** Changes read at once. */
const PAGE = 500;
/** Works in one commit while much is to be done: what a kill costs, and how soon the site shows the first papers. */
const COMMIT_WORKS = 20_000;

/** Metadata of every commit: which store, and the last change contained. */
interface Contained extends Record<string, string | number> {
  readonly store: string;
  readonly change: number;
}

export class PaperIndexer {
  private readonly store: Store;
  private readonly encoders: Encoders;
  private library: PaperLibrary;

  private constructor(store: Store, encoders: Encoders, library: PaperLibrary) {
    this.store = store;
    this.encoders = encoders;
    this.library = library;
  }

  /** Opens the index of the store's folder for writing; makes a new one in place of one that is of no use. */
  static async open(store: Store, encoders: Encoders = loadEncoders()): Promise<PaperIndexer> {
    return new PaperIndexer(store, encoders, await openOrRebuild(store, encoders));
  }

  /** Writes what the store has and the index has not. Throws LOCKED when another process does the same. */
  async catchUp(options: CatchUpOptions = {}): Promise<void> {
    const total = this.store.lastChange();
    const { generation, segments } = this.state();
    const isCompact = options.compact !== true || segments <= 1;
    if (this.contained() >= total && generation > 0 && isCompact) return;
    const writer = await this.library.writer();
    try {
      await this.write(writer, this.contained(), total, options);
      await this.library.settle();
      if (options.compact === true) {
        await writer.mergeAll({ signal: options.signal });
        (await writer.commit()).release();
        options.onEvent?.({ kind: 'indexed', done: this.contained(), total: this.contained() });
      }
    } finally {
      await writer.close();
    }
  }

  async close(): Promise<void> {
    await this.library.close();
  }

  private async write(writer: IndexWriter, from: number, total: number, options: CatchUpOptions): Promise<void> {
    let change = from;
    let done = false;
    while (!done) {
      throwIfAborted(options.signal);
      const page = this.store.changesAfter(change, PAGE);
      change = page.at(-1)?.number ?? change;
      await this.put(writer, [...new Set(page.map(({ work }) => work))]);
      done = page.length < PAGE || change >= total;
      if (!done && writer.pending < COMMIT_WORKS) continue;
      const contained: Contained = { store: this.store.identity(), change };
      (await writer.commit(contained)).release();
      options.onEvent?.({ kind: 'indexed', done: change, total: Math.max(total, change) });
    }
  }

  /** Adds or replaces the works of these keys; takes out those that are no more. */
  private async put(writer: IndexWriter, keys: readonly string[]): Promise<void> {
    const works = this.store.works(keys);
    const there = new Set(works.map(({ key }) => key));
    for (const key of keys) if (!there.has(key)) await writer.delete(key);
    const dense = await this.encoders.dense?.encodeDocuments(works.map(meaningOf));
    for (const [i, work] of works.entries()) {
      const terms = termsOf(this.encoders, wordsOf(work));
      const document: Document = documentOf(work);
      await writer.replace(document, dense === undefined ? { terms } : { terms, dense: dense[i] });
    }
  }

  private state(): { readonly generation: number; readonly segments: number } {
    const snapshot = this.library.snapshot();
    const { generation, segments } = snapshot;
    snapshot.release();
    return { generation, segments: segments.length };
  }

  private contained(): number {
    const snapshot = this.library.snapshot();
    try {
      const { store, change } = snapshot.metadata;
      return store === this.store.identity() && typeof change === 'number' ? change : 0;
    } finally {
      snapshot.release();
    }
  }
}

type IndexWriter = Writer<PaperLibrary['parts']>;

/** Errors that a new index cures: everything in it can be made again from the store. */
const CURABLE = new Set(['CORRUPT', 'SCHEMA_MISMATCH', 'ENCODER_MISMATCH', 'UNSUPPORTED_FORMAT', 'NOT_FOUND']);

async function openOrRebuild(store: Store, encoders: Encoders): Promise<PaperLibrary> {
  try {
    const library = await openPaperIndex(store.folder, encoders);
    const snapshot = library.snapshot();
    const { store: made, change } = snapshot.metadata;
    snapshot.release();
    const foreign = made !== undefined && made !== store.identity();
    // A store that was put back from a backup is behind its index.
    const ahead = typeof change === 'number' && change > store.lastChange();
    if (!foreign && !ahead) return library;
    await library.close();
  } catch (error) {
    if (!(error instanceof EngineError && CURABLE.has(error.code))) throw error;
  }
  rmSync(indexFolder(store.folder), { recursive: true, force: true });
  return openPaperIndex(store.folder, encoders);
}
