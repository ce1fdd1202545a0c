// Lower case as in Java's Character.toLowerCase: one code point to one code point, without context or language, from a
// table of Unicode 13.0. Unlike String.toLowerCase it maps Σ to σ at the end of a word and İ to i alone, and it does
// not change with the runtime.

import { type CodePointTable, deltaTable, lookUp } from './codepoints.ts';
import { LOWERCASE_RUNS } from './tables/lowercase.ts';

export class LowerCase {
  readonly #deltas: CodePointTable<Int32Array> = deltaTable(LOWERCASE_RUNS);

  codePoint(c: number): number {
    return c + lookUp(this.#deltas, c);
  }

  /** Returns the same string when nothing changes. Lone surrogates stay. */
  string(text: string): string {
    let at = 0;
    while (at < text.length) {
      const c = text.codePointAt(at)!;
      if (this.codePoint(c) !== c) break;
      at += c > 0xffff ? 2 : 1;
    }
    if (at >= text.length) return text;
    let out = text.slice(0, at);
    while (at < text.length) {
      const c = text.codePointAt(at)!;
      out += String.fromCodePoint(this.codePoint(c));
      at += c > 0xffff ? 2 : 1;
    }
    return out;
  }
}
