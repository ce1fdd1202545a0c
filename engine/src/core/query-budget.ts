// Limits on the cost of one query. Each counts things that depend only on the query, or on the query and the statistics
// of the whole library, so the same query is cut in the same place for any division into segments.

import { checkCount } from './check.ts';
import type { TraceEvent } from './types.ts';

/** Limits of one lexical query. */
export interface QueryBudget {
  /** Different words of the query, those of phrases included. Optional words beyond it are left out, the last first. */
  readonly terms: number;
  /**
   * Different prefix and fuzzy words, in units of work: a prefix of four or more characters is 1, of three 2, of two
   * 16, of one 24; a fuzzy word 8, without a fixed first character 16. Those beyond it are searched as they are spelled.
   */
  readonly expanding: number;
  /** Expansions of all prefix and fuzzy words together. Each word keeps an equal share, its best ones. */
  readonly expansions: number;
  /**
   * Postings of all words: the sum of their document frequencies, four times that for phrases and expansions. Optional
   * words beyond it are left out, the most frequent first. Expanding words take up to half of it: their share of `expanding`.
   */
  readonly postings: number;
}

/** What a budget can run out of: a limit of `QueryBudget`, or the characters of a text that is read. */
export type BudgetedWork = keyof QueryBudget | 'characters';

/**
 * An abstract of 300 words has 110 to 150 different terms, 300 at most, and 3 million postings in a library of 212,000 papers (ADR
 * 0023).
 */
export const DEFAULT_QUERY_BUDGET: QueryBudget = {
  terms: 512,
  expanding: 24,
  expansions: 1024,
  postings: 4_000_000,
};

/** The defaults with `given` in their place. Throws INVALID_ARGUMENT unless every limit is an integer of at least 1. */
export function queryBudget(given: Partial<QueryBudget> = {}): QueryBudget {
  const budget = { ...DEFAULT_QUERY_BUDGET, ...given };
  for (const [name, limit] of Object.entries(budget)) checkCount(`budget.${name}`, limit, { min: 1 });
  return budget;
}

/** The trace event of a limit that was reached: the query wanted `found` of `what`, and `limit` were used. */
export function budgetEvent(what: BudgetedWork, limit: number, found: number): TraceEvent {
  return {
    name: 'query.budget',
    message: `The query has ${found} ${what}, and ${limit} is the limit`,
    facts: { what, limit, found },
  };
}
