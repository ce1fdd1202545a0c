// What the use cases work with: the store for what papers are, the index for finding them, and what is kept between
// two answers.

import type { Analyzer } from '@quire/engine/core';
import { unchangedAnalyzer } from '../library/analyzer.ts';
import type { ExcerptAnalyzers } from '../library/excerpt.ts';
import type { IndexView } from '../library/index-view.ts';
import { type Names, storeNames } from '../library/names.ts';
import type { Encoders } from '../library/paper-index.ts';
import type { SearchPipeline } from '../library/pipelines.ts';
import type { Store } from '../store/index.ts';
import type { Counts } from './answers.ts';

export interface ContextOptions {
  readonly store: Store;
  readonly index: IndexView;
  /** Whether papers are being taken in. */
  readonly isIndexing?: () => boolean;
  /** The source that makes up the sample library. */
  readonly sampleSource?: string;
  /** Milliseconds, for the time that a search took. */
  readonly now?: () => number;
}

/** Counts, and when they were made. */
export interface Counted {
  readonly counts: Counts;
  /** The last change of the store that they contain. */
  readonly change: number;
  /** Milliseconds. */
  readonly at: number;
}

export interface Context extends ContextOptions {
  /** Those of the index that answers now. */
  readonly encoders: Encoders;
  readonly isIndexing: () => boolean;
  readonly now: () => number;
  readonly names: Names;
  readonly analyzers: ExcerptAnalyzers;
  /** The last counts, for the use case that counts. */
  counted: Counted | undefined;
}

export function contextOf(options: ContextOptions): Context {
  const terms: Analyzer = options.index.encoders.terms.analyzer;
  return {
    ...options,
    get encoders() {
      return options.index.encoders;
    },
    isIndexing: options.isIndexing ?? (() => false),
    now: options.now ?? (() => performance.now()),
    names: storeNames(options.store),
    analyzers: { terms, offsets: unchangedAnalyzer() },
    counted: undefined,
  };
}

/** The pipeline that answers a search: words alone where the library has no encoder. */
export function pipelineFor({ encoders }: Pick<Context, 'encoders'>, asked: SearchPipeline = 'hybrid'): SearchPipeline {
  return encoders.dense === undefined ? 'lexical' : asked;
}
