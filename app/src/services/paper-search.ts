// Search: a query, the ranking that a pipeline gives, and of each hit the sentence that answers best.

import { composed } from '../library/compose.ts';
import { type Excerpt, excerpts } from '../library/excerpt.ts';
import { PIPELINES } from '../library/pipelines.ts';
import { type Answer, type Reason, search } from '../library/search.ts';
import type { Work } from '../papers/index.ts';
import type { Damage } from '../store/index.ts';
import { changeOf, type FromStore, type Part } from './answers.ts';
import { type Context, pipelineFor } from './context.ts';
import { damagedField } from './damage-view.ts';
import { lagNotes } from './library-status.ts';
import { bounds } from './page-bounds.ts';

export interface SearchHit {
  readonly work: Work;
  readonly reason: Reason;
  /** Comparable only within one reason of one answer. */
  readonly score: number;
  /** The sentence of the abstract that answers best; absent when there is no abstract. */
  readonly sentence?: Excerpt;
}

export interface SearchOptions extends Part {
  /** Default 'hybrid', which is lexical where the library has no encoder. */
  readonly mode?: 'hybrid' | 'lexical' | 'dense';
  readonly signal?: AbortSignal;
}

export interface SearchPage extends FromStore {
  readonly query: string;
  readonly hits: readonly SearchHit[];
  /** Hits in all; when `more`, at least so many. */
  readonly total: number;
  readonly more: boolean;
  readonly offset: number;
  readonly limit: number;
  /**
   * The pipeline that answered (library/pipelines.ts): the mode asked for, 'lexical' where the library has no encoder.
   */
  readonly pipeline: 'hybrid' | 'lexical' | 'dense';
  /** Sentences for the reader: words of the query that were dropped, and why. */
  readonly notes: readonly string[];
  readonly ms: number;
}

/** Any string is a legal query. */
export async function searchPapers(context: Context, query: string, options: SearchOptions = {}): Promise<SearchPage> {
  const { index, encoders, names, store } = context;
  const start = context.now();
  const { offset, limit } = bounds(options);
  const pipeline = pipelineFor(context, options.mode);
  return index.with(async (snapshot) => {
    const request = {
      pipeline: composed(PIPELINES[pipeline], encoders),
      wanted: offset + limit,
      signal: options.signal,
    };
    const answer = await search(query, { names, snapshot, encoders }, request);
    const change = changeOf(snapshot);
    const { hits, damaged } = await hitsOf(context, answer, offset, limit, change);
    return {
      query,
      hits,
      total: answer.total ?? answer.found.length,
      more: answer.more,
      offset,
      limit,
      pipeline,
      notes: [...(await lagNotes(context, snapshot.size, change)), ...answer.notes],
      ms: context.now() - start,
      ...damagedField(store.health, damaged),
    };
  });
}

/** A work that went away between index and store is left out. */
async function hitsOf(
  { store, analyzers }: Context,
  answer: Answer,
  offset: number,
  limit: number,
  change: number,
): Promise<{ readonly hits: readonly SearchHit[]; readonly damaged: readonly Damage[] }> {
  const found = answer.found.slice(offset, offset + limit);
  const read = await store.readIndexed(
    found.map(({ key }) => key),
    change,
  );
  const works = new Map(read.works.map((work) => [work.key, work]));
  const bestSentence = excerpts(answer.weights, analyzers);
  const hits = found.flatMap(({ key, reason, score }) => {
    const work = works.get(key);
    if (work === undefined) return [];
    const sentence = bestSentence(work.abstract);
    return [{ work, reason, score, ...(sentence !== undefined && { sentence }) }];
  });
  return { hits, damaged: read.damaged };
}
