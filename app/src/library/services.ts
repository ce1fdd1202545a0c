// Services over one folder: the store for what papers are, the index for finding them. They only read; ingest.ts writes.

import { EngineError } from '@quire/engine/core';
import { english } from '@quire/engine/text';
import { dayNumber, dayOf, parseDate } from '../papers/index.ts';
import type {
  Counts,
  DayPage,
  LibraryStatus,
  ListPage,
  PaperView,
  SearchHit,
  SearchOptions,
  SearchPage,
  Services,
  SimilarPage,
} from '../services/services.ts';
import { type Damage, damageError, type Store } from '../store/index.ts';
import { composed } from './compose.ts';
import { damagedField, storeNotes, storeStatus } from './damage-view.ts';
import { type ExcerptAnalyzers, excerpts } from './excerpt.ts';
import type { IndexView } from './index-view.ts';
import { lagNote } from './lag.ts';
import { worksNamed } from './lookup.ts';
import { type Names, storeNames } from './names.ts';
import { bounds } from './page-bounds.ts';
import type { Encoders, PaperSnapshot } from './paper-index.ts';
import { PIPELINES, type SearchPipeline } from './pipelines.ts';
import { type Found, search } from './search.ts';
import { similarTo } from './similar.ts';

export interface ServicesOptions {
  readonly store: Store;
  readonly index: IndexView;
  readonly encoders: Encoders;
  /** Whether papers are being taken in. */
  readonly isIndexing?: () => boolean;
  /** Sources that make up the sample library. */
  readonly sampleSource?: string;
  /** Milliseconds, for the time that a search took. */
  readonly now?: () => number;
}

/** How long counts may be behind while papers come in. */
const COUNT_MS = 1_000;

export function createServices(options: ServicesOptions): Services {
  return new LibraryServices(options);
}

class LibraryServices implements Services {
  readonly #store: Store;
  readonly #index: IndexView;
  readonly #encoders: Encoders;
  readonly #names: Names;
  readonly #options: ServicesOptions;

  readonly #analyzers: ExcerptAnalyzers;
  readonly #now: () => number;
  #counted: { readonly counts: Counts; readonly change: number; readonly at: number } | undefined;

  constructor(options: ServicesOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#store = options.store;
    this.#index = options.index;
    this.#encoders = options.encoders;
    this.#names = storeNames(options.store);
    this.#analyzers = { terms: options.encoders.terms.analyzer, offsets: english() };
  }

  newestDay(): string | undefined {
    const day = this.#store.newestDay();
    return day === undefined ? undefined : dayOf(day);
  }

  papersOfDay(day: string, page: { readonly offset?: number; readonly limit?: number } = {}): DayPage {
    const date = parseDate(day);
    if (date?.precision !== 'day') {
      throw new EngineError('INVALID_ARGUMENT', `${JSON.stringify(day)} is not a day`, {
        hint: 'Write it as 2025-11-21.',
      });
    }
    const { offset, limit } = bounds(page);
    const number = dayNumber(date.date);
    const { previous, next } = this.#store.daysAround(number);
    const { works, damaged } = this.#store.ofDay(number, offset, limit);
    return {
      day: date.date,
      ...(previous !== undefined && { previous: dayOf(previous) }),
      ...(next !== undefined && { next: dayOf(next) }),
      works,
      total: this.#store.countOfDay(number),
      offset,
      limit,
      ...damagedField(this.#store.health, damaged),
    };
  }

  list(page: { readonly offset?: number; readonly limit?: number } = {}): ListPage {
    const { offset, limit } = bounds(page);
    const { works, damaged } = this.#store.newest(offset, limit);
    return { works, ...damagedField(this.#store.health, damaged) };
  }

  search(query: string, options: SearchOptions = {}): Promise<SearchPage> {
    const start = this.#now();
    const { offset, limit } = bounds(options);
    const [encoders, names] = [this.#encoders, this.#names];
    const pipeline = this.#pipeline(options.mode);
    return this.#index.with(async (snapshot) => {
      const request = {
        pipeline: composed(PIPELINES[pipeline], encoders),
        wanted: offset + limit,
        signal: options.signal,
      };
      const answer = await search(query, { names, snapshot, encoders }, request);
      const { hits, damaged } = this.#hits(
        answer.found.slice(offset, offset + limit),
        answer.weights,
        changeOf(snapshot),
      );
      return {
        query,
        hits,
        total: answer.total ?? answer.found.length,
        more: answer.more,
        offset,
        limit,
        pipeline,
        notes: [...this.#lagNotes(snapshot.size, Number(snapshot.metadata.change ?? 0)), ...answer.notes],
        ms: this.#now() - start,
        ...damagedField(this.#store.health, damaged),
      };
    });
  }

  /** The pipeline that answers a search: words alone where the library has no encoder. */
  #pipeline(asked: SearchPipeline = 'hybrid'): SearchPipeline {
    return this.#encoders.dense === undefined ? 'lexical' : asked;
  }

  paper(id: string): PaperView | undefined {
    const { works, damaged } = this.#store.read(worksNamed(this.#store, id));
    const [work, ...others] = works;
    if (work !== undefined) return { work, others, ...damagedField(this.#store.health, damaged) };
    // A row that damage hides cannot be told from one that does not exist.
    const [reason] = [...damaged, ...this.#store.health.general];
    if (reason !== undefined) throw damageError(reason);
    return undefined;
  }

  async similar(id: string, options: { readonly limit?: number } = {}): Promise<SimilarPage | undefined> {
    const work = this.paper(id)?.work;
    if (work === undefined) return undefined;
    const { limit } = bounds(options);
    return this.#index.with(async (snapshot) => {
      const { reason, hits } = await similarTo(work, snapshot, this.#encoders, limit);
      const scores = new Map(hits.map(({ id, score }) => [id, score]));
      const { works, damaged } = this.#store.readIndexed(
        hits.map(({ id }) => id),
        changeOf(snapshot),
      );
      return {
        hits: works.map((near) => ({ work: near, reason, score: scores.get(near.key) ?? 0 })),
        ...damagedField(this.#store.health, damaged),
      };
    });
  }

  counts(): Counts {
    const now = this.#now();
    // Counting records reads an index through, so it is done again only after a change and at most once a second.
    const change = this.#store.lastChange();
    const isKnown =
      this.#counted !== undefined && (this.#counted.change === change || now - this.#counted.at < COUNT_MS);
    if (this.#counted === undefined || !isKnown) this.#counted = { counts: this.#count(), change, at: now };
    return this.#counted.counts;
  }

  #count(): Counts {
    const sources = this.#store.countRecords();
    const records = sources.reduce((sum, { records: n }) => sum + n, 0);
    return { records, works: this.#store.countWorks(), sources };
  }

  status(): LibraryStatus {
    const counts = this.counts();
    const day = this.newestDay();
    const store = storeStatus(this.#store.health, this.#store.folder);
    const { dense } = this.#encoders;
    const { sampleSource } = this.#options;
    const state = this.#index.state();
    const contained = this.#index.contained();
    return {
      ...counts,
      folder: this.#store.folder,
      sample: counts.records > 0 && counts.sources.every(({ source }) => source === sampleSource),
      ...(dense !== undefined && { encoder: dense.config.name }),
      pipelines: { search: this.#pipeline(), similar: dense === undefined ? 'similar-words' : 'similar' },
      ...state,
      behind: this.#behind(contained),
      indexing: this.#options.isIndexing?.() ?? false,
      ...(day !== undefined && { newestDay: day }),
      store,
      notes: [...this.#lagNotes(state.indexed, contained), ...storeNotes(store)],
    };
  }

  #behind(contained: number): number {
    return Math.max(0, this.#store.lastChange() - contained);
  }

  /** Counting is left out while the index contains everything, which is nearly always. */
  #lagNotes(indexed: number, contained: number): readonly string[] {
    const behind = this.#behind(contained);
    const note = behind === 0 ? undefined : lagNote({ indexed, works: this.counts().works, behind });
    return note === undefined ? [] : [note];
  }

  /** A work that went away between index and store is left out. */
  #hits(
    found: readonly Found[],
    weights: ReadonlyMap<string, number>,
    change: number,
  ): {
    readonly hits: readonly SearchHit[];
    readonly damaged: readonly Damage[];
  } {
    const read = this.#store.readIndexed(
      found.map(({ key }) => key),
      change,
    );
    const works = new Map(read.works.map((work) => [work.key, work]));
    const bestSentence = excerpts(weights, this.#analyzers);
    const hits = found.flatMap(({ key, reason, score }) => {
      const work = works.get(key);
      if (work === undefined) return [];
      const sentence = bestSentence(work.abstract);
      return [{ work, reason, score, ...(sentence !== undefined && { sentence }) }];
    });
    return { hits, damaged: read.damaged };
  }
}

/** The last change of the store that an index contains. */
function changeOf({ metadata }: PaperSnapshot): number {
  return Number(metadata.change ?? 0);
}
