import { describe, expect, it } from 'vitest';
import { EngineError } from '../core/index.ts';
import { ANALYZER_NAMES, analyzers } from './analyzers.ts';
import { unicode } from './unicode.ts';

describe('unicode', () => {
  it('keeps every word, in lower case, unstemmed', () => {
    const { terms, positions } = unicode().analyze('The ΣΊΣΥΦΟΣ was RUNNING: naïve Ünï 日本 5\ufe0f\u20e3');
    expect(terms).toEqual(['the', 'σίσυφοσ', 'was', 'running', 'naïve', 'ünï', '日', '本', '5\ufe0f\u20e3']);
    expect([...positions]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  const folding: readonly (readonly [text: string, folded: string])[] = [
    ['naïve Ünïcode crème brûlée', 'naive unicode creme brulee'],
    ['nai\u0308ve', 'naive'],
    ['ệ ǘ Ёлка й Ώ', 'e u елка и ω'],
    ['Ærø Łódź straße ılık', 'ærø łodz straße ılık'],
    ['ไทย हिन्दी עִבְרִית', 'ไทย हिन्दी עִבְרִית'],
    ['한국 が', '한국 が'],
  ];
  for (const [text, folded] of folding) {
    it(`folds accents of ${text}`, () => {
      expect(unicode({ foldAccents: true }).analyze(text).terms.join(' ')).toBe(folded);
    });
  }
});

describe('analyzers', () => {
  it('finds each by its name, each with its own fingerprint', () => {
    expect(ANALYZER_NAMES).toEqual(['english', 'unicode', 'unicode-folded']);
    expect(ANALYZER_NAMES.map((name) => analyzers(name).name)).toEqual(ANALYZER_NAMES);
    const prints = ANALYZER_NAMES.map((name) => analyzers(name).fingerprint);
    expect(prints).toEqual(['844c1d9829464fa8', 'd5eca95981dd75a6', '9fb6a81baae5a004']);
  });

  it('refuses other names, inherited ones too', () => {
    for (const name of ['', 'klingon', 'toString', '__proto__']) expect(() => analyzers(name)).toThrow(EngineError);
  });
});
