import { describe, expect, it } from 'vitest';
import { porter } from './porter.ts';

describe('porter', () => {
  const table: readonly (readonly [rule: string, pairs: string])[] = [
    ['1a: plurals', 'caresses caress, ponies poni, ties ti, caress caress, cats cat'],
    ['1b: -eed', 'feed feed, agreed agre'],
    ['1b: -ed and -ing', 'plastered plaster, bled bled, motoring motor, sing sing'],
    ['1b: repaired stems', 'conflated conflat, troubled troubl, sized size, hopping hop, tanned tan, filing file'],
    ['1b: doubles that stay', 'falling fall, hissing hiss, fizzed fizz, failing fail'],
    ['1c: y after a vowel', 'happy happi, sky sky, city citi, dying dy'],
    ['2: double suffixes', 'relational relat, conditional condit, rational ration, valenci valenc, digitizer digit'],
    ['2: more of them', 'radicalli radic, vileli vile, predication predic, operator oper, feudalism feudal'],
    [
      '2: and more',
      'decisiveness decis, hopefulness hope, callousness callous, sensitiviti sensit, sensibiliti sensibl',
    ],
    ["2: the author's revision", 'apology apolog, possibly possibl, archaeology archaeolog'],
    ['3: -ic-, -full, -ness', 'triplicate triplic, formative form, formalize formal, electrical electr, goodness good'],
    ['4: suffixes that go', 'revival reviv, allowance allow, inference infer, airliner airlin, adjustable adjust'],
    ['4: -ion after s or t only', 'adoption adopt, decision decis, scion scion, homologou homolog, effective effect'],
    ['5: final e and ll', 'probate probat, rate rate, cease ceas, controll control, roll roll'],
    ['all of it', 'university univers, generalizations gener, oscillators oscil, retrieval retriev, being be'],
  ];
  for (const [rule, pairs] of table) {
    it(`step ${rule}`, () => {
      for (const pair of pairs.split(', ')) {
        const [word, stem] = pair.split(' ') as [string, string];
        expect(porter(word), word).toBe(stem);
      }
    });
  }

  it('leaves words of one and two letters alone', () => {
    for (const word of ['', 'a', 's', 'is', 'as', 'by']) expect(porter(word)).toBe(word);
  });

  it('takes other scripts, digits and lone surrogates for consonants', () => {
    expect(porter('größe')).toBe('größe');
    expect(porter('bm25s')).toBe('bm25');
    expect(porter('\ud800\ud800ing')).toBe('\ud800\ud800ing');
    expect(porter('的的ations')).toBe('的的ation');
  });

  it('takes alternate letters of a run of y for vowels', () => {
    expect(porter('yyy')).toBe('yyi'); // consonant, vowel, then a final y after a vowel
    expect(porter('yyyed')).toBe('yy'); // yyy ends in a double consonant
  });

  it('is linear: a word of a million letters', () => {
    for (const word of ['y'.repeat(1_000_000), `${'yb'.repeat(500_000)}ational`, `${'z'.repeat(1_000_000)}ing`]) {
      expect(porter(word).length).toBeGreaterThan(0);
    }
  });
});
