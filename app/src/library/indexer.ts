// Keeps the index equal to the store: reads the changes after the one in the last commit, writes the works that they
// name, and commits together with the number of the last change. A kill loses only what was not committed.

import { type DenseRep, type Document, EngineError, throwIfAborted } from '@quire/engine/core';
import type { Writer } from '@quire/engine/storage';
import type { Work } from '../papers/index.ts';
import type { Store } from '../store/index.ts';
import { endProgress } from './chosen-model.ts';
import { type DenseEncoder, lazyEncoder } from './dense-encoder.ts';
import { documentOf, meaningOf, wordsOf } from './documents.ts';
import { type Encoding, encodingFor } from './encode-ahead.ts';
import { ENCODER } from './model.ts';
import {
  densePart,
  type Encoders,
  emptyIndex,
  loadEncoders,
  matchingEncoders,
  openPaperIndex,
  type PaperLibrary,
  termsOf,
} from './paper-index.ts';

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
const COMMIT_WORKS = 40_000;

/** The same where an encoder takes milliseconds a work. */
const COMMIT_ENCODED = 2_000;

/** Metadata of every commit: which store, and the last change contained. */
interface Contained extends Record<string, string | number> {
  readonly store: string;
  readonly change: number;
}

export class PaperIndexer {
  readonly #store: Store;
  #encoders: Encoders;
  #library: PaperLibrary;

  private constructor(store: Store, encoders: Encoders, library: PaperLibrary) {
    this.#store = store;
    this.#encoders = encoders;
    this.#library = library;
  }

  /** Opens the index of the store's folder for writing; makes a new one in place of one that cannot be used. */
  static async open(store: Store, encoders: Encoders = loadEncoders()): Promise<PaperIndexer> {
    const opened = await openOrRebuild(store, encoders);
    return new PaperIndexer(store, opened.encoders, opened.library);
  }

  /** Writes the changes that the index lacks. Throws LOCKED when another process does the same. */
  async catchUp(options: CatchUpOptions = {}): Promise<void> {
    await this.#library.refresh(); // another process may have written the index since, or made it again
    const total = await this.#store.lastChange();
    const contained = await this.#contained();
    const { generation, segments } = this.#state();
    const isCompact = options.compact !== true || segments <= 1;
    if (contained >= total && generation > 0 && isCompact) return;
    const writer = await this.#library.writer();
    try {
      await this.#write(writer, await this.#contained(), total, options);
      await this.#library.settle();
      if (options.compact === true) {
        await writer.mergeAll({ signal: options.signal });
        (await writer.commit()).release();
        const done = await this.#contained();
        options.onEvent?.({ kind: 'indexed', done, total: done });
      }
    } finally {
      await writer.close();
    }
  }

  /**
   * Puts the vectors of `target` in place of those that answer now, in one commit. Its model encodes new papers from then on.
   * `target` stays the caller's.
   */
  async switchEncoder(target: DenseEncoder, options: CatchUpOptions = {}): Promise<void> {
    await this.catchUp({ ...(options.signal && { signal: options.signal }) });
    const writer = await this.#library.writer();
    try {
      await writer.buildPart('dense', densePart(target), (ids) => this.#vectors(target, ids), {
        signal: options.signal,
      });
      (await writer.commit(await this.#metadata(await this.#contained(), target))).release();
    } finally {
      await writer.close();
    }
    const before = this.#encoders.dense;
    const own = target.isInstant ? target : lazyEncoder(target.model, target);
    this.#encoders = { terms: this.#encoders.terms, dense: own };
    await before?.close();
    endProgress(this.#store.folder);
    const done = await this.#contained();
    options.onEvent?.({ kind: 'indexed', done, total: done });
  }

  /** The name of the model whose vectors the index holds. */
  get model(): string | undefined {
    return this.#encoders.dense?.model.name;
  }

  async #vectors(encoder: DenseEncoder, ids: readonly string[]): Promise<readonly (DenseRep | undefined)[]> {
    const works = await this.#store.works(ids);
    const reps = await encoder.encodeDocuments(works.map(meaningOf));
    const byKey = new Map(works.map(({ key }, i) => [key, reps[i]]));
    return ids.map((id) => byKey.get(id)); // a work whose row is damaged has none
  }

  async #metadata(change: number, dense: DenseEncoder | undefined): Promise<Contained> {
    return { store: await this.#store.identity(), change, ...(dense !== undefined && { [ENCODER]: dense.model.name }) };
  }

  async close(): Promise<void> {
    await this.#library.close();
    await this.#encoders.dense?.close();
  }

  /** The next page is read, and its vectors are being made, while a page is written. */
  async #write(writer: IndexWriter, from: number, total: number, options: CatchUpOptions): Promise<void> {
    const { dense } = this.#encoders;
    const encoding = dense && encodingFor(dense, total - from);
    try {
      let page: Page | undefined = await this.#read(from, total, encoding);
      while (page !== undefined) {
        throwIfAborted(options.signal);
        const next: Page | undefined = page.isLast ? undefined : await this.#read(page.change, total, encoding);
        await this.#put(writer, page);
        if (page.isLast || writer.pending >= (dense?.isInstant === false ? COMMIT_ENCODED : COMMIT_WORKS)) {
          (await writer.commit(await this.#metadata(page.change, dense))).release();
          options.onEvent?.({ kind: 'indexed', done: page.change, total: Math.max(total, page.change) });
        }
        page = next;
      }
    } finally {
      await encoding?.close();
    }
  }

  async #read(after: number, total: number, encoding: Encoding | undefined): Promise<Page> {
    const changes = await this.#store.changesAfter(after, PAGE);
    const change = changes.at(-1)?.number ?? after;
    const keys = [...new Set(changes.map(({ work }) => work))];
    const works = await this.#store.works(keys);
    const dense = encoding?.encode(works.map(meaningOf));
    dense?.catch(() => undefined); // handled where it is awaited, unless writing the page before failed
    return { change, keys, works, dense, isLast: changes.length < PAGE || change >= total };
  }

  /** Adds or replaces the works of a page; removes those that no longer exist. */
  async #put(writer: IndexWriter, page: Page): Promise<void> {
    const there = new Set(page.works.map(({ key }) => key));
    for (const key of page.keys) if (!there.has(key)) await writer.delete(key);
    const words = page.works.map((work) => termsOf(this.#encoders, wordsOf(work)));
    const dense = await page.dense;
    for (const [i, work] of page.works.entries()) {
      const document: Document = documentOf(work);
      const vector = dense?.[i];
      await writer.replace(document, { terms: words[i]!, ...(vector !== undefined && { dense: vector }) });
    }
  }

  #state(): { readonly generation: number; readonly segments: number } {
    const snapshot = this.#library.snapshot();
    const { generation, segments } = snapshot;
    snapshot.release();
    return { generation, segments: segments.length };
  }

  async #contained(): Promise<number> {
    const snapshot = this.#library.snapshot();
    const { store, change } = snapshot.metadata;
    snapshot.release();
    return store === (await this.#store.identity()) && typeof change === 'number' ? change : 0;
  }
}

type IndexWriter = Writer<PaperLibrary['parts']>;

/** Some changes of the store, to be written. */
interface Page {
  /** Number of the last change. */
  readonly change: number;
  readonly keys: readonly string[];
  /** Those of the keys that are works now. */
  readonly works: readonly Work[];
  /** One vector a work, undefined without an encoder. */
  readonly dense: Promise<readonly DenseRep[]> | undefined;
  readonly isLast: boolean;
}

/** Errors that a new index solves: everything in it can be made again from the store. */
const CURABLE = new Set(['CORRUPT', 'SCHEMA_MISMATCH', 'ENCODER_MISMATCH', 'UNSUPPORTED_FORMAT', 'NOT_FOUND']);

interface OpenIndex {
  readonly library: PaperLibrary;
  /** Those of its vectors. */
  readonly encoders: Encoders;
}

async function openOrRebuild(store: Store, shipped: Encoders): Promise<OpenIndex> {
  const usable = () => openUsable(store, shipped);
  const opened = await usable();
  if (opened !== undefined) return opened;
  // Another process may have made it again before the lock was ours; that one is kept.
  const made = await emptyIndex(store.folder, usable);
  // A new index begins with the encoder that ships: it covers the library until the vectors of another one are ready.
  return made ?? { library: await openPaperIndex(store.folder, shipped), encoders: shipped };
}

/** The index if it can be used; undefined when only a new one helps. */
async function openUsable(store: Store, shipped: Encoders): Promise<OpenIndex | undefined> {
  try {
    const encoders = await matchingEncoders(store.folder, shipped);
    const library = await openPaperIndex(store.folder, encoders);
    const snapshot = library.snapshot();
    const { store: made, change } = snapshot.metadata;
    snapshot.release();
    const foreign = made !== undefined && made !== (await store.identity());
    // A store that was put back from a backup is behind its index.
    const ahead = typeof change === 'number' && change > (await store.lastChange());
    if (!foreign && !ahead) return { library, encoders };
    await library.close();
  } catch (error) {
    if (!(error instanceof EngineError && CURABLE.has(error.code))) throw error;
  }
  return undefined;
}
