// The search order: exact id, exact title, quoted phrase and author rank above everything; then lexical and dense
// search, fused. The first kinds rank by rule, not by score, so that no weight can rank a guess above an exact match.

import type { Cancellable, DocId, IndexReader, LexicalQuery, Ranking, Statistics } from '@quire/engine/core';
import { dfPrefix, docsKey } from '@quire/engine/indexes';
import { fuseRankings } from '@quire/engine/retrieval';
import { identify, nameKey, titleHashOf } from '../papers/index.ts';
import type { Reason } from '../services/services.ts';
import type { Store } from '../store/index.ts';
import { fulfilling, isConditionsAlone } from './conditions.ts';
import { FIELDS } from './documents.ts';
import type { TermWeights } from './excerpt.ts';
import { FUSION } from './fusion.ts';
import { worksNamed } from './lookup.ts';
import type { Encoders, PaperSnapshot } from './paper-index.ts';
import { mapTerms, phraseOf, type ReadQuery, readQuery } from './query.ts';

export interface Found {
  readonly key: DocId;
  readonly reason: Reason;
  readonly score: number;
}

export interface Answer {
  /** Best first, each work once. */
  readonly found: readonly Found[];
  /** The total, if it is known without reading each hit; else the number of hits found. */
  readonly total?: number;
  /** There may be more hits than were read. */
  readonly more: boolean;
  readonly mode: 'hybrid' | 'lexical' | 'dense';
  /** Weights of the query's terms, for excerpts. */
  readonly weights: TermWeights;
  readonly notes: readonly string[];
}

export interface SearchRequest extends Cancellable {
  readonly mode: 'hybrid' | 'lexical' | 'dense';
  /** Hits that the caller will show at most, counted from the first. */
  readonly wanted: number;
}

/**
 * Minimum number of candidates of each retriever. The weight of dense search was tuned at twice as many (FUSION_DEPTH);
 * a page shows 20, and half the candidates cost a millisecond less (docs/results/site.md).
 */
const POOL = 100;
/** Longest name, in words, that is tried as an author. */
const NAME_WORDS = 6;
/**
 * Minimum cosine of a dense hit. Every query has nearest documents; below this value they are unrelated to it. Measured
 * on real queries over 8,602 papers, where the 20 nearest to nonsense queries score .20 to .30.
 */
const MEANING_FLOOR = 0.2;
/** The same when no paper has any word of the query: then only pieces of words are known to the encoder. */
const UNKNOWN_FLOOR = 0.4;
/** Maximum offset of a page; conditions alone may match hundreds of thousands. */
const DEEPEST = 10_000;
/** Shorter words have too many neighbours in spelling. */
const FUZZY_LENGTH = 4;

/** Answers `text` from one snapshot of the index and the store. */
export function search(
  text: string,
  store: Store,
  snapshot: PaperSnapshot,
  encoders: Encoders,
  request: SearchRequest,
): Promise<Answer> {
  return new Search(text, store, snapshot, encoders, request).answer();
}

class Search {
  private readonly query: ReadQuery;
  private readonly store: Store;
  private readonly terms: IndexReader<'terms'>;
  private readonly snapshot: PaperSnapshot;
  private readonly encoders: Encoders;
  private readonly request: SearchRequest;
  private readonly pool: number;
  private readonly found = new Map<DocId, Found>();
  private readonly notes: string[];

  constructor(text: string, store: Store, snapshot: PaperSnapshot, encoders: Encoders, request: SearchRequest) {
    this.query = readQuery(text, encoders.terms.analyzer);
    this.store = store;
    this.snapshot = snapshot;
    this.encoders = encoders;
    this.request = request;
    this.pool = Math.max(POOL, request.wanted + 1);
    this.terms = snapshot.part('terms') as unknown as IndexReader<'terms'>;
    this.notes = [...this.query.notes];
  }

  async answer(): Promise<Answer> {
    const dense = this.request.mode === 'lexical' ? undefined : this.encoders.dense;
    const mode = dense === undefined ? 'lexical' : this.request.mode;
    if (this.query.text === '') return { found: [], more: false, mode, weights: new Map(), notes: this.notes };
    this.put('id', worksNamed(this.store, this.query.text));
    // A query that is an identifier means that paper; dense search on its digits finds nothing related.
    if (this.found.size > 0 && isIdentifier(this.query.text)) {
      return { found: [...this.found.values()], more: false, mode, weights: new Map(), notes: this.notes };
    }
    this.put('title', this.store.worksByTitle(titleHashOf(this.query.text)));
    if (this.found.size === 0 && isConditionsAlone(this.query)) return this.byConditions(mode);
    const statistics = await this.statistics();
    await this.putPhrases();
    await this.putAuthor(statistics);
    const lexical = mode === 'dense' ? [] : await this.byWords(statistics);
    // Words that must or must not occur apply to every hit. Dense search cannot check them.
    const meaning = dense === undefined || this.query.loose.restricted ? [] : await this.byMeaning(statistics);
    await this.putRest(lexical, meaning);
    const more = lexical.length >= this.pool || meaning.length >= this.pool;
    return { found: [...this.found.values()], more, mode, weights: this.weights(statistics), notes: this.notes };
  }

  private async byConditions(mode: Answer['mode']): Promise<Answer> {
    const { wanted, signal } = this.request;
    const { keys, total } = await fulfilling(this.query, this.snapshot, this.encoders, wanted, { signal });
    this.put('condition', keys);
    const [all, more] = [Math.min(total, DEEPEST), total > DEEPEST];
    return { found: [...this.found.values()], total: all, more, mode, weights: new Map(), notes: this.notes };
  }

  private put(reason: Reason, keys: readonly DocId[], score = 1): void {
    for (const key of keys) if (!this.found.has(key)) this.found.set(key, { key, reason, score });
  }

  /** Whether an id or a title matched exactly. Then unknown words of the query need no note. */
  private isNamed(): boolean {
    return [...this.found.values()].some(({ reason }) => reason === 'id' || reason === 'title');
  }

  /** Document frequencies of the query's terms, field by field. */
  private statistics(): Promise<Statistics> {
    return this.terms.statistics(this.encoders.terms.query(anyOf(this.query.words.keys())));
  }

  private frequency(statistics: Statistics, term: string): number {
    return Math.max(0, ...FIELDS.map((field) => statistics.get(dfPrefix(field) + term) ?? 0));
  }

  private ask(query: LexicalQuery, k = this.pool): Promise<Ranking> {
    return this.terms.search(this.encoders.terms.query(query), k, this.options());
  }

  private options(): { signal: AbortSignal | undefined; filter: ReadQuery['filter'] } {
    return { signal: this.request.signal, filter: this.query.filter };
  }

  /** Papers that hold every quoted phrase. */
  private async putPhrases(): Promise<void> {
    const { phrases, lexical } = this.query.strict;
    if (phrases.length === 0 || lexical === undefined) return;
    const holding = await this.ask(lexical);
    for (const { id, score } of holding) this.put('phrase', [id], score);
    if (holding.length > 0 || this.isNamed()) return;
    this.notes.push(
      `No paper holds ${phrases.map((phrase) => `“${phrase}”`).join(' and ')}; the words were searched instead.`,
    );
  }

  /** Papers by the author whose name is the query. A single word is a name when more authors than texts have it. */
  private async putAuthor(statistics: Statistics): Promise<void> {
    const [named, ...others] = this.query.strict.inFields;
    const asked = named?.field === 'authors' && others.length === 0 ? named.text : undefined;
    const name = nameKey(asked ?? this.query.text.replace(/["“”„«»]/g, ' '));
    const words = name.split(' ');
    if (name === '' || words.length > NAME_WORDS || /\p{N}/u.test(name)) return;
    const phrase = phraseOf(name, this.encoders.terms.analyzer);
    if (phrase === undefined) return;
    if (asked === undefined && !this.canBeName(words.length, statistics)) return;
    for (const { id, score } of await this.ask({ type: 'field', field: 'authors', query: phrase })) {
      if (this.found.has(id)) continue;
      const { works, damaged } = this.store.read([id]);
      const authors = works[0]?.authors ?? [];
      // The words are adjacent in the index; here they must be in one name.
      const isName = authors.some((author) => ` ${nameKey(author)} `.includes(` ${name} `));
      if (isName || damaged.length > 0) this.put('author', [id], score); // a damaged hit is named where hits are read
    }
  }

  /** Every word occurs in some author's name; a single word must do so more often than in texts. */
  private canBeName(words: number, statistics: Statistics): boolean {
    const df = (field: string, term: string) => statistics.get(dfPrefix(field) + term) ?? 0;
    const terms = [...this.query.words.keys()];
    if (words > 1) return terms.every((term) => df('authors', term) > 0);
    return terms.every((term) => df('authors', term) > df('title', term) + df('abstract', term));
  }

  /** Replaces a word that no paper has by its neighbours in spelling, and adds a note. */
  private async byWords(statistics: Statistics): Promise<Ranking> {
    const { lexical } = this.query.loose;
    if (lexical === undefined) return [];
    const unknown = new Set<string>();
    const corrected = mapTerms(lexical, (term) => {
      if (this.frequency(statistics, term) > 0) return undefined;
      unknown.add(this.query.words.get(term) ?? term);
      if (term.length < FUZZY_LENGTH) return undefined;
      return { type: 'boost', boost: 0.5, query: { type: 'fuzzy', term, distance: term.length >= 8 ? 2 : 1 } };
    });
    const hits = await this.ask(corrected);
    if (!this.isNamed() && isIdentifier(this.query.text)) {
      this.notes.push(`No paper here is called “${this.query.text}”; its words were searched instead.`);
    } else if (!this.isNamed()) {
      for (const word of unknown)
        this.notes.push(`No paper has “${word}”; words spelled like it were searched instead.`);
    }
    if (hits.length > 0 || !this.query.loose.restricted || this.found.size > 0) return hits;
    this.notes.push('Nothing fulfils all of that; papers with any of the words follow.');
    return this.ask(anyOf(this.query.words.keys()));
  }

  private async byMeaning(statistics: Statistics): Promise<Ranking> {
    const { dense } = this.encoders;
    const terms = [...this.query.words.keys()];
    if (dense === undefined || terms.length === 0) return [];
    const [rep] = await dense.encodeQueries([this.query.loose.text], { signal: this.request.signal });
    if (rep === undefined || rep.vec.every((value) => value === 0)) return [];
    const reader = this.snapshot.part('dense') as unknown as IndexReader<'dense'>; // the part exists whenever the encoder does
    const isKnown = terms.some((term) => this.frequency(statistics, term) > 0);
    const floor = isKnown ? MEANING_FLOOR : UNKNOWN_FLOOR;
    return (await reader.search(rep, this.pool, this.options())).filter(({ score }) => score >= floor);
  }

  private async putRest(lexical: Ranking, meaning: Ranking): Promise<void> {
    const isMixed = lexical.length > 0 && meaning.length > 0;
    const fused = isMixed ? fuseRankings([lexical, meaning], FUSION) : lexical.length > 0 ? lexical : meaning;
    const byWords = new Set(lexical.map(({ id }) => id));
    const words = this.encoders.terms.query(anyOf(this.query.words.keys()));
    for (const { id, score } of fused) {
      if (this.found.has(id)) continue;
      // Beyond the lexical candidates only the postings show whether a word matches; they are read for the hits that
      // are shown.
      const isShown = this.found.size < this.request.wanted;
      const matches = byWords.has(id) || (isShown && (await this.terms.explain(words, id)) !== undefined);
      this.put(matches ? 'text' : 'meaning', [id], score);
    }
  }

  private weights(statistics: Statistics): TermWeights {
    const documents = Math.max(1, statistics.get(docsKey('title')) ?? 1);
    const idf = (term: string) => Math.log(1 + documents / Math.max(1, this.frequency(statistics, term)));
    return new Map([...this.query.words.keys()].map((term) => [term, idf(term)]));
  }
}

function isIdentifier(text: string): boolean {
  const { arxiv, doi } = identify(text);
  return arxiv !== undefined || doi !== undefined;
}

function anyOf(terms: Iterable<string>): LexicalQuery {
  return { type: 'or', clauses: [...terms].map((term) => ({ type: 'term', term })) };
}
