import { describe, expect, it } from 'vitest';
import { ENGLISH_STOP_WORDS, english } from './english.ts';
import { LowerCase } from './lowercase.ts';
import { MEMO_LIMIT } from './memo.ts';

const analyzer = english();
const terms = (text: string) => analyzer.analyze(text).terms;

describe('english', () => {
  it('strips possessives of all three marks, in either case, before anything else', () => {
    expect(terms("cat's CAT'S cat’s cat＇s cats' it's The'S")).toEqual(['cat', 'cat', 'cat', 'cat', 'cat']);
  });

  it('leaves a gap in the positions for each stop word, and offsets of the source', () => {
    const { terms: kept, positions, starts, ends } = analyzer.analyze('The Retrieval of the Papers, and why');
    expect(kept).toEqual(['retriev', 'paper', 'why']);
    expect([...positions]).toEqual([1, 4, 6]);
    expect([...starts]).toEqual([4, 21, 33]);
    expect([...ends]).toEqual([13, 27, 36]);
  });

  it('drops exactly 33 stop words', () => {
    expect(ENGLISH_STOP_WORDS.length).toBe(33);
    expect(terms(ENGLISH_STOP_WORDS.join(' ').toUpperCase())).toEqual([]);
    expect(terms('from we our he has')).toEqual(['from', 'we', 'our', 'he', 'ha']);
  });

  it('stems after removing stop words, so that a stem may look like one', () => {
    expect(terms('being ass')).toEqual(['be', 'ass']);
  });

  it('applies no Unicode normalisation', () => {
    expect(terms('\u00e9t\u00e9 e\u0301te\u0301')).toEqual(['\u00e9t\u00e9', 'e\u0301te\u0301']);
  });

  it('gives the same terms after its cache of words was full', () => {
    const many = Array.from({ length: MEMO_LIMIT + 100 }, (_, i) => `running${i.toString(36)}s`).join(' ');
    const fresh = english();
    const first = fresh.analyze(many).terms;
    expect(fresh.analyze(many).terms).toEqual(first);
  });

  it('has a fingerprint that never changes by accident: a change makes every index unreadable', () => {
    expect(analyzer.fingerprint).toBe('844c1d9829464fa8');
    expect(english().fingerprint).toBe(analyzer.fingerprint);
  });
});

describe('LowerCase', () => {
  const lower = new LowerCase();
  it('maps code point by code point, without context', () => {
    expect(lower.string('ΟΔΟΣ')).toBe('οδοσ'); // no final sigma
    expect(lower.string('İI')).toBe('ii'); // no combining dot, no Turkish
    expect(lower.string('\u{10400}ẞ')).toBe('\u{10428}ß');
    expect(lower.string('ǅ')).toBe('ǆ');
  });
  it('keeps lone surrogates and the rest', () => {
    expect(lower.string('\ud800A\udc00')).toBe('\ud800a\udc00');
    expect(lower.string('already lower ß')).toBe('already lower ß');
  });
});
