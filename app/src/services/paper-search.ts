// Search: a query, the ranking that a pipeline gives, of each hit the sentence that answers best, and what stands beside
// the hits: facets, the spelling, near queries, help where nothing is found.

import { EngineError } from '@quire/engine/core';
import type { Answer, Reason } from '../library/answer.ts';
import { composed } from '../library/compose.ts';
import { type Excerpt, excerpts } from '../library/excerpt.ts';
import { COUNTED, type Facets, facetsOf } from '../library/facets.ts';
import type { Encoders, PaperSnapshot } from '../library/paper-index.ts';
import { DEEPEST, PIPELINES } from '../library/pipelines.ts';
import type { ReaderLists } from '../library/reader-lists.ts';
import { relatedTo } from '../library/related-queries.ts';
import { search } from '../library/search.ts';
import { SORT_ORDERS } from '../library/sort-order.ts';
import { sorted } from '../library/sorted.ts';
import { replacedBy, suggestionOf } from '../library/spelled.ts';
import { type Help, zeroHelp } from '../library/zero-help.ts';
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
  /** Default 'relevance'; conditions alone are sorted by date. */
  readonly sort?: 'relevance' | 'date' | 'votes';
  /** Search every word as it is typed, also one that no paper has. Default false. */
  readonly exact?: boolean;
  /** Count years, categories, venues, organisations and sources. Default false. */
  readonly facets?: boolean;
  /** The query is being typed: its last word may be the beginning of one. Default false. */
  readonly typing?: boolean;
  /** The lists of the reader who asks, for `is:saved` and `in:collection`. */
  readonly lists?: ReaderLists;
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
  readonly sort: 'relevance' | 'date' | 'votes';
  /** Sentences for the reader: words of the query that were dropped, and why. */
  readonly notes: readonly string[];
  /** Conditions of the query, each with the query that is left without it. */
  readonly conditions: readonly { readonly text: string; readonly without: string }[];
  /** Words that no paper has, and what was searched instead; the query with `exact` searches them as typed. */
  readonly replaced: readonly { readonly typed: string; readonly instead: readonly string[] }[];
  /** The query with a rare word spelled as a common one; the answer is that of the query as typed. */
  readonly suggestion?: string;
  /** The query names a paper by an id or address, and it is not here: `add` is what to add it by. Nothing else was searched. */
  readonly missing?: { readonly name: string; readonly add: string };
  /** The hits are like this paper. */
  readonly like?: { readonly key: string; readonly title: string };
  /** Absent unless asked for. */
  readonly facets?: Facets;
  /** Other queries near this one, from the words of its hits; only with facets. */
  readonly related?: readonly string[];
  /** Where nothing is found: the query without one of its parts, and what it finds. */
  readonly help?: readonly Help[];
  readonly ms: number;
}

/** Any string is a legal query. */
export async function searchPapers(context: Context, query: string, options: SearchOptions = {}): Promise<SearchPage> {
  const { sort = 'relevance' } = options;
  if (!SORT_ORDERS.includes(sort)) {
    throw new EngineError('INVALID_ARGUMENT', `sort is ${JSON.stringify(sort)}`, {
      hint: `Choose ${SORT_ORDERS.join(', ')}.`,
    });
  }
  const start = context.now();
  const page = await context.index.with((snapshot, encoders) => answered(context, query, options, snapshot, encoders));
  return { ...page, ms: context.now() - start };
}

async function answered(
  context: Context,
  query: string,
  options: SearchOptions,
  snapshot: PaperSnapshot,
  encoders: Encoders,
): Promise<Omit<SearchPage, 'ms'>> {
  const { names, store } = context;
  const sources = { names, snapshot, encoders };
  const { offset, limit } = bounds(options);
  const { sort = 'relevance', exact = false, typing = false, facets = false, lists, signal } = options;
  const pipeline = pipelineFor({ encoders }, options.mode);
  const change = changeOf(snapshot);
  const asked = {
    pipeline: composed(PIPELINES[pipeline], encoders),
    sort,
    lists,
    signal,
    isVerbatim: exact,
    isTyping: typing,
  };
  const matching = sort !== 'relevance' ? DEEPEST : facets ? COUNTED : undefined;
  const found = await search(query, sources, { ...asked, wanted: offset + limit, ...(matching && { matching }) });
  const answer = sort === 'relevance' ? found : await sorted(found, sort, offset + limit, snapshot);
  const { hits, damaged } = await hitsOf(context, answer, offset, limit, change);
  const works = hits.map(({ work }) => work);
  const { analyzer } = encoders.terms;
  const suggestion = suggestionOf(answer, works, analyzer);
  const count = (text: string) => search(text, sources, { ...asked, wanted: 1 });
  const help = answer.found.length === 0 && answer.missing === undefined ? await zeroHelp(answer.query, count) : [];
  const counted = facets ? await facetsOf(answer, snapshot) : undefined;
  const like = answer.like === undefined ? undefined : (await names.papers([answer.like]))[0];
  return {
    query,
    hits,
    total: answer.total ?? answer.found.length,
    more: answer.more,
    offset,
    limit,
    pipeline,
    sort,
    notes: [...(await lagNotes(context, snapshot.size, change)), ...answer.notes],
    conditions: answer.query.conditions.map(({ text, without }) => ({ text, without })),
    replaced: replacedBy(answer, works, analyzer),
    ...(suggestion !== undefined && { suggestion }),
    ...(answer.missing !== undefined && { missing: answer.missing }),
    ...(like !== undefined && { like: { key: like.key, title: like.title } }),
    ...(counted !== undefined && { facets: counted, related: relatedTo(answer, works, analyzer) }),
    ...(help.length > 0 && { help }),
    ...damagedField(store.health, damaged),
  };
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
