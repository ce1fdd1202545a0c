// The search order: exact id, exact title, quoted phrase and author rank above everything; below them the candidates of a
// pipeline (pipelines.ts). The first kinds rank by rule, not by score, so that no weight can rank a guess above an exact
// match. The site and `quire eval` both search here. A longer page never changes the order of a shorter one.

import type { Cancellable, DocId, IndexReader, LexicalQuery, Ranking, TraceEvent } from '@quire/engine/core';
import { concatenateRankings, inOneRun, once, type Query, type Retriever, withRep } from '@quire/engine/retrieval';
import { identify, nameKey } from '../papers/index.ts';
import type { Composed } from './compose.ts';
import { fulfilling, isConditionsAlone } from './conditions.ts';
import type { TermWeights } from './excerpt.ts';
import type { Names } from './names.ts';
import type { Encoders, PaperSnapshot } from './paper-index.ts';
import { DEEPEST } from './pipelines.ts';
import { anyOf, phraseOf, type ReadQuery, readQuery } from './query.ts';
import { budgetNote, unknownNotes } from './query-budget.ts';
import { correctSpelling, isCorrected } from './spelling.ts';
import { WordStatistics } from './word-statistics.ts';

/** Why a hit is in the ranking. */
export type Reason =
  | 'id' // the query is this paper's id, DOI or address
  | 'title' // the query is its title
  | 'phrase' // it holds every quoted phrase
  | 'author' // the query is one of its authors
  | 'text' // its words match
  | 'condition' // the query is conditions alone, and it fulfils them; newest first
  | 'meaning'; // only its meaning is close: no word of the query was needed

export interface Found {
  readonly key: DocId;
  readonly reason: Reason;
  /** Comparable only within one reason. */
  readonly score: number;
}

export interface Answer {
  /** Best first, each work once. */
  readonly found: readonly Found[];
  /** The same order with scores that are comparable over all of it. */
  readonly ranking: Ranking;
  /** The total, if it is known without reading each hit; else the number of hits found. */
  readonly total?: number;
  /** There may be more hits than were read. */
  readonly more: boolean;
  /** Weights of the query's terms, for excerpts. */
  readonly weights: TermWeights;
  readonly notes: readonly string[];
}

/** What a search reads. */
export interface SearchSources {
  readonly names: Names;
  readonly snapshot: PaperSnapshot;
  readonly encoders: Encoders;
}

export interface SearchRequest extends Cancellable {
  readonly pipeline: Composed;
  /** Hits that the caller will show at most, counted from the first. */
  readonly wanted: number;
}

/** Longest name, in words, that is tried as an author. */
const NAME_WORDS = 6;

/** Answers `text` from one snapshot of the index. */
export function search(text: string, sources: SearchSources, request: SearchRequest): Promise<Answer> {
  return new Search(text, sources, request).answer();
}

class Search {
  readonly #query: ReadQuery;
  readonly #sources: SearchSources;
  readonly #terms: IndexReader<'terms'>;
  readonly #request: SearchRequest;
  readonly #found = new Map<DocId, Found>();
  /** The same, kind by kind, best kind first. */
  readonly #groups: Ranking[] = [];
  readonly #notes: Set<string>;

  constructor(text: string, sources: SearchSources, request: SearchRequest) {
    this.#query = readQuery(text, sources.encoders.terms.analyzer);
    this.#sources = sources;
    this.#request = request;
    this.#terms = sources.snapshot.part('terms');
    this.#notes = new Set(this.#query.notes);
  }

  async answer(): Promise<Answer> {
    const { names } = this.#sources;
    const { text } = this.#query;
    if (text === '') return this.#answer();
    this.#put('id', exactly(await names.named(text)));
    // A query that is an identifier means that paper; dense search on its digits finds nothing related.
    if (this.#found.size > 0 && isIdentifier(text)) return this.#answer();
    this.#put('title', exactly(await names.titled(text)));
    if (this.#found.size === 0 && isConditionsAlone(this.#query)) return this.#byConditions();
    const words = await WordStatistics.read(this.#query.words.keys(), this.#terms, this.#sources.encoders.terms);
    await this.#putPhrases();
    await this.#putAuthor(words);
    const more = await this.#putCandidates(words);
    return this.#answer({ more, weights: words.weights() });
  }

  #answer(rest: Partial<Answer> = {}): Answer {
    return {
      found: [...this.#found.values()],
      ranking: concatenateRankings(this.#groups),
      more: false,
      weights: new Map(),
      notes: [...this.#notes],
      ...rest,
    };
  }

  async #byConditions(): Promise<Answer> {
    const { snapshot, encoders } = this.#sources;
    const { wanted, signal } = this.#request;
    const { keys, total } = await fulfilling(this.#query, snapshot, encoders, wanted, { signal });
    this.#put('condition', exactly(keys));
    return this.#answer({ total: Math.min(total, DEEPEST), more: total > DEEPEST });
  }

  #put(reason: Reason, hits: Ranking): void {
    this.#groups.push(hits);
    for (const { id, score } of hits) if (!this.#found.has(id)) this.#found.set(id, { key: id, reason, score });
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

  #ask(query: LexicalQuery, k: number): Promise<Ranking> {
    const options = { signal: this.#request.signal, filter: this.#query.filter, trace: this.#trace };
    return this.#terms.search(this.#sources.encoders.terms.query(query), k, options);
  }

  /** Papers that hold every quoted phrase. */
  async #putPhrases(): Promise<void> {
    const { phrases, lexical } = this.#query.strict;
    if (phrases.length === 0 || lexical === undefined) return;
    const { wanted, pipeline } = this.#request;
    const { candidates } = pipeline.pipeline;
    const holding = await this.#ask(lexical, wanted < candidates ? candidates : DEEPEST);
    this.#put('phrase', holding);
    if (holding.length > 0 || this.#isNamed()) return;
    this.#note(
      `No paper holds ${phrases.map((phrase) => `“${phrase}”`).join(' and ')}; the words were searched instead.`,
    );
  }

  /** Papers by the author whose name is the query. A single word is a name when more authors than texts have it. */
  async #putAuthor(statistics: WordStatistics): Promise<void> {
    const { encoders, names } = this.#sources;
    const [named, ...others] = this.#query.strict.inFields;
    const asked = named?.field === 'authors' && others.length === 0 ? named.text : undefined;
    const name = nameKey(asked ?? this.#query.text.replace(/["“”„«»]/g, ' '));
    const words = name.split(' ');
    if (name === '' || words.length > NAME_WORDS || /\p{N}/u.test(name)) return;
    const phrase = phraseOf(name, encoders.terms.analyzer);
    if (phrase === undefined) return;
    if (asked === undefined && !statistics.canBeName(words.length)) return;
    const { candidates } = this.#request.pipeline.pipeline;
    const holding = await this.#ask({ type: 'field', field: 'authors', query: phrase }, candidates);
    // The words are adjacent in the index; here they must be in one name.
    const isOne = (author: string) => ` ${nameKey(author)} `.includes(` ${name} `);
    const fresh = holding.filter(({ id }) => !this.#found.has(id));
    const authors = await names.authorsOf(fresh.map(({ id }) => id));
    // a damaged row is named where hits are read
    this.#put(
      'author',
      fresh.filter(({ id }) => authors.get(id)?.some(isOne) ?? true),
    );
  }

  /** What the pipeline finds, below the exact matches. Returns whether there may be more. */
  async #putCandidates(words: WordStatistics): Promise<boolean> {
    const { restricted } = this.#query.loose;
    const terms = [...this.#query.words.keys()];
    // Words that must or must not occur apply to every hit. Dense search cannot check them.
    const text = restricted || terms.length === 0 ? '' : this.#query.loose.text;
    let candidates = await this.#candidates({ text, lexical: this.#lexical(words) }, words.anyIsKnown);
    if (candidates.ranking.length === 0 && restricted && this.#found.size === 0) {
      candidates = await this.#candidates({ text, lexical: anyOf(terms) }, true);
      const isAny = candidates.ranking.length > 0;
      this.#note(isAny ? 'Nothing fulfils all of that; papers with any of the words follow.' : nothingNote(terms));
    }
    await this.#putLabelled(candidates, terms);
    return candidates.more;
  }

  /** The words wanted, misspelled ones corrected, with a note of each. */
  #lexical(words: WordStatistics): LexicalQuery | undefined {
    const { text, loose } = this.#query;
    if (loose.lexical === undefined || this.#request.pipeline.byWords.length === 0) return undefined;
    const { lexical, unknown } = correctSpelling(loose.lexical, (term) => words.isUnknown(term));
    if (this.#isNamed()) return lexical;
    if (isIdentifier(text)) {
      this.#note(`No paper here is called “${text}”; its words were searched instead.`);
      return lexical;
    }
    const unknownWords = [...unknown].map((term) => ({
      word: this.#query.words.get(term) ?? term,
      isCorrected: isCorrected(term),
    }));
    for (const note of unknownNotes(unknownWords)) this.#note(note);
    return lexical;
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

  async #putLabelled({ ranking, matching }: Candidates, terms: readonly string[]): Promise<void> {
    this.#groups.push(ranking);
    const fresh = ranking.filter(({ id }) => !this.#found.has(id));
    // Beyond the lexical candidates only the postings show whether a word matches; they are read for the hits that are
    // shown.
    const shown = fresh.slice(0, Math.max(0, this.#request.wanted - this.#found.size)).map(({ id }) => id);
    const unsure = matching === undefined ? [] : shown.filter((id) => !matching.has(id));
    const words = this.#sources.encoders.terms.query(anyOf(terms));
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

function nothingNote(wanted: readonly string[]): string {
  const advice = wanted.length === 0 ? ' A query needs at least one word that is not excluded.' : '';
  return `Nothing fulfils all of that.${advice}`;
}

const exactly = (keys: readonly DocId[]): Ranking => keys.map((id) => ({ id, score: 1 }));

function isIdentifier(text: string): boolean {
  const { arxiv, doi } = identify(text);
  return arxiv !== undefined || doi !== undefined;
}
