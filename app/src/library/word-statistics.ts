// How often the words of a query occur, field by field: read once for a search, for names, spelling and excerpts.

import type { IndexReader, LexicalQuery, Statistics } from '@quire/engine/core';
import type { TermsEncoder } from '@quire/engine/encoders';
import { dfPrefix, docsKey } from '@quire/engine/indexes';
import { FIELDS } from './documents.ts';
import type { TermWeights } from './excerpt.ts';
import { anyOf } from './query.ts';
import { INDEX_BUDGET } from './query-budget.ts';

export class WordStatistics {
  readonly #terms: readonly string[];
  readonly #counted: ReadonlySet<string>;
  readonly #statistics: Statistics;

  private constructor(terms: readonly string[], statistics: Statistics) {
    this.#terms = terms;
    this.#counted = new Set(terms);
    this.#statistics = statistics;
  }

  /** `others` are counted too, such as names, and are no words of the query. */
  static async read(
    terms: Iterable<string>,
    reader: IndexReader<'terms'>,
    encoder: TermsEncoder,
    others: readonly string[] = [],
  ): Promise<WordStatistics> {
    const all = [...new Set(terms)].slice(0, INDEX_BUDGET.terms);
    const counted: LexicalQuery = anyOf(new Set([...all, ...others].slice(0, INDEX_BUDGET.terms)));
    return new WordStatistics(all, await reader.statistics(encoder.query(counted)));
  }

  /** Papers that have the term in `field`. */
  inField(field: string, term: string): number {
    return this.#statistics.get(dfPrefix(field) + term) ?? 0;
  }

  /** The same in the field where it occurs most. */
  frequency(term: string): number {
    return Math.max(0, ...FIELDS.map((field) => this.inField(field, term)));
  }

  /** The same in title or abstract. */
  inText(term: string): number {
    return Math.max(this.inField('title', term), this.inField('abstract', term));
  }

  /** Whether no paper has a word of the query. Words beyond the budget are not counted. */
  isUnknown(term: string): boolean {
    return this.#counted.has(term) && this.frequency(term) === 0;
  }

  /** Papers of the index. */
  get documents(): number {
    return Math.max(1, this.#statistics.get(docsKey('title')) ?? 1);
  }

  /** Inverse document frequencies: what a word counts in an excerpt. */
  weights(): TermWeights {
    const idf = (term: string) => Math.log(1 + this.documents / Math.max(1, this.frequency(term)));
    return new Map(this.#terms.map((term) => [term, idf(term)]));
  }
}
