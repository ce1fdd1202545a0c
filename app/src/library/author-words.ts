// Words of a query as names of authors. The whole query may be one name; in "Manning parsing" one word is a name and the
// other is not. A word is a name when it is far more often one than a word of a text. Texts have "man" where the index
// counts manning, so the written forms are counted in a few papers.

import type { IndexReader } from '@quire/engine/core';
import { nameKey } from '../papers/index.ts';
import { NAMES } from './analyzer.ts';
import type { Names } from './names.ts';
import type { Encoders } from './paper-index.ts';
import { anyOf } from './query.ts';
import type { QueryWord } from './query-words.ts';
import type { WordStatistics } from './word-statistics.ts';

/** Longest name, in words, that is tried as an author. */
const NAME_WORDS = 6;
/** A word among others is a name when so many times more papers have it there than in their text. */
const FAR_MORE = 2;
/** Papers whose texts are read to see how a word is written. */
const READ = 20;
/** A name of fewer papers is not worth that, and beside other words it counts only where no text has the word. */
const FEWEST = 3;

/** No name has a digit, and C++ is not the name C. */
const NO_NAME = /[\p{N}+#]/u;

/** The comparable form of a query that may be one name; undefined when it cannot be. */
export function wholeName(text: string): string | undefined {
  const name = nameKey(text.replace(/["“”„«»]/g, ' '));
  const words = name.split(' ');
  return name === '' || words.length > NAME_WORDS || NO_NAME.test(text) ? undefined : name;
}

/** A word of the query as it is in names. */
export function nameTerm({ typed }: QueryWord): string | undefined {
  if (NO_NAME.test(typed)) return undefined;
  const { terms } = NAMES.analyze(typed);
  return terms.length === 1 ? terms[0] : undefined;
}

/** What is read to tell names from words. */
export interface NameSources {
  readonly terms: IndexReader<'terms'>;
  readonly encoders: Encoders;
  readonly names: Names;
}

/** How much more often than in texts a word must be in names: `alone` it must be so more often than not. */
export async function isName(
  word: QueryWord,
  statistics: WordStatistics,
  sources: NameSources,
  { alone = false }: { readonly alone?: boolean } = {},
): Promise<boolean> {
  const name = nameTerm(word);
  const times = name === undefined ? 0 : statistics.inField('authors', name);
  if (name === undefined || times === 0 || word.isWeak) return false;
  const enough = (inTexts: number) => {
    if (alone) return times > inTexts;
    return times >= FAR_MORE * inTexts && (times >= FEWEST || inTexts === 0);
  };
  const inTexts = statistics.inText(word.term);
  if (enough(inTexts)) return true;
  if (word.term === name || times < FEWEST) return false;
  return enough(inTexts * (await writtenShare(word, name, sources)));
}

/** The share of papers with the term that have it written as in the query. */
async function writtenShare(
  { term }: QueryWord,
  name: string,
  { terms, encoders, names }: NameSources,
): Promise<number> {
  const field = (of: string) => ({ type: 'field', field: of, query: anyOf([term]) }) as const;
  const query = encoders.terms.query({ type: 'or', clauses: [field('title'), field('abstract')] });
  const hits = await terms.search(query, READ);
  const texts = await names.texts(hits.map(({ id }) => id));
  if (texts.length === 0) return 1;
  const isWritten = (text: string) => ` ${nameKey(text)} `.includes(` ${name} `);
  return texts.filter(isWritten).length / texts.length;
}
