import { describe, expect, it } from 'vitest';
import { type BertOptions, BertText } from './bert.ts';

const none: BertOptions = { cleanText: false, handleChineseChars: false, stripAccents: false, lowercase: false };

describe('BertText', () => {
  const table: readonly (readonly [what: string, on: BertOptions, text: string, normal: string])[] = [
    [
      'removes controls and makes blanks of white space',
      { cleanText: true },
      'a\u0000b\u00adc\td\u2003e\ue000',
      'abc d e',
    ],
    ['sets ideographs apart', { handleChineseChars: true }, 'a漢字b', 'a 漢  字 b'],
    ['leaves the block that the reference omits', { handleChineseChars: true }, '\u{2b820}', '\u{2b820}'],
    ['drops marks, of Hangul only the syllable block', { stripAccents: true }, 'é\u0323가', 'e\u1100\u1161'],
    ['lower-cases by character, İ to two', { lowercase: true }, 'İΣΑΣ', 'i\u0307σασ'],
    ['takes half a pair for U+FFFD', {}, 'a\ud800b', 'a\ufffdb'],
    ['removes U+FFFD as a control', { cleanText: true }, 'a\ud800b', 'ab'],
  ];
  for (const [what, on, text, normal] of table) {
    it(what, () => expect(new BertText({ ...none, ...on }).normalize(text)).toBe(normal));
  }

  it('does not reorder marks that are younger than Unicode 9.0, in any runtime', () => {
    const bert = new BertText({ ...none, stripAccents: true });
    expect('\u1df6\u1abf'.normalize('NFD')).toBe('\u1abf\u1df6'); // what the runtime would do
    expect(bert.normalize('a\u1df6\u1abf')).toBe('a\u1df6\u1abf');
    expect(bert.normalize('\u{11938}')).toBe('\u{11938}'); // decomposes since Unicode 13.0
  });

  it('splits at white space and keeps punctuation alone', () => {
    expect(new BertText(none).split(' a.b\u3000c、d $x^ ')).toEqual(['a', '.', 'b', 'c', '、', 'd', '$', 'x', '^']);
  });

  it('leaves accents alone when it does not lower-case, unless told', () => {
    expect(new BertText({ lowercase: false }).normalize('É')).toBe('É');
    expect(new BertText({ lowercase: false, stripAccents: true }).normalize('É')).toBe('E');
    expect(new BertText().normalize('É')).toBe('e');
  });
});
