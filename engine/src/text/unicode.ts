// The plain analyzer: words of UAX #29 in lower case; no stop words and no stemming. For any language, for names and
// identifiers, and where the English rules are wrong.

import { sha256Hex } from '../core/hash.ts';
import type { Analyzer } from '../core/index.ts';
import { wordAnalyzer } from './analyzer.ts';
import { tablesHash } from './english.ts';
import { accentFolding } from './fold.ts';
import { LowerCase } from './lowercase.ts';
import { FOLD_RUNS } from './tables/fold.ts';

const VERSION = 1;

export interface UnicodeOptions {
  /**
   * Also remove accents: é, ё and ệ become e, е and e; ø, ł, ß and ı stay, as do marks that are vowels (Thai, Hindi)
   * and all of Kana and Hangul. Default false.
   */
  readonly foldAccents?: boolean;
}

/** The `unicode` analyzer; `unicode-folded` if accents are removed. */
export function unicode({ foldAccents = false }: UnicodeOptions = {}): Analyzer {
  const lower = new LowerCase();
  const fold = foldAccents ? accentFolding() : (word: string) => word;
  const normalize = (word: string) => fold(lower.string(word));
  return wordAnalyzer({
    name: foldAccents ? 'unicode-folded' : 'unicode',
    identity: { version: VERSION, tables: tablesHash(), fold: foldAccents ? hash(FOLD_RUNS) : null },
    term: normalize,
    normalize,
  });
}

function hash(table: string): string {
  return sha256Hex(new TextEncoder().encode(table)).slice(0, 16);
}
