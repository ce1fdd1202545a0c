// BERT's text normalizer and splitter, equal to HuggingFace tokenizers (BertNormalizer, BertPreTokenizer): clean the
// text, put blanks around ideographs, drop accents, lower-case; then split at white space and around punctuation.
// Character properties come from a table with the Unicode version of that library. Canonical decomposition is
// String.normalize, which Unicode keeps stable for assigned characters; characters newer than Unicode 9.0 pass
// unchanged.

import { byteTable, type CodePointTable, deltaTable, lookUp } from './codepoints.ts';
import { decompose } from './decomposition.ts';
import { BERT_FLAG_RUNS, BERT_LOWERCASE_RUNS } from './tables/bert.ts';

export interface BertOptions {
  /** Remove control characters, replace white space by a blank. Default true. */
  readonly cleanText?: boolean;
  /** Put blanks around CJK ideographs, so that each is a word. Default true. */
  readonly handleChineseChars?: boolean;
  /** Decompose and drop nonspacing marks. Default: as `lowercase`. */
  readonly stripAccents?: boolean;
  /** Default true. */
  readonly lowercase?: boolean;
}

const MARK = 1;
const PUNCTUATION = 2;
const OTHER = 4;
const SPACE = 8;
const IDEOGRAPH = 16;
const UNKNOWN = 32; // not in Unicode 9.0, so not decomposed
const REPLACEMENT = 0xfffd; // replaces a lone surrogate, which the reference cannot represent

export class BertText {
  readonly options: Required<BertOptions>;
  readonly #flags: CodePointTable<Uint8Array> = byteTable(BERT_FLAG_RUNS);
  readonly #lower: CodePointTable<Int32Array> = deltaTable(BERT_LOWERCASE_RUNS);

  constructor(options: BertOptions = {}) {
    const { cleanText = true, handleChineseChars = true, lowercase = true } = options;
    this.options = { cleanText, handleChineseChars, lowercase, stripAccents: options.stripAccents ?? lowercase };
  }

  /** The normalised text. Lone surrogates count as U+FFFD. */
  normalize(text: string): string {
    const { stripAccents, lowercase } = this.options;
    let out = this.#clean(text);
    if (stripAccents) out = this.#withoutMarks(this.#decomposed(out));
    return lowercase ? this.#lowerCased(out) : out;
  }

  /** The words and punctuation marks of a normalised text. */
  split(text: string): string[] {
    const words: string[] = [];
    let start = 0;
    for (let at = 0; at < text.length; ) {
      const c = text.codePointAt(at)!;
      const flags = lookUp(this.#flags, c);
      const next = at + (c > 0xffff ? 2 : 1);
      if ((flags & (SPACE | PUNCTUATION)) !== 0) {
        if (start < at) words.push(text.slice(start, at));
        if ((flags & SPACE) === 0) words.push(text.slice(at, next));
        start = next;
      }
      at = next;
    }
    if (start < text.length) words.push(text.slice(start));
    return words;
  }

  isSpace(c: number): boolean {
    return (lookUp(this.#flags, c) & SPACE) !== 0;
  }

  #clean(text: string): string {
    const { cleanText, handleChineseChars } = this.options;
    let out = '';
    for (let at = 0; at < text.length; ) {
      const unit = text.codePointAt(at)!;
      at += unit > 0xffff ? 2 : 1;
      const c = (unit & 0xfffff800) === 0xd800 ? REPLACEMENT : unit;
      const flags = lookUp(this.#flags, c);
      if (cleanText && (flags & OTHER) !== 0) continue;
      if (cleanText && (flags & SPACE) !== 0) out += ' ';
      else if (handleChineseChars && (flags & IDEOGRAPH) !== 0) out += ` ${String.fromCodePoint(c)} `;
      else out += String.fromCodePoint(c);
    }
    return out;
  }

  /**
   * NFD of the ranges of characters in Unicode 9.0; a newer character between them is a boundary and passes unchanged.
   */
  #decomposed(text: string): string {
    let out = '';
    let start = 0;
    for (let at = 0; at < text.length; ) {
      const c = text.codePointAt(at)!;
      const next = at + (c > 0xffff ? 2 : 1);
      if ((lookUp(this.#flags, c) & UNKNOWN) !== 0) {
        out += decompose(text.slice(start, at)) + text.slice(at, next);
        start = next;
      }
      at = next;
    }
    return out + decompose(text.slice(start));
  }

  #withoutMarks(text: string): string {
    let out = '';
    for (let at = 0; at < text.length; ) {
      const c = text.codePointAt(at)!;
      if ((lookUp(this.#flags, c) & MARK) === 0) out += String.fromCodePoint(c);
      at += c > 0xffff ? 2 : 1;
    }
    return out;
  }

  #lowerCased(text: string): string {
    let out = '';
    for (let at = 0; at < text.length; ) {
      const c = text.codePointAt(at)!;
      out += c === 0x130 ? 'i\u0307' : String.fromCodePoint(c + lookUp(this.#lower, c));
      at += c > 0xffff ? 2 : 1;
    }
    return out;
  }
}
