// What a reader typed, taken apart for the search order: quoted phrases and the words around them. Any string is legal;
// what cannot be used is named in a note.

import type { Analyzer, LexicalQuery } from '@quire/engine/core';
import { plain } from '../papers/index.ts';

export interface ReadQuery {
  /** The whole, clipped to QUERY_LIMIT. */
  readonly text: string;
  /** Quoted parts that hold at least one word, as query nodes. */
  readonly phrases: readonly LexicalQuery[];
  /** Terms of everything, quoted or not, each once, in order. */
  readonly terms: readonly string[];
  /** The word that each term was made from, as typed. */
  readonly words: ReadonlyMap<string, string>;
  /** Occurrences of each term. */
  readonly counts: ReadonlyMap<string, number>;
  readonly notes: readonly string[];
}

/** Longest query that is read, in characters; an abstract fits. */
export const QUERY_LIMIT = 4_000;
/** Different terms of a query that are searched; the first ones. */
const TERM_LIMIT = 256;
const QUOTED = /"([^"]*)"|“([^”]*)”|„([^“”]*)[“”]|«([^»]*)»/g;

export function readQuery(given: string, analyzer: Analyzer): ReadQuery {
  const notes: string[] = [];
  const text = given.slice(0, QUERY_LIMIT).trim();
  if (given.length > QUERY_LIMIT) notes.push(`Only the first ${QUERY_LIMIT} characters of the query were read.`);
  const phrases: LexicalQuery[] = [];
  for (const match of text.matchAll(QUOTED)) {
    const quoted = match.slice(1).find((part) => part !== undefined) ?? '';
    const phrase = phraseOf(quoted, analyzer);
    if (phrase !== undefined) phrases.push(phrase);
    else if (quoted.trim() !== '') notes.push(`“${quoted.trim()}” holds no word that can be searched.`);
  }
  const counts = new Map<string, number>();
  const words = new Map<string, string>();
  const typed = plain(text);
  const tokens = analyzer.analyze(typed);
  for (const [i, term] of tokens.terms.entries()) {
    words.set(term, words.get(term) ?? typed.slice(tokens.starts[i], tokens.ends[i]));
    if (counts.has(term) || counts.size < TERM_LIMIT) counts.set(term, (counts.get(term) ?? 0) + 1);
    else if (!notes.includes(TOO_MANY)) notes.push(TOO_MANY);
  }
  return { text, phrases, terms: [...counts.keys()], words, counts, notes };
}

const TOO_MANY = `Only the first ${TERM_LIMIT} different words of the query were searched.`;

/** The words of `text` one after another, gaps of dropped words kept; undefined when there is none. */
export function phraseOf(text: string, analyzer: Analyzer): LexicalQuery | undefined {
  const { terms, positions } = analyzer.analyze(plain(text));
  if (terms.length === 0) return undefined;
  if (terms.length === 1) return { type: 'term', term: terms[0] ?? '' };
  const first = positions[0] ?? 0;
  return { type: 'phrase', terms, positions: [...positions].map((position) => position - first) };
}
