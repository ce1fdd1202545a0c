// What the analyzers share: words from the scanner, each turned into a term (or dropped) by a function of the word
// alone, which is remembered. A dropped word leaves a gap in the positions.

import { type Analyzer, fingerprint, type Json, type TokenStream } from '../core/index.ts';
import { TokenWriter } from './tokens.ts';
import { WordScanner } from './words.ts';

/** Words whose terms one analyzer remembers; past it the memory starts afresh. About 8 MB when full. */
export const MEMO_LIMIT = 65_536;
/** Longer words are rare: they are not remembered. */
const MEMO_WORD = 40;

export interface WordAnalyzerSpec {
  readonly name: string;
  /** Everything that shapes the tokens: versions and hashes of tables, options. Hashed with the name. */
  readonly identity: Json;
  /** The term of a word, '' to drop it. Pure. */
  readonly term: (word: string) => string;
}

export function wordAnalyzer({ name, identity, term }: WordAnalyzerSpec): Analyzer {
  const scanner = new WordScanner();
  const writer = new TokenWriter();
  const memo = new Map<string, string>();
  const termOf = (word: string): string => {
    if (word.length > MEMO_WORD) return term(word);
    const known = memo.get(word);
    if (known !== undefined) return known;
    if (memo.size >= MEMO_LIMIT) memo.clear();
    const key = detach(word);
    const made = term(key);
    memo.set(key, made);
    return made;
  };
  return {
    name,
    fingerprint: fingerprint({ name, identity }),
    analyze(text: string): TokenStream {
      scanner.reset(text);
      for (let position = 0; scanner.next(); position++) {
        const made = termOf(text.slice(scanner.start, scanner.end));
        if (made !== '') writer.push(made, position, scanner.start, scanner.end);
      }
      return writer.finish();
    },
  };
}

/** A copy that does not keep the text alive of which `word` may be a slice (engines share long substrings). */
function detach(word: string): string {
  return word.length < 13 ? word : ` ${word}`.slice(1);
}
