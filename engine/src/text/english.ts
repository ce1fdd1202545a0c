// English as Lucene analyses it (Anserini's DefaultEnglishAnalyzer): StandardTokenizer, possessive 's stripped, lower
// case, 33 stop words dropped, Porter stems. Unicode normalisation is not applied: é and e + ´ stay different terms.

import { sha256Hex } from '../core/hash.ts';
import type { Analyzer } from '../core/index.ts';
import { wordAnalyzer } from './analyzer.ts';
import { LowerCase } from './lowercase.ts';
import { porter } from './porter.ts';
import { LOWERCASE_RUNS } from './tables/lowercase.ts';
import { WORD_BREAK_ACCEPT, WORD_BREAK_NEXT, WORD_BREAK_RUNS } from './tables/word-break.ts';

/** Increased whenever any text could give other tokens; part of the fingerprint. */
const VERSION = 1;

/** Lucene's English stop set. */
export const ENGLISH_STOP_WORDS: readonly string[] = (
  'a an and are as at be but by for if in into is it no not of on or such ' +
  'that the their then there these they this to was will with'
).split(' ');

/**
 * The English analyzer. Tokens, positions (with gaps for stop words) and offsets equal Lucene 9.12's, except for a
 * text that ends in half a surrogate pair: Lucene then loses up to 255 units, this analyzer only the half pair.
 *
 * ```ts
 * console.assert(english().analyze("The cat's whiskers").terms.join() === 'cat,whisker');
 * ```
 */
export function english(): Analyzer {
  const lower = new LowerCase();
  const stop = new Set(ENGLISH_STOP_WORDS);
  return wordAnalyzer({
    name: 'english',
    identity: { version: VERSION, stop: ENGLISH_STOP_WORDS, tables: tablesHash(), stemmer: 'porter' },
    term: (word) => {
      const term = lower.string(withoutPossessive(word));
      return stop.has(term) ? '' : porter(term);
    },
    normalize: (prefix) => lower.string(prefix),
  });
}

/** Of the word-break and lower-case tables. */
export function tablesHash(): string {
  const tables = [WORD_BREAK_RUNS, WORD_BREAK_NEXT, WORD_BREAK_ACCEPT, LOWERCASE_RUNS].join(' ');
  return sha256Hex(new TextEncoder().encode(tables)).slice(0, 16);
}

/** Strips 's, ’s or ＇s at the end, in either case. */
function withoutPossessive(word: string): string {
  if (word.length < 2) return word;
  const s = word.charCodeAt(word.length - 1);
  if (s !== 0x73 && s !== 0x53) return word;
  const mark = word.charCodeAt(word.length - 2);
  return mark === 0x27 || mark === 0x2019 || mark === 0xff07 ? word.slice(0, -2) : word;
}
