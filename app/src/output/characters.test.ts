import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutAt, escapeJson, isHostile, jsonOf, toHtml, toLine } from './characters.ts';

const points = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const HOSTILE = [
  ...points(0x00, 0x1f),
  ...points(0x7f, 0x9f),
  0x061c,
  ...points(0x200e, 0x200f),
  ...points(0x2028, 0x202e),
  ...points(0x2066, 0x206f),
  ...points(0xe0001, 0xe007f),
].map((point) => String.fromCodePoint(point));

/** Text in which every second character is hostile. */
const hostileText = fc.string({
  unit: fc.oneof(fc.constantFrom(...HOSTILE, '\ud800'), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })),
});

describe('toLine', () => {
  it('removes every control and every reordering character', () => {
    for (const character of HOSTILE) {
      expect(isHostile(character), JSON.stringify(character)).toBe(true);
      expect(isHostile(toLine(`a${character}b`)), JSON.stringify(character)).toBe(false);
    }
    fc.assert(fc.property(hostileText, (text) => !isHostile(toLine(text))));
  });

  it('shows that a control was there and keeps one line', () => {
    expect(toLine('a\u001b[31mb')).toBe('a\ufffd[31mb');
    expect(toLine('a\r\nb\u2028c')).toBe('a b c');
    expect(toLine('a\u202eb\u2069c')).toBe('abc');
  });

  it('keeps every other text as it is', () => {
    for (const text of ['Gödel, の検索', 'שלום', 'क्षि', '👩‍🔬 \u200c', '']) expect(toLine(text)).toBe(text);
  });
});

describe('toHtml', () => {
  it('removes controls and overrides, and keeps directional marks', () => {
    expect(toHtml('a\u0000b\u001bc\u0085d\u202ee\u200ff')).toBe('abc de\u200ff');
  });
});

describe('jsonOf', () => {
  it('escapes every hostile character and parses to the same value', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const json = jsonOf({ [text]: [text] });
        expect(isHostile(json)).toBe(false);
        expect(JSON.parse(json)).toEqual({ [text]: [text] });
      }),
    );
    expect(escapeJson('"\u{e0041}"')).toBe('"\\udb40\\udc41"');
  });
});

describe('cutAt', () => {
  it('never cuts a character in half', () => {
    expect(cutAt('abc', 3)).toBe('abc');
    expect(cutAt('abcd', 3)).toBe('ab…');
    expect(cutAt('a👩‍🔬b', 3)).toBe('a…');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (text, length) => {
        const cut = cutAt(text, length);
        return cut.isWellFormed() && cut.length <= Math.max(1, length);
      }),
    );
  });
});
