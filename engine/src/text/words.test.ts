import { describe, expect, it } from 'vitest';
import { MAX_TOKEN_LENGTH, WORD_TYPES, WordScanner } from './words.ts';

const scanner = new WordScanner();

/** Words with their types, as `word/type`. */
function words(text: string): string[] {
  const found: string[] = [];
  scanner.reset(text);
  while (scanner.next()) found.push(`${text.slice(scanner.start, scanner.end)}/${WORD_TYPES[scanner.type]}`);
  return found;
}

describe('WordScanner', () => {
  const table: readonly (readonly [what: string, text: string, words: readonly string[]])[] = [
    ['keeps letters and digits together', 'p53 in IL-6', ['p53/alphanum', 'in/alphanum', 'IL/alphanum', '6/num']],
    ['keeps what stands between letters', "can't e.g. foo:bar", ["can't/alphanum", 'e.g/alphanum', 'foo:bar/alphanum']],
    ['keeps what stands between digits', '1,000.5 3;4', ['1,000.5/num', '3;4/num']],
    ['breaks numbers at a colon', '12:30', ['12/num', '30/num']],
    ['joins by low lines', 'snake_case _x_ 1_2', ['snake_case/alphanum', '_x_/alphanum', '1_2/num']],
    ['drops a lone connector', '_ __ -', []],
    [
      'takes Han and Hiragana by character',
      '日本です',
      ['日/ideographic', '本/ideographic', 'で/hiragana', 'す/hiragana'],
    ],
    ['takes Katakana and Hangul by run', 'カタカナ 한국어', ['カタカナ/katakana', '한국어/hangul']],
    ['takes Thai by run', 'ภาษาไทย ab', ['ภาษาไทย/southeast-asian', 'ab/alphanum']],
    ['lets marks extend a word', 'e\u0301tude', ['e\u0301tude/alphanum']],
    ['keeps the Hebrew quotes', 'צה"ל ק\'', ['צה"ל/alphanum', "ק'/alphanum"]],
    [
      'keeps emoji sequences whole',
      '\u{1f468}\u200d\u{1f469} 5\ufe0f\u20e3',
      ['\u{1f468}\u200d\u{1f469}/emoji', '5\ufe0f\u20e3/emoji'],
    ],
    ['pairs regional indicators', '\u{1f1f9}\u{1f1f7}\u{1f1f9}', ['\u{1f1f9}\u{1f1f7}/emoji']],
    ['skips lone surrogates', 'a\ud800b \udc00c', ['a/alphanum', 'b/alphanum', 'c/alphanum']],
  ];
  for (const [what, text, expected] of table) it(what, () => expect(words(text)).toEqual(expected));

  it('cuts a long word every 255 units, before a pair that would be cut', () => {
    const lengths = (text: string) => words(text).map((word) => word.split('/')[0]!.length);
    expect(lengths('x'.repeat(600))).toEqual([MAX_TOKEN_LENGTH, MAX_TOKEN_LENGTH, 90]);
    expect(lengths(`${'x'.repeat(254)}\u{1d400}y`)).toEqual([254, 3]);
    expect(lengths(`${'x'.repeat(253)}\u{1d400}y`)).toEqual([255, 1]);
  });

  it('reads a text that ends in half a pair, which Lucene loses', () => {
    expect(words('short text \ud83d')).toEqual(['short/alphanum', 'text/alphanum']);
  });

  it('finds nothing in an empty text, and starts at the beginning after a reset', () => {
    expect(words('')).toEqual([]);
    scanner.reset('one two');
    scanner.next();
    expect(words('three')).toEqual(['three/alphanum']);
  });

  it('reads a million units of what invites looking ahead', () => {
    for (const piece of ['\u200d', "a'", '\u{1f3f4}\u{e0067}', '_', '1,', '\u0301', '\ud800']) {
      const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
      let last = 0;
      scanner.reset(text);
      while (scanner.next()) {
        if (scanner.start < last || scanner.end <= scanner.start) expect.fail(`at ${scanner.start} after ${last}`);
        last = scanner.end;
      }
      expect(last).toBeLessThanOrEqual(text.length);
    }
  }, 30_000);
});
