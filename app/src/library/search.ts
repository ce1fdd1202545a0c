// The search order: exact id, exact title, quoted phrase and author beat everything; then words and meaning, fused. The
// first kinds stand by rule, not by score, so that no weight can put a guess above what was asked for.

import type { Cancellable, DocId, IndexReader, LexicalQuery, Ranking, Statistics } from '@quire/engine/core';
import { dfPrefix, docsKey } from '@quire/engine/indexes';
import { fuseRankings } from '@quire/engine/retrieval';
import { nameKey, titleHashOf } from '../papers/index.ts';
import type { Reason } from '../server/services.ts';
import type { Store } from '../store/index.ts';
import { FIELDS } from './documents.ts';
import type { TermWeights } from './excerpt.ts';
import { FUSION } from './fusion.ts';
import { worksNamed } from './lookup.ts';
import type { Encoders, PaperSnapshot } from './paper-index.ts';
import { phraseOf, type ReadQuery, readQuery } from './query.ts';

export interface Found {
  readonly key: DocId;
  readonly reason: Reason;
  readonly score: number;
}

export interface Answer {
  /** Best first, each work once. */
  readonly found: readonly Found[];
  /** There may be more than were looked at. */
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

/** How many candidates each way of searching gives, at least. */
const POOL = 200;
/** Exact matches of one kind that are looked at; phrases and authors with more fall to their scores. */
const EXACT_LIMIT = 1_000;
/** Longest name, in words, that is tried as an author. */
const NAME_WORDS = 6;

/** Answers `text` from one snapshot of the index and the store. */
export async function search(
  text: string,
  store: Store,
  snapshot: PaperSnapshot,
  encoders: Encoders,
  request: SearchRequest,
): Promise<Answer> {
  const run = new Search(text, store, snapshot, encoders, request);
  return run.answer();
}

class Search {
  private readonly query: ReadQuery;
  private readonly store: Store;
  private readonly terms: IndexReader<'terms'>;
  private readonly snapshot: PaperSnapshot;
  private readonly encoders: Encoders;
  private readonly request: SearchRequest;
  private readonly found = new Map<DocId, Found>();
  private readonly notes: string[];
  /** Words that no paper has. */
  private readonly replaced: string[] = [];

  constructor(text: string, store: Store, snapshot: PaperSnapshot, encoders: Encoders, request: SearchRequest) {
    this.query = readQuery(text, encoders.terms.analyzer);
    this.store = store;
    this.snapshot = snapshot;
    this.encoders = encoders;
    this.request = request;
    this.terms = snapshot.part('terms') as unknown as IndexReader<'terms'>;
    this.notes = [...this.query.notes];
  }

  async answer(): Promise<Answer> {
    const dense = this.request.mode === 'lexical' ? undefined : this.encoders.dense;
    const mode = dense === undefined ? 'lexical' : this.request.mode;
    if (this.query.text === '') return { found: [], more: false, mode, weights: new Map(), notes: this.notes };
    const pool = Math.max(POOL, this.request.wanted + 1);
    const statistics = await this.statistics();
    this.put('id', worksNamed(this.store, this.query.text));
    this.put('title', this.store.worksByTitle(titleHashOf(this.query.text)));
    const lexical = mode === 'dense' ? [] : await this.lexical(pool, statistics);
    await this.putPhrases(lexical);
    await this.putAuthor(statistics);
    const meaning = dense === undefined ? [] : await this.dense(pool);
    await this.putRest(lexical, meaning);
    const isNamed = [...this.found.values()].some(({ reason }) => reason === 'id' || reason === 'title');
    for (const word of isNamed ? [] : this.replaced)
      this.notes.push(`No paper has “${word}”; words spelled like it were searched instead.`);
    const more = lexical.length >= pool || meaning.length >= pool;
    return { found: [...this.found.values()], more, mode, weights: this.weights(statistics), notes: this.notes };
  }

  private put(reason: Reason, keys: readonly DocId[], score = 1): void {
    for (const key of keys) if (!this.found.has(key)) this.found.set(key, { key, reason, score });
  }

  /** Document frequencies of the query's terms, field by field. */
  private statistics(): Promise<Statistics> {
    return this.terms.statistics(this.encoders.terms.query(orOf(this.query.terms.map(termNode))));
  }

  private frequency(statistics: Statistics, term: string): number {
    return Math.max(0, ...FIELDS.map((field) => statistics.get(dfPrefix(field) + term) ?? 0));
  }

  /** Words and phrases; a word that no paper has is replaced by its neighbours in spelling, and the reader told so. */
  private async lexical(pool: number, statistics: Statistics): Promise<Ranking> {
    const clauses: LexicalQuery[] = [...this.query.phrases];
    for (const [term, count] of this.query.counts) {
      const unknown = this.frequency(statistics, term) === 0;
      if (unknown && term.length >= FUZZY_LENGTH) {
        this.replaced.push(this.query.words.get(term) ?? term);
        clauses.push({ type: 'boost', boost: 0.5, query: { type: 'fuzzy', term, distance: term.length >= 8 ? 2 : 1 } });
      } else clauses.push(count === 1 ? termNode(term) : { type: 'boost', boost: count, query: termNode(term) });
    }
    if (clauses.length === 0) return [];
    return this.ask(orOf(clauses), pool);
  }

  private ask(query: LexicalQuery, k: number): Promise<Ranking> {
    return this.terms.search(this.encoders.terms.query(query), k, { signal: this.request.signal });
  }

  /** Papers that hold every quoted phrase, in the order of the whole query. */
  private async putPhrases(lexical: Ranking): Promise<void> {
    if (this.query.phrases.length === 0) return;
    const holding = await this.ask({ type: 'and', clauses: this.query.phrases }, EXACT_LIMIT);
    const ids = new Set(holding.map(({ id }) => id));
    for (const { id, score } of lexical) if (ids.delete(id)) this.put('phrase', [id], score);
    for (const { id, score } of holding) if (ids.has(id)) this.put('phrase', [id], score);
  }

  /** Papers by the person whose name the query is. A single word is a name when more authors than texts have it. */
  private async putAuthor(statistics: Statistics): Promise<void> {
    const name = nameKey(this.query.text.replace(/["“”„«»]/g, ' '));
    const words = name.split(' ');
    if (name === '' || words.length > NAME_WORDS || /\p{N}/u.test(name)) return;
    const phrase = phraseOf(name, this.encoders.terms.analyzer);
    if (phrase === undefined) return;
    if (words.length === 1 && !this.isMostlyName(statistics)) return;
    const papers = await this.ask({ type: 'field', field: 'authors', query: phrase }, Math.min(EXACT_LIMIT, POOL));
    for (const { id, score } of papers) {
      if (this.found.has(id)) continue;
      const work = this.store.work(id);
      if (work?.authors.some((author) => ` ${nameKey(author)} `.includes(` ${name} `))) this.put('author', [id], score);
    }
  }

  private isMostlyName(statistics: Statistics): boolean {
    const term = this.query.terms[0] ?? '';
    const df = (field: string) => statistics.get(dfPrefix(field) + term) ?? 0;
    return df('authors') > df('title') + df('abstract');
  }

  private async dense(pool: number): Promise<Ranking> {
    const { dense } = this.encoders;
    const [rep] = (await dense?.encodeQueries([this.query.text], { signal: this.request.signal })) ?? [];
    if (rep === undefined || rep.vec.every((value) => value === 0)) return [];
    const reader = this.snapshot.part('dense') as unknown as IndexReader<'dense'>; // the part is there when the encoder is
    return reader.search(rep, pool, { signal: this.request.signal });
  }

  private async putRest(lexical: Ranking, meaning: Ranking): Promise<void> {
    const fused =
      meaning.length === 0 ? lexical : lexical.length === 0 ? meaning : fuseRankings([lexical, meaning], FUSION);
    const byWords = new Set(lexical.map(({ id }) => id));
    const words = this.encoders.terms.query(orOf(this.query.terms.map(termNode)));
    let shown = this.found.size;
    for (const { id, score } of fused) {
      if (this.found.has(id)) continue;
      shown++;
      // Beyond the candidates of the lexical part only the postings know whether a word matches; asked where it is shown.
      const matches =
        byWords.has(id) || (shown <= this.request.wanted && (await this.terms.explain(words, id)) !== undefined);
      this.put(matches ? 'text' : 'meaning', [id], score);
    }
  }

  private weights(statistics: Statistics): TermWeights {
    const documents = Math.max(1, statistics.get(docsKey('title')) ?? 1);
    return new Map(
      this.query.terms.map((term) => [term, Math.log(1 + documents / Math.max(1, this.frequency(statistics, term)))]),
    );
  }
}

/** Shorter words have too many neighbours. */
const FUZZY_LENGTH = 4;

function termNode(term: string): LexicalQuery {
  return { type: 'term', term };
}

function orOf(clauses: readonly LexicalQuery[]): LexicalQuery {
  return { type: 'or', clauses };
}
