// Parses what people type. Every string is legal; text that does not fit the syntax is searched as words.
//   words            any of them; more and rarer ones rank higher
//   "a phrase"       must occur as it stands          +word   must occur        -word   must not
//   ti:word au:"n"   must occur in that field         word*   beginnings        word~   spelling mistakes
//   year:2020..2024  cat:cs.IR                        filters over columns
// A query without operators gives exactly the bag of words of the `terms` encoder.

import { checkMethods, checkString } from '../core/check.ts';
import { clip } from '../core/clip.ts';
import type { Analyzer, Filter, LexicalQuery } from '../core/types.ts';
import { bagOfWords, type TermsEncoder } from '../encoders/terms.ts';
import { asWord, type QueryItem, scanQuery } from './query-tokens.ts';
import { type ColumnSyntax, filterOf } from './query-value.ts';
import { bothFilters, type Query, type Stage, withRep } from './stage.ts';

export interface QuerySyntax {
  /**
   * Prefix (lower-case letters, at most 16) → field of the lexical index: `{ ti: 'title', au: 'authors' }`. Default
   * none.
   */
  readonly fields?: Readonly<Record<string, string>>;
  /** Prefix → column: `{ year: { column: 'year', type: 'number' } }`. Default none. */
  readonly columns?: Readonly<Record<string, ColumnSyntax>>;
  /** Fields whose words mean nothing to a dense encoder (names of authors): left out of `text`. Default none. */
  readonly namesOnly?: readonly string[];
  /** Analyzers of fields that have their own, by field. Default: the analyzer of the query for every field. */
  readonly analyzers?: Readonly<Record<string, Analyzer>>;
  /** Longer queries are cut, in UTF-16 units. Default 10,000. */
  readonly maxLength?: number;
}

export interface ParsedQuery {
  /** For the lexical index; undefined if no positive term is left (an empty query, stop words, filters alone). */
  readonly lexical: LexicalQuery | undefined;
  readonly filter: Filter | undefined;
  /** For dense encoders: the wanted words, without syntax. */
  readonly text: string;
  /** Quoted phrases that are wanted, as typed. */
  readonly phrases: readonly string[];
  /** Words in a field, as typed: for example the author to look for. */
  readonly inFields: readonly { readonly field: string; readonly text: string }[];
  /** What must not occur, also where `lexical` is undefined. */
  readonly excluded: readonly LexicalQuery[];
  /** Some words must or must not occur. A hit found by its vector may violate that: use the lexical list only. */
  readonly restricted: boolean;
  /**
   * Something is excluded and no term is wanted: such a query finds nothing (or, with conditions, what fulfils them).
   */
  readonly onlyExcludes: boolean;
  /** The query was longer than maxLength, or had exclusions beyond its 32nd operator; the rest is left out. */
  readonly clipped: boolean;
}

export const MAX_QUERY_LENGTH = 10_000;

/**
 * Never throws; linear in the length of `source`.
 *
 * ```ts
 * import { parseQuery } from '@quire/engine/retrieval';
 * import { english } from '@quire/engine/text';
 *
 * const columns = { year: { column: 'year', type: 'number' } } as const;
 * const query = parseQuery('"dense retrieval" -survey year:2020..', english(), { columns });
 * console.assert(query.text === 'dense retrieval' && query.phrases.length === 1 && query.excluded.length === 1);
 * ```
 */
export function parseQuery(source: string, analyzer: Analyzer, syntax: QuerySyntax = {}): ParsedQuery {
  checkString('The query', source);
  checkMethods('analyzer', analyzer, 'analyze', 'normalize');
  const text = clip(source, syntax.maxLength ?? MAX_QUERY_LENGTH);
  const prefixes = new Set([...Object.keys(syntax.fields ?? {}), ...Object.keys(syntax.columns ?? {})]);
  const items = [...scanQuery(text, prefixes)].map((item) => sort(item, analyzer, syntax));
  return {
    ...collect(items, analyzer, syntax),
    clipped: text.length < source.length || items.some(({ item }) => item.isLeftOut),
  };
}

/**
 * The syntax as a stage before retrievers: `pipe(querySyntax(terms, …), fuse(…))`. Words that must or must not
 * occur bind only the lexical retrievers after it, which is reported as `query.restricted`.
 */
export function querySyntax(encoder: TermsEncoder, syntax: QuerySyntax = {}): Stage<string, Query> {
  return {
    name: 'query syntax',
    run: async (source, context) => {
      const parsed = parseQuery(source, encoder.analyzer, syntax);
      if (parsed.clipped) context?.trace?.({ name: 'query.clipped', facts: { length: source.length } });
      if (parsed.restricted)
        context?.trace?.({ name: 'query.restricted', message: 'Only lexical retrievers can tell' });
      if (parsed.onlyExcludes)
        context?.trace?.({ name: 'query.only-excludes', message: 'The query excludes words and asks for none' });
      const nothing: LexicalQuery = { type: 'or', clauses: [] };
      const text = parsed.onlyExcludes ? '' : parsed.text;
      return withRep({ text, filter: parsed.filter }, encoder.query(parsed.lexical ?? nothing));
    },
  };
}

/** The role of an item in the query, and its tree. */
interface Sorted {
  readonly item: QueryItem;
  readonly role: 'words' | 'optional' | 'required' | 'excluded' | 'filter' | 'nothing';
  readonly tree?: LexicalQuery | undefined;
  readonly filter?: Filter;
}

const word = (item: QueryItem): Sorted => ({ item, role: 'words' });

function sort(item: QueryItem, analyzer: Analyzer, syntax: QuerySyntax): Sorted {
  if (item.isLeftOut === true) return { item, role: 'nothing' };
  const column = own(syntax.columns, item.prefix);
  if (column !== undefined) {
    const star = item.kind === 'prefix' ? '*' : '';
    const filter = item.kind === 'fuzzy' ? undefined : filterOf(item.text + star, column, item.sign === '-');
    if (filter === undefined) return word(asWord(item));
    return { item, role: 'filter', filter };
  }
  if (item.kind === 'word' && item.sign === '' && item.prefix === '') return word(item);
  const field = own(syntax.fields, item.prefix);
  const bare = treeOf(item, own(syntax.analyzers, field ?? '') ?? analyzer);
  const tree = bare === undefined || field === undefined ? bare : ({ type: 'field', field, query: bare } as const);
  if (tree === undefined) return { item, role: 'nothing' };
  if (item.sign === '-') return { item, role: 'excluded', tree };
  const mustOccur = item.sign === '+' || field !== undefined || item.kind === 'phrase';
  return { item, role: mustOccur ? 'required' : 'optional', tree };
}

/** undefined: it contains no term (a stop word, a bracket). */
function treeOf(item: QueryItem, analyzer: Analyzer): LexicalQuery | undefined {
  const { terms, positions } = analyzer.analyze(item.text);
  if (terms.length === 0) return undefined;
  const exact: LexicalQuery =
    terms.length === 1
      ? { type: 'term', term: terms[0]! }
      : { type: 'phrase', terms: [...terms], positions: [...positions] };
  if (terms.length > 1 || item.kind === 'word' || item.kind === 'phrase') return exact;
  const near: LexicalQuery =
    item.kind === 'prefix'
      ? { type: 'prefix', prefix: analyzer.normalize(item.text) }
      : { type: 'fuzzy', term: terms[0]!, distance: item.distance || ([...terms[0]!].length > 5 ? 2 : 1) };
  return { type: 'or', clauses: [exact, near] };
}

function collect(sorted: readonly Sorted[], analyzer: Analyzer, syntax: QuerySyntax): Omit<ParsedQuery, 'clipped'> {
  const withRole = (role: Sorted['role']) => sorted.filter((one) => one.role === role);
  const trees = (role: Sorted['role']) => withRole(role).map((one) => one.tree!);
  const words = withRole('words').map(({ item }) => item.text);
  const bag = bagOfWords(analyzer.analyze(words.join(' '))) as LexicalQuery & { type: 'or' };
  const optional = [...bag.clauses, ...trees('optional')];
  const required = trees('required');
  const excluded = trees('excluded');
  const wanted = sorted.filter(({ role, item }) => role !== 'excluded' && role !== 'filter' && item.sign !== '-');
  const field = (item: QueryItem) => own(syntax.fields, item.prefix);
  const isName = (item: QueryItem) => syntax.namesOnly?.includes(field(item) ?? '') ?? false;
  return {
    lexical: combine(optional, required, excluded),
    filter: withRole('filter').reduce<Filter | undefined>((all, one) => bothFilters(all, one.filter), undefined),
    text: wanted
      .filter(({ item }) => !isName(item))
      .map(({ item }) => item.text)
      .join(' '),
    phrases: wanted.filter(({ item }) => item.kind === 'phrase').map(({ item }) => item.text),
    inFields: wanted.flatMap(({ item }) =>
      field(item) === undefined ? [] : [{ field: field(item)!, text: item.text }],
    ),
    excluded,
    restricted: required.length > 0 || excluded.length > 0,
    onlyExcludes: excluded.length > 0 && required.length === 0 && optional.length === 0,
  };
}

/**
 * Required clauses match by an `and` that gives them no score, and score in an `or` beside the optional ones: a
 * document with more of the words ranks higher, one without a required word is not there.
 */
function combine(
  optional: readonly LexicalQuery[],
  required: readonly LexicalQuery[],
  excluded: readonly LexicalQuery[],
): LexicalQuery | undefined {
  const nots = excluded.map((clause): LexicalQuery => ({ type: 'not', clause }));
  if (required.length === 0) return optional.length === 0 ? undefined : { type: 'or', clauses: [...optional, ...nots] };
  if (optional.length === 0) return { type: 'and', clauses: [...required, ...nots] };
  const gates = required.map((query): LexicalQuery => ({ type: 'boost', boost: 0, query }));
  return { type: 'and', clauses: [...gates, { type: 'or', clauses: [...required, ...optional] }, ...nots] };
}

const own = <T>(table: Readonly<Record<string, T>> | undefined, key: string): T | undefined =>
  table !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
