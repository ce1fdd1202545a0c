// The search order: exact id, exact title, quoted phrase and author rank above everything; below them the candidates of a
// pipeline (pipelines.ts). The first kinds rank by rule, not by score, so that no weight can rank a guess above an exact
// match. The site and `quire eval` both search here. A longer page never changes the order of a shorter one.

import type { DocId, IndexReader, LexicalQuery, Ranking, TraceEvent } from '@quire/engine/core';
import { concatenateRankings, inOneRun, once, type Query, type Retriever, withRep } from '@quire/engine/retrieval';
import type { Answer, Found, Reason, SearchRequest, SearchSources } from './answer.ts';
import { authorNamed, authorsAmong, isNameAlone, namesIn } from './author-search.ts';
import { fulfilling, isConditionsAlone } from './conditions.ts';
import { likeWhat, paperCalled } from './like.ts';
import { matchingOf } from './matching.ts';
import { addressed, type MissingPaper } from './missing.ts';
import { resolveNames } from './named-values.ts';
import { DEEPEST } from './pipelines.ts';
import { type ReadQuery, readQuery } from './query.ts';
import { budgetNote, notCorrectedNote, unknownNotes, weakNote } from './query-budget.ts';
import { runPhrase } from './query-words.ts';
import { listFilter } from './reader-lists.ts';
import { similarTo } from './similar.ts';
import { orderOf } from './sort-order.ts';
import { Spelling } from './spelling.ts';
import { contentOf, inAuthors, termsToCount, type WantedWords, wantedWords } from './wanted-words.ts';
import { WordStatistics } from './word-statistics.ts';

/** Answers `text` from one snapshot of the index. */
export function search(text: string, sources: SearchSources, request: SearchRequest): Promise<Answer> {
  return new Search(text, sources, request).answer();
}

/** A run of more signs is a sentence: papers with parts of it are better than none. */
const LONGEST_WHOLE_RUN = 4;
/** Longer queries are texts: a rare word in them is no mistake of typing. */
const SHORT_QUERY = 6;
/** Papers like a paper that can be paged through. */
const LIKE = 100;

class Search {
  readonly #sources: SearchSources;
  readonly #terms: IndexReader<'terms'>;
  readonly #request: SearchRequest;
  readonly #found = new Map<DocId, Found>();
  /** The same, kind by kind, best kind first. */
  readonly #groups: Ranking[] = [];
  readonly #notes: Set<string>;
  readonly #spelling: Spelling;
  #query: ReadQuery;

  constructor(text: string, sources: SearchSources, request: SearchRequest) {
    this.#query = readQuery(text, sources.encoders.terms.analyzer, { isTyping: request.isTyping ?? false });
    this.#sources = sources;
    this.#request = request;
    this.#terms = sources.snapshot.part('terms');
    this.#notes = new Set(this.#query.notes);
    this.#spelling = new Spelling(this.#terms, sources.encoders.terms);
  }

  async answer(): Promise<Answer> {
    const { names } = this.#sources;
    const { text } = this.#query;
    if (text === '') return this.#answer();
    this.#put('id', exactly(await names.named(text)));
    const missing = addressed(text);
    // Dense search on the digits of an identifier finds nothing related.
    if (missing !== undefined) return this.#answer(this.#found.size > 0 ? {} : { missing });
    const similar = await this.#similar();
    if (similar !== undefined) return similar;
    const absent = await this.#resolveConditions();
    if (absent !== undefined) return this.#answer({ missing: absent });
    await this.#putTitles();
    if (this.#found.size === 0 && isConditionsAlone(this.#query)) return this.#byConditions();
    return this.#byWords();
  }

  #answer(rest: Partial<Answer> = {}): Answer {
    return {
      found: [...this.#found.values()],
      ranking: concatenateRankings(this.#groups),
      more: false,
      weights: new Map(),
      notes: [...this.#notes],
      query: this.#query,
      filter: this.#query.filter,
      substitutions: [],
      suspicions: [],
      ...(this.#request.matching !== undefined && {
        matching: { keys: [...this.#found.keys()], kind: 'all', isPart: false },
      }),
      ...rest,
    };
  }

  /** "papers like X" where X is a paper of the library. */
  async #similar(): Promise<Answer | undefined> {
    const { names, snapshot, encoders } = this.#sources;
    const like = likeWhat(this.#query.text);
    if (like === undefined) return undefined;
    const paper = await paperCalled(like, names, this.#ask, encoders.terms.analyzer);
    if (paper === undefined) {
      const missing = addressed(like);
      if (missing !== undefined) return this.#answer({ missing });
      this.#note(`No paper here is called “${like}”, so its words were searched.`);
      this.#query = readQuery(like, encoders.terms.analyzer);
      return undefined;
    }
    const { hits } = await similarTo(paper, snapshot, encoders, LIKE, this.#request);
    this.#put('similar', hits);
    return this.#answer({ like: paper.key });
  }

  /** Replaces names in conditions by values. Returns the paper that is asked for alone and that is not here. */
  async #resolveConditions(): Promise<MissingPaper | undefined> {
    const { names, snapshot } = this.#sources;
    const query = this.#query;
    const named = await resolveNames(query.filter, snapshot);
    const lists = await listFilter(query.lists, this.#request.lists);
    for (const note of [...named.notes, ...lists.notes]) this.#note(note);
    const filters = [named.filter, lists.filter].filter((filter) => filter !== undefined);
    const wanted: DocId[] = [];
    const isAlone = filters.length === 0 && query.rest === '';
    for (const { name, isExcluded } of query.papers) {
      const keys = await names.named(name);
      if (isExcluded) filters.push({ op: 'not', filter: { op: 'ids', ids: keys } });
      else wanted.push(...keys);
      if (keys.length > 0 || isExcluded) continue;
      if (isAlone && query.papers.length === 1) return addressed(name) ?? { name, add: name };
      this.#note(`No paper here is called “${name}”.`);
    }
    if (query.papers.some(({ isExcluded }) => !isExcluded)) {
      if (isAlone) this.#put('id', exactly(wanted));
      filters.push({ op: 'ids', ids: wanted });
    }
    const [only, ...others] = filters;
    this.#query = { ...query, filter: others.length === 0 ? only : { op: 'and', filters } };
    return undefined;
  }

  async #putTitles(): Promise<void> {
    const { names, snapshot } = this.#sources;
    const { text, filter } = this.#query;
    const titled = await names.titled(text);
    if (titled.length > 0 || filter === undefined) return this.#put('title', exactly(titled));
    const keys = await names.titled(this.#query.strict.text);
    if (keys.length === 0) return;
    const inside = await snapshot.ids({ filter: { op: 'and', filters: [filter, { op: 'ids', ids: keys }] } });
    this.#put('title', exactly(inside));
  }

  async #byConditions(): Promise<Answer> {
    const { snapshot, encoders } = this.#sources;
    const { wanted, signal, sort = 'date', matching } = this.#request;
    const order = orderOf(sort === 'relevance' ? 'date' : sort);
    const { keys, total } = await fulfilling(this.#query, snapshot, encoders, { wanted, order, signal });
    this.#put('condition', exactly(keys));
    return this.#answer({
      total: Math.min(total, DEEPEST),
      more: total > DEEPEST,
      ...(matching !== undefined && { matching: { keys, kind: 'all', isPart: false, total } }),
    });
  }

  async #byWords(): Promise<Answer> {
    const { encoders, names } = this.#sources;
    const { words } = this.#query;
    const content = contentOf(words);
    const namesToo = namesIn(this.#query);
    const statistics = await WordStatistics.read(termsToCount(words), this.#terms, encoders.terms, namesToo);
    await this.#putPhrases();
    const sources = { terms: this.#terms, encoders, names, statistics, ask: this.#ask };
    const candidates = this.#request.pipeline.pipeline.candidates;
    const whole = await authorNamed(this.#query, sources, candidates);
    if (whole !== undefined) this.#putNew('author', whole);
    const authors = await authorsAmong(this.#query, sources);
    const runs = whole === undefined ? await this.#knownRuns() : new Set<string>();
    const isVerbatim = (this.#request.isVerbatim ?? false) || this.#isNamed();
    const wanted = await wantedWords({
      query: this.#query,
      statistics,
      spelling: this.#spelling,
      authors,
      isVerbatim,
      isRunKnown: (typed) => runs.has(typed),
    });
    if (authors.size > 0 && whole === undefined) await this.#putMixed(wanted, authors);
    this.#noteWords(wanted);
    const more = await this.#putCandidates(wanted);
    const isShort = content.length > 0 && content.length <= SHORT_QUERY && !this.#isNamed() && !isVerbatim;
    const suspicions = isShort ? await this.#spelling.suspicions(content, statistics) : [];
    const { weights, substitutions } = wanted;
    const most = this.#request.matching;
    const found = [...this.#found.values()];
    const matching =
      most === undefined ? undefined : await matchingOf(this.#query, wanted, { found, more, most, ask: this.#ask });
    return this.#answer({ more, weights, substitutions, suspicions, ...(matching && { matching }) });
  }

  #put(reason: Reason, hits: Ranking): void {
    this.#groups.push(hits);
    for (const { id, score } of hits) if (!this.#found.has(id)) this.#found.set(id, { key: id, reason, score });
  }

  #putNew(reason: Reason, hits: Ranking): void {
    this.#put(
      reason,
      hits.filter(({ id }) => !this.#found.has(id)),
    );
  }

  /** Whether an id or a title matched exactly. Then unknown words of the query need no note. */
  #isNamed(): boolean {
    return [...this.#found.values()].some(({ reason }) => reason === 'id' || reason === 'title');
  }

  #note(note: string): void {
    this.#notes.add(note);
  }

  /** Limits that a search reached become notes. */
  readonly #trace = (event: TraceEvent): void => {
    const note = budgetNote(event);
    if (note !== undefined) this.#note(note);
  };

  readonly #ask = (query: LexicalQuery, k: number): Promise<Ranking> => {
    const options = { signal: this.#request.signal, filter: this.#query.filter, trace: this.#trace };
    return this.#terms.search(this.#sources.encoders.terms.query(query), k, options);
  };

  /** Papers that hold every quoted phrase. */
  async #putPhrases(): Promise<void> {
    const { phrases, lexical } = this.#query.strict;
    if (phrases.length === 0 || lexical === undefined || isNameAlone(this.#query)) return;
    const { wanted, pipeline } = this.#request;
    const { candidates } = pipeline.pipeline;
    const holding = await this.#ask(lexical, wanted < candidates ? candidates : DEEPEST);
    this.#put('phrase', holding);
    if (holding.length > 0 || this.#isNamed()) return;
    this.#note(
      `No paper holds ${phrases.map((phrase) => `“${phrase}”`).join(' and ')}; the words were searched instead.`,
    );
  }

  /** Papers by an author whom some of the words name, with any of the others; of several authors all. */
  async #putMixed({ every }: WantedWords, authors: ReadonlyMap<string, string>): Promise<void> {
    if (this.#query.loose.restricted) return;
    const by = [...authors.values()].map(inAuthors);
    const rest = every.filter(({ term }) => !authors.has(term)).map(({ tree }) => tree);
    const gates = by.map((query): LexicalQuery => ({ type: 'boost', boost: 0, query }));
    const clauses: readonly LexicalQuery[] = rest.length === 0 ? by : [...gates, { type: 'or', clauses: rest }];
    this.#putNew('author', await this.#ask({ type: 'and', clauses }, this.#request.pipeline.pipeline.candidates));
  }

  /** The runs of signs that some paper contains. A long one may be contained in parts. */
  async #knownRuns(): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for (const run of this.#query.words.runs) {
      const [holding] = await this.#ask(runPhrase(run), 1);
      if (holding === undefined) this.#note(`No paper contains “${run.typed}”.`);
      if (holding !== undefined || run.terms.length > LONGEST_WHOLE_RUN) found.add(run.typed);
    }
    return found;
  }

  #noteWords({ unknown, someNotCorrected, substitutions }: WantedWords): void {
    const { words } = this.#query;
    if (this.#isNamed()) return;
    for (const note of unknownNotes(unknown.map(({ typed }) => typed))) this.#note(note);
    if (someNotCorrected) this.#note(notCorrectedNote(substitutions.length));
    const weak = [...words.words.values()].map(({ typed }) => typed);
    const isEmpty = contentOf(words).length === 0 && words.runs.length === 0;
    if (isEmpty && weak.length > 0 && this.#found.size === 0) this.#note(weakNote(weak));
  }

  /** What the pipeline finds, below the exact matches. Returns whether there may be more. */
  async #putCandidates(wanted: WantedWords): Promise<boolean> {
    const { restricted, text: asked } = this.#query.loose;
    // Words that must or must not occur apply to every hit. Dense search cannot check them.
    const { words, runs } = this.#query.words;
    const isRuns = runs.length > 0 && words.size === 0; // contained or not: the encoder knows only single signs
    const isByWordsAlone = restricted || isRuns || (wanted.every.length === 0 && wanted.unknown.length === 0);
    const text = isByWordsAlone ? '' : asked;
    const lexical = this.#request.pipeline.byWords.length === 0 ? undefined : wanted.lexical;
    let candidates = await this.#candidates({ text, lexical }, wanted.anyIsKnown);
    if (candidates.ranking.length === 0 && restricted && this.#found.size === 0) {
      candidates = await this.#candidates({ text, lexical: wanted.any }, true);
      const isAny = candidates.ranking.length > 0;
      this.#note(isAny ? 'Nothing fulfils all of that; papers with any of the words follow.' : nothingNote(words.size));
    }
    await this.#putLabelled(candidates, wanted.any);
    return candidates.more;
  }

  /** Runs the pipeline; what stands below its candidates only where a page needs it. */
  #candidates({ text, lexical = NOTHING }: Wanted, anyIsKnown: boolean): Promise<Candidates> {
    const { snapshot, encoders } = this.#sources;
    const { wanted, signal, pipeline } = this.#request;
    const query: Query = withRep({ text, filter: this.#query.filter }, encoders.terms.query(lexical));
    return inOneRun({ snapshot, signal, trace: this.#trace }, async (run) => {
      const list = (retriever: Retriever) => once(retriever, query, run, () => retriever.run(query, run));
      const stages = anyIsKnown ? pipeline.stages : pipeline.withoutKnownWords;
      const first = await list(stages);
      const lists = await Promise.all(pipeline.byWords.map(list)); // made already, inside `stages`
      const matching = pipeline.isLexical ? undefined : new Set(lists.flat().map(({ id }) => id));
      const isFull = (lists.length > 0 ? lists : [first]).some(({ length }) => length >= pipeline.pipeline.candidates);
      const fresh = first.filter(({ id }) => !this.#found.has(id)).length;
      if (!isFull || this.#found.size + fresh > wanted) return { ranking: first, matching, more: isFull };
      const ranking = await list(pipeline.withRest(stages));
      if (pipeline.restIsLexical) for (const { id } of ranking.slice(first.length)) matching?.add(id);
      return { ranking, matching, more: ranking.length >= DEEPEST };
    });
  }

  async #putLabelled({ ranking, matching }: Candidates, any: LexicalQuery): Promise<void> {
    this.#groups.push(ranking);
    const fresh = ranking.filter(({ id }) => !this.#found.has(id));
    // Beyond the lexical candidates only the postings show whether a word matches; they are read for the hits that are
    // shown.
    const shown = fresh.slice(0, Math.max(0, this.#request.wanted - this.#found.size)).map(({ id }) => id);
    const unsure = matching === undefined ? [] : shown.filter((id) => !matching.has(id));
    const words = this.#sources.encoders.terms.query(any);
    const scores = unsure.length === 0 ? [] : await this.#terms.score(words, unsure, { trace: this.#trace });
    const matched = new Set(unsure.filter((_, i) => scores[i] !== undefined));
    for (const { id, score } of fresh) {
      const matches = matching === undefined || matching.has(id) || matched.has(id);
      this.#found.set(id, { key: id, reason: matches ? 'text' : 'meaning', score });
    }
  }
}

interface Wanted {
  /** '' finds nothing by meaning. */
  readonly text: string;
  /** undefined finds nothing by words. */
  readonly lexical: LexicalQuery | undefined;
}

interface Candidates {
  readonly ranking: Ranking;
  /** Those known to match a word; undefined: all of them. */
  readonly matching: ReadonlySet<DocId> | undefined;
  readonly more: boolean;
}

const NOTHING: LexicalQuery = { type: 'or', clauses: [] };

function nothingNote(wanted: number): string {
  const advice = wanted === 0 ? ' A query needs at least one word that is not excluded.' : '';
  return `Nothing fulfils all of that.${advice}`;
}

const exactly = (keys: readonly DocId[]): Ranking => keys.map((id) => ({ id, score: 1 }));
