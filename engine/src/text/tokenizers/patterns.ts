// The regular expressions of byte-level tokenizers as scanners: GPT-2's, and the two that Llama 3 and Qwen2 made of it. A
// scanner gives the end of the match at a place; the matches cover the text. \p{L} and \p{N} follow Unicode 16.0, the
// version of the regular expressions in HuggingFace tokenizers 0.23, whatever version the runtime has. Linear in the text.

import { byteTable, type CodePointTable, lookUp } from '../codepoints.ts';
import { TOKENIZER_FLAG_RUNS } from '../tables/tokenizers.ts';

const GPT2 = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;
const GPT2_SHORT = String.raw`'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;
export const LLAMA3 = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const QWEN2 = LLAMA3.replace('{1,3}', '');

/** The end of the match that begins at a place. */
export type Scanner = (text: string, at: number) => number;

/** The scanner of a regular expression, undefined for one that is not among the known. */
export function scannerOf(pattern: string): Scanner | undefined {
  switch (pattern) {
    case GPT2:
    case GPT2_SHORT:
      return gpt2();
    case LLAMA3:
      return llama3(3);
    case QWEN2:
      return llama3(1);
    default:
      return undefined;
  }
}

const LETTER = 1;
const NUMBER = 2;
const SPACE = 4;
const ANY = LETTER | NUMBER | SPACE; // a character with none of them is punctuation, a mark or a sign

/** The properties of characters that tokenizers ask for. */
export class Characters {
  readonly #flags: CodePointTable<Uint8Array> = byteTable(TOKENIZER_FLAG_RUNS);

  /** LETTER, NUMBER, SPACE, or 0 for another character. */
  kindAt(text: string, at: number): number {
    return lookUp(this.#flags, text.codePointAt(at)!) & ANY;
  }
  isSpace(c: number): boolean {
    return (lookUp(this.#flags, c) & SPACE) !== 0;
  }
  /** The digits of the pre-tokenizer `Digits`: Rust's char::is_numeric, Unicode 17.0. */
  isDigit(c: number): boolean {
    return (lookUp(this.#flags, c) & 16) !== 0;
  }
  /** The end of the run of characters of one kind, at most `most`. */
  runEnd(text: string, from: number, kind: number, most = Infinity): number {
    let at = from;
    for (let n = 0; n < most && at < text.length && this.kindAt(text, at) === kind; n++) at += widthAt(text, at);
    return at;
  }
}

export function gpt2(): Scanner {
  const characters = new Characters();
  return (text, at) => {
    const short = contractionEnd(text, at);
    if (short > at) return short;
    const start = at + (text.charCodeAt(at) === 0x20 ? 1 : 0);
    if (start < text.length) {
      const kind = characters.kindAt(text, start);
      if (kind !== SPACE) return characters.runEnd(text, start, kind);
    }
    return spacesEnd(characters, text, at);
  };
}

function llama3(digits: number): Scanner {
  const characters = new Characters();
  return (text, at) => {
    const folded = text.slice(at, at + 3).replace(/[A-Z\u017f]/g, (c) => (c === '\u017f' ? 's' : c.toLowerCase()));
    const short = contractionEnd(folded, 0);
    if (short > 0) return at + short;
    const kind = characters.kindAt(text, at);
    const next = at + widthAt(text, at);
    if (kind === LETTER) return characters.runEnd(text, at, LETTER);
    if (kind === NUMBER) return characters.runEnd(text, at, NUMBER, digits);
    const isLetterNext = next < text.length && characters.kindAt(text, next) === LETTER;
    if (isLetterNext && !isLineEnd(text.charCodeAt(at))) return characters.runEnd(text, next, LETTER);
    const start = at + (text.charCodeAt(at) === 0x20 ? 1 : 0);
    if (start < text.length && characters.kindAt(text, start) === 0) {
      let end = characters.runEnd(text, start, 0);
      while (end < text.length && isLineEnd(text.charCodeAt(end))) end++;
      return end;
    }
    let lineEnd = characters.runEnd(text, at, SPACE);
    while (lineEnd > at && !isLineEnd(text.charCodeAt(lineEnd - 1))) lineEnd--;
    return lineEnd > at ? lineEnd : spacesEnd(characters, text, at);
  };
}

/** White space up to the last one, which belongs to the next word; all of it at the end of the text. */
function spacesEnd(characters: Characters, text: string, at: number): number {
  const end = characters.runEnd(text, at, SPACE);
  return end === text.length || end === at + 1 ? end : end - 1; // white space has one unit a character
}

/** The end of 's 't 're 've 'm 'll 'd at this place; the place itself without one. */
function contractionEnd(text: string, at: number): number {
  if (text.charCodeAt(at) !== 0x27) return at;
  const next = text[at + 1] ?? '';
  if (next !== '' && 'stmd'.includes(next)) return at + 2;
  return ['re', 've', 'll'].includes(text.slice(at + 1, at + 3)) ? at + 3 : at;
}

function isLineEnd(unit: number): boolean {
  return unit === 0x0a || unit === 0x0d;
}

export function widthAt(text: string, at: number): number {
  return text.codePointAt(at)! > 0xffff ? 2 : 1;
}
