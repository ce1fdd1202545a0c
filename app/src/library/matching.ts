// The papers that an answer is about as a set: what facets count and what orders other than relevance sort. Papers that hold
// every word, where there are some: those with any of them are a third of a library, and their counts say nothing.

import type { LexicalQuery, Ranking } from '@quire/engine/core';
import type { Found, Matching, Reason } from './answer.ts';
import type { ReadQuery } from './query.ts';
import type { WantedWords } from './wanted-words.ts';

/** Kinds of hits that hold what was asked for. */
const EXACT: ReadonlySet<Reason> = new Set(['id', 'title', 'phrase', 'author']);

interface Hits {
  readonly found: readonly Found[];
  /** There may be more hits than were read. */
  readonly more: boolean;
  /** Papers that the set holds at most. */
  readonly most: number;
  readonly ask: (query: LexicalQuery, k: number) => Promise<Ranking>;
}

export async function matchingOf(
  { loose: { restricted, lexical } }: ReadQuery,
  { every }: WantedWords,
  { found, more, most, ask }: Hits,
): Promise<Matching> {
  const exact = found.filter(({ reason }) => EXACT.has(reason)).map(({ key }) => key);
  const required: readonly LexicalQuery[] = restricted && lexical !== undefined ? [lexical] : [];
  const clauses = [...required, ...every.map(({ tree }) => tree)];
  const [only, ...others] = clauses;
  const query: LexicalQuery | undefined = others.length === 0 ? only : { type: 'and', clauses };
  const holding = query === undefined ? [] : await ask(query, most + 1);
  const keys = [...new Set([...exact, ...holding.map(({ id }) => id)])];
  if (holding.length > 0) return { keys: keys.slice(0, most), kind: 'every-word', isPart: keys.length > most };
  return { keys: found.slice(0, most).map(({ key }) => key), kind: more ? 'best' : 'all', isPart: more };
}
