// BERT's text normalizer and splitter, as HuggingFace tokenizers does them (BertNormalizer, BertPreTokenizer): clean,
// set ideographs apart, drop accents, lower-case; then words at white space, punctuation alone. Character properties
// come from a table pinned to what that library was built on. Canonical decomposition is String.normalize's, which
// Unicode keeps stable for assigned characters; what Unicode 9.0 did not know passes unchanged, as there.

import { byteTable, type CodePointTable, deltaTable, lookUp } from './codepoints.ts';
import { decompose } from './decomposition.ts';
import { BERT_FLAG_RUNS, BERT_LOWERCASE_RUNS } from './tables/bert.ts';

export interface BertOptions {
  /** Remove control characters, make white space a blank. Default true. */
  readonly cleanText?: boolean;
  /** Set CJK ideographs apart as words of their own. Default true. */
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
const UNKNOWN = 32; // to the decomposition: not in Unicode 9.0
const REPLACEMENT = 0xfffd; // stands for a lone surrogate, which the reference cannot take

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

  /** NFD of the stretches that Unicode 9.0 knew; a newer character between them is a boundary and stays. */
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
