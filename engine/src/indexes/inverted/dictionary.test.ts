// The dictionary finds what was written, in byte order, whatever the terms.

import { describe, expect, it } from 'vitest';
import { compareBytes } from '../../core/byte-strings.ts';
import { Rng } from '../../core/rng.ts';
import { decodeUtf8, encodeUtf8 } from '../../core/utf8.ts';
import { Dictionary, DictionaryWriter } from './dictionary.ts';

function dictionaryOf(terms: readonly string[]) {
  const sorted = [...new Set(terms)].sort((a, b) => compareBytes(encodeUtf8(a), encodeUtf8(b)));
  const writer = new DictionaryWriter();
  for (const [i, term] of sorted.entries()) {
    writer.add(encodeUtf8(term), { df: i + 1, occurrences: 2 * i + 1, postingsBytes: i % 7, positionsBytes: i % 5 });
  }
  const { terms: bytes, index } = writer.finish();
  return { sorted, dictionary: new Dictionary(bytes.slice(), index.slice(), sorted.length), bytes, index };
}
const odd = ['', 'a', 'aa', 'ab', 'é', 'e\u0301', '日本', '\uffee', '😀', '\ud800', 'x'.repeat(1000), 'x'.repeat(999)];

describe('the term dictionary', () => {
  it('finds every term with the offsets of its lists, and no other', () => {
    const rng = new Rng(3);
    const random = Array.from({ length: 500 }, () =>
      Array.from({ length: rng.below(6) }, () => rng.pick(odd)).join(''),
    );
    const { sorted, dictionary } = dictionaryOf([...odd, ...random]);
    let postingsAt = 0;
    let positionsAt = 0;
    for (const [i, term] of sorted.entries()) {
      const lists = { postingsAt, postingsBytes: i % 7, positionsAt, positionsBytes: i % 5 };
      expect(dictionary.find(term), JSON.stringify(term)).toEqual({ df: i + 1, occurrences: 2 * i + 1, ...lists });
      postingsAt += i % 7;
      positionsAt += i % 5;
    }
    for (const absent of ['b', 'aaa ', '\uffff', 'x'.repeat(1001)]) expect(dictionary.find(absent)).toBeUndefined();
  });

  it('visits the terms that begin with a prefix, across blocks', () => {
    const words = Array.from({ length: 200 }, (_, i) => `w${String(i).padStart(3, '0')}`);
    const { dictionary } = dictionaryOf([...words, 'v', 'x']);
    const starting = (prefix: string) =>
      Array.from(dictionary.startingWith(prefix), (cursor) => decodeUtf8(cursor.term()));
    expect(starting('w1')).toEqual(words.slice(100));
    expect(starting('')).toHaveLength(202);
    expect(starting('w2')).toEqual([]);
  });

  it('passes over the terms with a common beginning, and stands at what a plain walk finds next', () => {
    const rng = new Rng(11);
    const letters = ['a', 'b', 'é', '日'];
    const random = Array.from({ length: 3000 }, () =>
      Array.from({ length: 1 + rng.below(9) }, () => rng.pick(letters)).join(''),
    );
    const { sorted, dictionary } = dictionaryOf(random);
    for (let round = 0; round < 300; round++) {
      const cursor = dictionary.from();
      for (let steps = 1 + rng.below(sorted.length); steps > 0; steps--) cursor.next();
      const prefix = cursor.term().slice(0, 1 + rng.below(cursor.term().length));
      const plain = dictionary.from(cursor.term().slice());
      while (plain.next() && (compareBytes(plain.term(), cursor.term()) < 0 || plain.startsWith(prefix)));
      const isThere = compareBytes(plain.term(), cursor.term()) > 0 && !plain.startsWith(prefix);
      expect(cursor.skip(prefix.length)).toBe(isThere);
      if (isThere)
        expect([decodeUtf8(cursor.term()), cursor.entry()]).toEqual([decodeUtf8(plain.term()), plain.entry()]);
    }
  });

  it('may be empty, and says so when its index belongs to another', () => {
    expect(dictionaryOf([]).dictionary.find('a')).toBeUndefined();
    const one = dictionaryOf(['a', 'b']);
    expect(() => new Dictionary(one.bytes.slice(1), one.index.slice(), 2)).toThrow(/its index says/);
  });
});
