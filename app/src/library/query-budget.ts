// What one query of the site may cost, and the sentences that tell a reader which limit was reached. docs/search.md has
// the table, ADR 0034 the reasons, `npm run bench queries` the cost of the worst legal queries.

import { DEFAULT_QUERY_BUDGET, type QueryBudget, type TraceEvent } from '@quire/engine/core';

/** What is read of a query. An abstract of 300 words has some 2,000 characters. */
export const QUERY_BUDGET = { characters: 4_000, words: 512 } as const;

/** What the index searches of it: the engine's defaults, which search an abstract of 300 words with all its terms. */
export const INDEX_BUDGET: QueryBudget = DEFAULT_QUERY_BUDGET;

/** Unknown words that are named one by one. */
const NAMED_WORDS = 5;

/** A note of a limit of the index that a search reached; undefined for any other event. */
export function budgetNote({ name, facts }: TraceEvent): string | undefined {
  if (name !== 'query.budget') return undefined;
  const [limit, found] = [facts?.limit, facts?.found].map((value) => Number(value).toLocaleString('en'));
  switch (facts?.what as keyof QueryBudget) {
    case 'terms':
      return `Only ${limit} of ${found} words were searched.`;
    case 'expanding':
      return 'Only the first beginnings and misspelled words were searched in other forms.'; // counted in units of work
    case 'expansions':
      return `Beginnings and misspelled words stand for ${found} words; ${limit} of them were searched.`;
    case 'postings':
      return 'Only the rarer words were searched: the others are in too many papers.';
    default:
      return undefined;
  }
}

/** A word that no paper has, and whether words spelled like it are searched. */
interface UnknownWord {
  readonly word: string;
  readonly isCorrected: boolean;
}

/** Notes of words that no paper has: the first ones by name, the others as a number. */
export function unknownNotes(words: readonly UnknownWord[]): readonly string[] {
  const named = words
    .slice(0, NAMED_WORDS)
    .map(({ word, isCorrected }) =>
      isCorrected ? `No paper has “${word}”; words spelled like it were searched instead.` : `No paper has “${word}”.`,
    );
  const more = words.length - named.length;
  return more === 0 ? named : [...named, `No paper has ${more} other words of the query.`];
}
