// How often the words of a query occur, field by field: read once for a search, for names, spelling and excerpts.

import type { IndexReader, Statistics } from '@quire/engine/core';
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

  static async read(
    terms: Iterable<string>,
    reader: IndexReader<'terms'>,
    encoder: TermsEncoder,
  ): Promise<WordStatistics> {
    const all = [...terms].slice(0, INDEX_BUDGET.terms);
    return new WordStatistics(all, await reader.statistics(encoder.query(anyOf(all))));
  }

  /** Papers that have the term in `field`. */
  inField(field: string, term: string): number {
    return this.#statistics.get(dfPrefix(field) + term) ?? 0;
  }

  /** The same in the field where it occurs most. */
  frequency(term: string): number {
    return Math.max(0, ...FIELDS.map((field) => this.inField(field, term)));
  }

  /** Whether no paper has a word of the query. Words beyond the budget are not counted. */
  isUnknown(term: string): boolean {
    return this.#counted.has(term) && this.frequency(term) === 0;
  }

  /** Whether some paper has a word of the query. */
  get anyIsKnown(): boolean {
    return this.#terms.some((term) => this.frequency(term) > 0);
  }

  /** Every word occurs in some author's name; a single word must do so more often than in texts. */
  canBeName(words: number): boolean {
    const inNames = (term: string) => this.inField('authors', term);
    if (words > 1) return this.#terms.every((term) => inNames(term) > 0);
    return this.#terms.every((term) => inNames(term) > this.inField('title', term) + this.inField('abstract', term));
  }

  /** Inverse document frequencies: what a word counts in an excerpt. */
  weights(): TermWeights {
    const documents = Math.max(1, this.#statistics.get(docsKey('title')) ?? 1);
    const idf = (term: string) => Math.log(1 + documents / Math.max(1, this.frequency(term)));
    return new Map(this.#terms.map((term) => [term, idf(term)]));
  }
}
