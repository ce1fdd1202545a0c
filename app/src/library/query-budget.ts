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

/** Notes of words that no paper has: the first ones by name, the others as a number. */
export function unknownNotes(words: readonly string[]): readonly string[] {
  const named = words.slice(0, NAMED_WORDS).map((word) => `No paper has “${word}”.`);
  const more = words.length - named.length;
  return more === 0 ? named : [...named, `No paper has ${more} other words of the query.`];
}

/** A note of misspelled words beyond those that are corrected. */
export function notCorrectedNote(corrected: number): string {
  return `Only ${corrected} words that no paper has were searched in another spelling.`;
}

/** A note of a query that has no other words than these. */
export function weakNote(words: readonly string[]): string {
  const named = words.slice(0, NAMED_WORDS).join(' ');
  return `“${named}” says too little to find a paper by. Add a word of its subject, or quote the words to find them as they stand.`;
}
