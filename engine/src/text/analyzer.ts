// Shared by the analyzers: words from the scanner, each mapped to a term (or dropped) by a function of the word alone,
// whose results are cached. A dropped word leaves a gap in the positions.

import type { Json } from '../core/hash.ts';
import { type Analyzer, fingerprint, type TokenStream } from '../core/index.ts';
import { MEMO_WORD, SliceMemo } from './memo.ts';
import { TokenWriter } from './tokens.ts';
import { WordScanner } from './words.ts';

export interface WordAnalyzerSpec {
  readonly name: string;
  /** Everything that determines the tokens: versions and hashes of tables, options. Hashed with the name. */
  readonly identity: Json;
  /** The term of a word, '' to drop it. Pure. */
  readonly term: (word: string) => string;
  /** Case and accents of a word as its term has them. Pure. */
  readonly normalize: (prefix: string) => string;
}

export function wordAnalyzer({ name, identity, term, normalize }: WordAnalyzerSpec): Analyzer {
  const scanner = new WordScanner();
  const writer = new TokenWriter();
  const memo = new SliceMemo<string>();
  const termOf = (text: string, start: number, end: number): string => {
    if (end - start > MEMO_WORD) return term(text.slice(start, end));
    const known = memo.find(text, start, end);
    if (known !== undefined) return known;
    const made = term(detach(text.slice(start, end)));
    memo.add(text, start, end, made);
    return made;
  };
  return {
    name,
    fingerprint: fingerprint({ name, identity }),
    normalize,
    analyze(text: string): TokenStream {
      scanner.reset(text);
      for (let position = 0; scanner.next(); position++) {
        const made = termOf(text, scanner.start, scanner.end);
        if (made !== '') writer.push(made, position, scanner.start, scanner.end);
      }
      return writer.finish();
    },
  };
}

/** A copy of `word`. `word` may be a slice, which would keep the whole text in memory. */
function detach(word: string): string {
  return word.length < 13 ? word : ` ${word}`.slice(1);
}
