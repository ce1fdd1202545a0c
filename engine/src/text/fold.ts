// Removes accents letter by letter: a letter that decomposes into a base and combining diacritical marks becomes the
// base (é, ё, ệ); separate diacritical marks are removed. Letters that do not decompose stay (ø, ł, ß), as do marks
// that are vowels or part of the letter (Thai, Hindi, kana, Hangul). The table is the same in every runtime.

import { deltaTable, lookUp } from './codepoints.ts';
import { FOLD_RUNS } from './tables/fold.ts';

/** A function that removes accents. */
export function accentFolding(): (text: string) => string {
  const deltas = deltaTable(FOLD_RUNS);
  return (text) => {
    let out = '';
    for (let at = 0; at < text.length; ) {
      const c = text.codePointAt(at)!;
      const folded = c + lookUp(deltas, c);
      if (folded !== 0 || c === 0) out += String.fromCodePoint(folded);
      at += c > 0xffff ? 2 : 1;
    }
    return out;
  };
}
