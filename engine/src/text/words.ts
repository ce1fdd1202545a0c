// Word breaking of UAX #29 as in Lucene's StandardTokenizer: the longest match of a generated automaton over Unicode
// 12.1 classes (tables/word-break.ts); characters that match no rule are skipped. Not a dictionary segmenter: Chinese
// and Japanese are split by character; a sequence of Thai and similar scripts is one word.

import { byteTable, type CodePointTable, decodeBase64 } from './codepoints.ts';
import { WORD_BREAK_ACCEPT, WORD_BREAK_CLASSES, WORD_BREAK_NEXT, WORD_BREAK_RUNS } from './tables/word-break.ts';

/** The maximum length of a token in UTF-16 units; the rest begins the next one (Lucene's buffer). */
export const MAX_TOKEN_LENGTH = 255;

/** The type of a word; index = number in the automaton, names as in Lucene. */
export const WORD_TYPES = [
  'none',
  'alphanum',
  'num',
  'southeast-asian',
  'ideographic',
  'hiragana',
  'katakana',
  'hangul',
  'emoji',
] as const;
export type WordType = (typeof WORD_TYPES)[number];

/**
 * Reads the words of one text after another without allocating: `reset(text)`, then `next()` until it returns false.
 * The word is in `start`, `end` (UTF-16 units, end exclusive) and `type`. Linear: a character is read at most 255
 * times, and about once in real text.
 */
export class WordScanner {
  start = 0;
  end = 0;
  /** Index into WORD_TYPES; 0 before the first word. */
  type = 0;
  #text = '';
  #loopEnd = 0; // before it: a run of one character, all in #loopState
  #loopState = 0;
  readonly #classes: CodePointTable<Uint8Array>;
  // A state is stored as its number times WORD_BREAK_CLASSES: the row's offset.
  readonly #next: Uint16Array; // (states, classes)
  readonly #accept: Uint8Array; // (states, classes), only column 0 used

  constructor() {
    const next = decodeBase64(WORD_BREAK_NEXT);
    this.#classes = byteTable(WORD_BREAK_RUNS);
    this.#next = Uint16Array.from(next, (state) => state * WORD_BREAK_CLASSES);
    this.#accept = new Uint8Array(next.length);
    for (let s = 0; s < WORD_BREAK_ACCEPT.length; s++) {
      this.#accept[s * WORD_BREAK_CLASSES] = WORD_BREAK_ACCEPT.charCodeAt(s) - 0x30;
    }
  }

  reset(text: string): void {
    this.#text = text;
    this.#loopEnd = 0;
    this.start = 0;
    this.end = 0;
    this.type = 0;
  }

  /** Moves to the next word; returns false at the end of the text. */
  next(): boolean {
    const text = this.#text;
    for (let from = this.end; from < text.length; ) {
      if (this.#match(from)) return true;
      from = this.end;
    }
    return false;
  }

  /** Longest match at `from`; if there is none, `end` is after the skipped code point. */
  #match(from: number): boolean {
    const text = this.#text;
    const { offsets, values } = this.#classes;
    const next = this.#next;
    const accept = this.#accept;
    const limit = windowEnd(text, from);
    let state = WORD_BREAK_CLASSES;
    let type = 0;
    let end = from;
    let at = from;
    if (from < this.#loopEnd) {
      state = this.#loopState;
      at = this.#loopEnd;
    }
    while (at < limit) {
      const c = text.charCodeAt(at);
      const wide = (c & 0xfc00) === 0xd800 ? codePointAt(text, at, limit) : c;
      state = next[state + values[offsets[wide >> 7]! + (wide & 127)]!]!;
      if (state === 0) break;
      at += wide > 0xffff ? 2 : 1;
      if (accept[state] !== 0) {
        type = accept[state]!;
        end = at;
      }
    }
    if (type === 0 && at > from + 2) this.#remember(from, limit);
    this.start = from;
    this.end = type !== 0 ? end : from + (codePointAt(text, from, text.length) > 0xffff ? 2 : 1);
    this.type = type;
    return type !== 0;
  }

  /**
   * A failed match that read ahead over a run of equal characters (joiners, low lines) would be repeated from each of
   * them. The run leads from every state to one state that loops: the next match may begin at its end, in that state.
   */
  #remember(from: number, limit: number): void {
    const text = this.#text;
    const { offsets, values } = this.#classes;
    const classOf = (c: number) => values[offsets[c >> 7]! + (c & 127)]!;
    const state = this.#next[WORD_BREAK_CLASSES + classOf(text.charCodeAt(from))]!;
    let at = Math.max(from + 1, this.#loopEnd);
    if (at >= limit) return;
    const c = text.charCodeAt(from);
    if ((c & 0xf800) === 0xd800 || this.#next[state + classOf(c)] !== state) return;
    while (at < limit && text.charCodeAt(at) === c) at++;
    this.#loopState = state;
    this.#loopEnd = at;
  }
}

/** The last possible end of a token from `from`; never inside a surrogate pair. */
function windowEnd(text: string, from: number): number {
  const end = from + MAX_TOKEN_LENGTH;
  if (end > text.length) return text.length;
  return (text.charCodeAt(end - 1) & 0xfc00) === 0xd800 ? end - 1 : end;
}

/** Like String.codePointAt, but a pair cut by `limit` counts as a lone surrogate. */
function codePointAt(text: string, at: number, limit: number): number {
  const c = text.charCodeAt(at);
  if ((c & 0xfc00) !== 0xd800 || at + 1 >= limit) return c;
  const low = text.charCodeAt(at + 1);
  return (low & 0xfc00) === 0xdc00 ? 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00) : c;
}
