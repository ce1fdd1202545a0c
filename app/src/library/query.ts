// What a reader typed, read for the search order: the engine's query syntax with the fields and columns of papers, once
// as it stands and once without its quotes. Any string is legal; what cannot be used is named in a note.

import type { Analyzer, Filter, LexicalQuery } from '@quire/engine/core';
import { type ParsedQuery, parseQuery, type QuerySyntax } from '@quire/engine/retrieval';
import { NAMES } from './analyzer.ts';
import { DATE_COLUMNS } from './documents.ts';
import { QUERY_BUDGET } from './query-budget.ts';
import { type Condition, type ListCondition, type NamedPaper, readOperators } from './query-conditions.ts';
import { type QueryWords, queryWords } from './query-words.ts';
import { withoutOpening } from './weak-words.ts';

export interface ReadQuery {
  /** The whole, clipped to the budget (query-budget.ts) and trimmed. */
  readonly text: string;
  /** As it stands: quoted phrases, words with + and words in a field must occur. */
  readonly strict: ParsedQuery;
  /** Quotes and quoted conditions taken away, everything else as it stands. Equal to `strict` without phrases. */
  readonly loose: ParsedQuery;
  /** The text without conditions that are not of the engine's syntax, and without operators that do not exist. */
  readonly rest: string;
  /** Conditions on columns, their values as typed (named-values.ts resolves them). */
  readonly filter: Filter | undefined;
  /** Every condition, in the order of the query. */
  readonly conditions: readonly Condition[];
  /** Papers that `id:` names. */
  readonly papers: readonly NamedPaper[];
  /** Lists of a reader that `is:` and `in:` name. */
  readonly lists: readonly ListCondition[];
  readonly words: QueryWords;
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
    org: { column: 'organization', type: 'keyword' },
    source: { column: 'sources', type: 'keyword' },
    has: { column: 'has', type: 'keyword' },
  },
  namesOnly: ['authors'],
  analyzers: { authors: NAMES },
};

/** `isTyping`: the last word may be the beginning of one. Default false. */
export function readQuery(
  given: string,
  analyzer: Analyzer,
  { isTyping = false }: { readonly isTyping?: boolean } = {},
): ReadQuery {
  const { text, notes } = clip(given);
  const isDate = (name: string, value: string) => parseQuery(`${name}:${value}`, analyzer, SYNTAX).filter !== undefined;
  const { rest, notes: told, ...read } = readOperators(text, isDate);
  const asked = isTyping ? begun(withoutOpening(rest)) : withoutOpening(rest);
  const strict = parseQuery(asked, analyzer, SYNTAX);
  const loose = strict.phrases.length === 0 ? strict : parseQuery(withoutQuotes(asked), analyzer, SYNTAX);
  const inFields = strict.inFields.filter(({ field }) => field !== 'authors');
  const words = queryWords([strict.text, ...inFields.map((part) => part.text)], analyzer);
  return { ...read, text, rest, strict, loose, filter: strict.filter, words, notes: [...notes, ...told] };
}

/** A word that is being typed stands for all that begin so, from three letters on. */
function begun(text: string): string {
  return /(?:^|\s)\p{L}{3,}$/u.test(text) ? `${text}*` : text;
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
