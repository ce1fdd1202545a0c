// The pipelines by name, as data: which stages of the engine find candidates for a query, with which parameters. The
// search page, the API, the command line, `quire eval` and the benchmarks run only what is listed here; compose.ts
// makes retrievers of it, search.ts ranks exact matches above their candidates. ADR 0032 has the measurements.

import { EngineError } from '@quire/engine/core';
import type { Fusion } from '../models/index.ts';

/** Minimum cosines of a dense hit, which depend on the encoder (models/fusion.ts). */
export type FloorName = Exclude<keyof Fusion, 'weight'>;

/** A stage of the engine's retrieval and its parameters. */
export type StageSpec =
  | { readonly stage: 'retrieve'; readonly part: 'terms' | 'dense'; readonly k: number }
  | { readonly stage: 'rm3'; readonly k: number }
  | { readonly stage: 'atLeast'; readonly floor: number | FloorName; readonly of: StageSpec }
  | {
      readonly stage: 'fuse';
      readonly by: 'minmax';
      /** One a list; 'encoder': those of words and meaning, tuned together with the encoder (models/fusion.ts). */
      readonly weights: readonly number[] | 'encoder';
      readonly of: readonly StageSpec[];
    }
  | { readonly stage: 'concatenate'; readonly of: readonly StageSpec[] };

export interface Pipeline {
  readonly name: string;
  /** One line for help and status. */
  readonly title: string;
  /**
   * The form of its query. `search`: what a reader types, parsed by query.ts; exact matches rank above its candidates.
   * `text`: any text as a bag of words, as in the published runs. `paper`: a paper of the library.
   */
  readonly takes: 'search' | 'text' | 'paper';
  /** Hits that each list inside `stages` has at most. */
  readonly candidates: number;
  readonly stages: StageSpec;
  /** Instead of `stages` where no paper has any word of the query. */
  readonly withoutKnownWords?: StageSpec;
  /** Hits below those of `stages`, for pages beyond them and for measures at 1,000. */
  readonly rest?: StageSpec;
}

/** The candidates of each list that are fused. */
const CANDIDATES = 100;
/** Hits of a query in the published runs. */
const RUN_HITS = 1_000;
/** Hits that can be paged to. */
export const DEEPEST = 10_000;
/** A page of similar papers shows 100 at most, and the paper itself is among its own neighbours. */
const NEIGHBOURS = 101;

const terms = (k: number): StageSpec => ({ stage: 'retrieve', part: 'terms', k });
const dense = (k: number, floor: FloorName): StageSpec => ({
  stage: 'atLeast',
  floor,
  of: { stage: 'retrieve', part: 'dense', k },
});
const fused = (floor: FloorName): StageSpec => ({
  stage: 'fuse',
  by: 'minmax',
  weights: 'encoder',
  of: [terms(CANDIDATES), dense(CANDIDATES, floor)],
});

export const PIPELINES = {
  hybrid: {
    name: 'hybrid',
    title: 'the search of the site: words and meaning fused, exact matches above',
    takes: 'search',
    candidates: CANDIDATES,
    stages: fused('floor'),
    withoutKnownWords: fused('floorWithoutKnownWords'),
    rest: terms(DEEPEST),
  },
  lexical: {
    name: 'lexical',
    title: 'the search of a site without an encoder: words, exact matches above',
    takes: 'search',
    candidates: CANDIDATES,
    stages: terms(CANDIDATES),
    rest: terms(DEEPEST),
  },
  dense: {
    name: 'dense',
    title: 'meaning alone, exact matches above',
    takes: 'search',
    candidates: CANDIDATES,
    stages: dense(CANDIDATES, 'floor'),
    withoutKnownWords: dense(CANDIDATES, 'floorWithoutKnownWords'),
    rest: dense(DEEPEST, 'floor'),
  },
  similar: {
    name: 'similar',
    title: 'papers near a paper, by meaning',
    takes: 'paper',
    candidates: NEIGHBOURS,
    stages: { stage: 'retrieve', part: 'dense', k: NEIGHBOURS },
  },
  'similar-words': {
    name: 'similar-words',
    title: 'papers near a paper, by the words that tell it apart from the others',
    takes: 'paper',
    candidates: NEIGHBOURS,
    stages: terms(NEIGHBOURS),
  },
  bm25: {
    name: 'bm25',
    title: 'BM25 as in the published runs: title and text in one field',
    takes: 'text',
    candidates: RUN_HITS,
    stages: terms(RUN_HITS),
  },
  rm3: {
    name: 'rm3',
    title: 'bm25 with relevance feedback (RM3), as in the published runs',
    takes: 'text',
    candidates: RUN_HITS,
    stages: { stage: 'rm3', k: RUN_HITS },
  },
} as const satisfies Readonly<Record<string, Pipeline>>;

export type PipelineName = keyof typeof PIPELINES;
/** Those that answer a search of the site. */
export type SearchPipeline = 'hybrid' | 'lexical' | 'dense';

/** Throws INVALID_ARGUMENT for an unknown name. */
export function pipelineNamed(name: string): Pipeline & { readonly name: PipelineName } {
  if (Object.hasOwn(PIPELINES, name)) return PIPELINES[name as PipelineName];
  throw new EngineError('INVALID_ARGUMENT', `There is no pipeline ${JSON.stringify(name)}`, {
    hint: `Choose one of ${Object.keys(PIPELINES).join(', ')}.`,
  });
}

/** Whether a pipeline reads the part `dense`, which a library has only with an encoder. */
export function needsEncoder({ stages }: Pipeline): boolean {
  return partsOf(stages).has('dense');
}

function partsOf(spec: StageSpec): ReadonlySet<'terms' | 'dense'> {
  switch (spec.stage) {
    case 'retrieve':
      return new Set([spec.part]);
    case 'rm3':
      return new Set(['terms']);
    case 'atLeast':
      return partsOf(spec.of);
    case 'fuse':
    case 'concatenate':
      return new Set(spec.of.flatMap((each) => [...partsOf(each)]));
    default:
      return spec satisfies never;
  }
}
