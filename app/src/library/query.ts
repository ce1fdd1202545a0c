// What a reader typed, read for the search order: the engine's query syntax with the fields and columns of papers, once
// as it stands and once without its quotes. Any string is legal; what cannot be used is named in a note.

import type { Analyzer, Filter, LexicalQuery } from '@quire/engine/core';
import { type ParsedQuery, parseQuery, type QuerySyntax } from '@quire/engine/retrieval';
import { plain } from '../papers/index.ts';
import { DATE_COLUMNS } from './documents.ts';
import { QUERY_BUDGET } from './query-budget.ts';

export interface ReadQuery {
  /** The whole, clipped to the budget (query-budget.ts) and trimmed. */
  readonly text: string;
  /** As it stands: quoted phrases, words with + and words in a field must occur. */
  readonly strict: ParsedQuery;
  /** Quotes and quoted conditions taken away, everything else as it stands. Equal to `strict` without phrases. */
  readonly loose: ParsedQuery;
  readonly filter: Filter | undefined;
  /** Terms wanted, each once, with the word that it was made from. */
  readonly words: ReadonlyMap<string, string>;
  readonly notes: readonly string[];
}

const QUOTES = /["“”„«»]/g;
const QUOTED_PART = /(^|\s)([-+]?)(\p{L}+):["“”„«]([^"“”„«»]*)["“”»]/gu;

const DATE = { type: 'date', ...DATE_COLUMNS } as const;
const SYNTAX: QuerySyntax = {
  fields: { ti: 'title', title: 'title', au: 'authors', author: 'authors', abs: 'abstract', abstract: 'abstract' },
  columns: {
    year: DATE,
    before: { ...DATE, relation: 'before' },
    after: { ...DATE, relation: 'after' },
    cat: { column: 'categories', type: 'keyword' },
    category: { column: 'categories', type: 'keyword' },
    venue: { column: 'venue', type: 'keyword' },
    source: { column: 'sources', type: 'keyword' },
  },
  namesOnly: ['authors'],
};

export function readQuery(given: string, analyzer: Analyzer): ReadQuery {
  const { text, notes } = clip(given);
  const strict = parseQuery(text, analyzer, SYNTAX);
  const loose = strict.phrases.length === 0 ? strict : parseQuery(withoutQuotes(text), analyzer, SYNTAX);
  return { text, strict, loose, filter: strict.filter, words: wordsOf(strict, analyzer), notes };
}

/** The beginning of a query that the budget allows, with a note of what was left out. */
function clip(given: string): { readonly text: string; readonly notes: readonly string[] } {
  const { characters, words } = QUERY_BUDGET;
  const read = given.slice(0, characters).trim();
  let end = 0;
  let count = 0;
  for (const match of read.matchAll(/\S+/g)) {
    if (++count > words) return { text: read.slice(0, end), notes: [`Only the first ${words} words were searched.`] };
    end = match.index + match[0].length;
  }
  const notes = given.length > characters ? [`Only the first ${characters} characters of the query were read.`] : [];
  return { text: read, notes };
}

/** Quotes taken away: `au:"Ada Example"` becomes `au:Ada au:Example`; a quoted condition on a column stays a condition. */
function withoutQuotes(text: string): string {
  const loosened = text.replace(QUOTED_PART, (whole, space: string, sign: string, prefix: string, words: string) => {
    if (Object.hasOwn(SYNTAX.columns ?? {}, prefix)) return ' ';
    if (!Object.hasOwn(SYNTAX.fields ?? {}, prefix)) return whole;
    const each = words.split(/\s+/).filter((word) => word !== '');
    return `${space}${each.map((word) => `${sign}${prefix}:${word}`).join(' ')}`;
  });
  return loosened.replace(QUOTES, ' ');
}

/** `query` with every term that `replace` has an answer for replaced, outside phrases and exclusions. */
export function mapTerms(query: LexicalQuery, replace: (term: string) => LexicalQuery | undefined): LexicalQuery {
  switch (query.type) {
    case 'term':
      return replace(query.term) ?? query;
    case 'and':
    case 'or':
      return { ...query, clauses: query.clauses.map((clause) => mapTerms(clause, replace)) };
    case 'field':
    case 'boost':
      return { ...query, query: mapTerms(query.query, replace) };
    default:
      return query;
  }
}

/** The words of `text` one after another, gaps of dropped words kept; undefined when there is none. */
export function phraseOf(text: string, analyzer: Analyzer): LexicalQuery | undefined {
  const { terms, positions } = analyzer.analyze(text);
  const [term] = terms;
  if (term === undefined) return undefined;
  return terms.length === 1 ? { type: 'term', term } : { type: 'phrase', terms, positions: [...positions] };
}

/** Any of `terms`: more and rarer ones rank higher. */
export function anyOf(terms: Iterable<string>): LexicalQuery {
  return { type: 'or', clauses: [...terms].map((term) => ({ type: 'term', term })) };
}

function wordsOf(parsed: ParsedQuery, analyzer: Analyzer): ReadonlyMap<string, string> {
  const words = new Map<string, string>();
  for (const text of [parsed.text, ...parsed.inFields.map((part) => part.text)]) {
    const typed = plain(text);
    const { terms, starts, ends } = analyzer.analyze(typed);
    for (const [i, term] of terms.entries()) if (!words.has(term)) words.set(term, typed.slice(starts[i], ends[i]));
  }
  return words;
}
