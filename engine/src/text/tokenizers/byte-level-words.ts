// The words that byte-level BPE learns its merges in: a text split as GPT-2 does, each byte of a word as one character.

import { byteCharacters } from './byte-level.ts';
import { wellFormed } from './encoding.ts';
import { gpt2 } from './patterns.ts';

/** The 256 characters that stand for bytes, by their code. */
export function byteAlphabet(): readonly string[] {
  const codes: number[] = [];
  for (let code = 0x21; code < 0x144; code++) {
    const isFree = (code >= 0x7f && code <= 0xa0) || code === 0xad; // these bytes do not print: they follow from U+0100
    if (!isFree) codes.push(code);
  }
  return codes.map((code) => String.fromCharCode(code));
}

/** The words of a text, spaces before them included. */
export function* byteLevelWords(text: string): Generator<string> {
  const scan = gpt2();
  const whole = wellFormed(text);
  for (let at = 0; at < whole.length; ) {
    const end = scan(whole, at);
    yield byteCharacters(whole.slice(at, end));
    at = end;
  }
}
