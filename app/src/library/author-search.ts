// Papers by an author: the whole query is one name, or some of its words are names.

import type { LexicalQuery, Ranking } from '@quire/engine/core';
import { nameKey } from '../papers/index.ts';
import { NAMES } from './analyzer.ts';
import { isName, type NameSources, nameTerm, wholeName } from './author-words.ts';
import { phraseOf, type ReadQuery } from './query.ts';
import { contentOf } from './wanted-words.ts';
import type { WordStatistics } from './word-statistics.ts';

interface Sources extends NameSources {
  readonly statistics: WordStatistics;
  readonly ask: (query: LexicalQuery, k: number) => Promise<Ranking>;
}

/** Words of a query among which names are looked for. */
const MOST_WORDS = 8;

/**
 * Papers by the author whose name is the query, alone or as `au:`. A single word is a name when more papers have it in
 * names than in texts. undefined when the query is no name.
 */
export async function authorNamed(query: ReadQuery, sources: Sources, k: number): Promise<Ranking | undefined> {
  const { inFields, text, excluded } = query.strict;
  const [field, ...others] = inFields;
  const asked = field?.field === 'authors' && others.length === 0 ? field.text : undefined;
  if (asked === undefined && inFields.length > 0) return undefined;
  const name = wholeName(asked ?? text);
  const phrase = name === undefined ? undefined : phraseOf(name, NAMES);
  if (name === undefined || phrase === undefined || excluded.length > 0) return undefined;
  if (asked === undefined && !(await canBeName(name, query, sources))) return undefined;
  const holding = await sources.ask({ type: 'field', field: 'authors', query: phrase }, k);
  // The words are adjacent in the index; here they must be in one name. A damaged row is named where hits are read.
  const authors = await sources.names.authorsOf(holding.map(({ id }) => id));
  const isOne = (author: string) => ` ${nameKey(author)} `.includes(` ${name} `);
  const found = holding.filter(({ id }) => authors.get(id)?.some(isOne) ?? true);
  return found.length === 0 && asked === undefined ? undefined : found;
}

/** Whether the query is one quoted author, `au:"Ada Example"`: then the phrase is a name. */
export function isNameAlone({ strict }: ReadQuery): boolean {
  const [field, ...others] = strict.inFields;
  return (
    field?.field === 'authors' && others.length === 0 && strict.phrases.length === 1 && strict.excluded.length === 0
  );
}

/** Terms of names that a search has to count for a query. */
export function namesIn({ strict, words }: ReadQuery): readonly string[] {
  const whole = wholeName(strict.inFields[0]?.text ?? strict.text);
  const each = contentOf(words).flatMap((word) => nameTerm(word) ?? []);
  return [...(whole === undefined ? [] : NAMES.analyze(whole).terms), ...each];
}

/** Every word occurs in some author's name; a single word must do so more often than in texts. */
async function canBeName(name: string, query: ReadQuery, sources: Sources): Promise<boolean> {
  const terms = NAMES.analyze(name).terms;
  if (!terms.every((term) => sources.statistics.inField('authors', term) > 0)) return false;
  if (terms.length > 1) return true;
  const [word] = query.words.words.values();
  return word !== undefined && isName(word, sources.statistics, sources, { alone: true });
}

/** Words of the query that are far more often names than words of texts: term by term in the field of authors. */
export async function authorsAmong(query: ReadQuery, sources: Sources): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const words = contentOf(query.words);
  if (words.length < 2 || words.length > MOST_WORDS || query.strict.inFields.length > 0) return found;
  for (const word of words) {
    const name = nameTerm(word);
    if (name !== undefined && (await isName(word, sources.statistics, sources))) found.set(word.term, name);
  }
  return found;
}
