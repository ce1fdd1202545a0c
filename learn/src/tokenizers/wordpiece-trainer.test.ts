import { Rng } from '@quire/engine/internals';
import { describe, expect, it } from 'vitest';
import { MaxHeap } from './max-heap.ts';
import { SPECIAL_TOKENS, trainWordPiece } from './wordpiece-trainer.ts';

const plain = { minCharacterCount: 1, minWordCount: 1, minPairCount: 1, surplus: 1 };

describe('the WordPiece trainer', () => {
  it('learns the merges that were computed by hand', () => {
    const counts = new Map([
      ['hug', 10],
      ['pug', 5],
      ['pun', 12],
      ['bun', 4],
      ['hugs', 5],
    ]);
    const vocabulary = trainWordPiece(counts, { ...plain, size: 5 + 7 + 3 });
    expect(vocabulary.slice(0, 5)).toEqual([...SPECIAL_TOKENS]);
    expect(vocabulary.slice(5, 12)).toEqual(['##g', '##n', '##s', '##u', 'b', 'h', 'p']);
    // ##u+##g 20 (hug 10, pug 5, hugs 5), then ##u+##n 16 (pun 12, bun 4), then h+##ug 15 (hug 10, hugs 5).
    expect(vocabulary.slice(12)).toEqual(['##ug', '##un', 'hug']);
  });

  it('gives the same vocabulary for any order of the counts', () => {
    const rng = new Rng(3);
    const letters = [...'abcdefgh'];
    const entries = Array.from({ length: 400 }, (_, i): [string, number] => [
      Array.from({ length: 2 + rng.below(7) }, () => rng.pick(letters)).join('') + i,
      1 + rng.below(50),
    ]);
    const options = { size: 150, minCharacterCount: 1 };
    const once = trainWordPiece(new Map(entries), options);
    expect(trainWordPiece(new Map(rng.shuffle([...entries])), options)).toEqual(once);
    expect(once).toHaveLength(150);
    expect(new Set(once).size).toBe(150);
  });

  it('always merges the most frequent pair, as a full recount does', () => {
    const rng = new Rng(11);
    const counts = new Map<string, number>();
    for (let i = 0; i < 60; i++) {
      counts.set(Array.from({ length: 2 + rng.below(6) }, () => rng.pick(['a', 'b', 'c'])).join(''), 1 + rng.below(9));
    }
    const size = SPECIAL_TOKENS.length + 6 + 25;
    expect(trainWordPiece(counts, { ...plain, size })).toEqual(recount(counts, size));
  });

  it('drops pieces that longest-match never uses, but no character', () => {
    // "abab" is learnt through "ab" and "##ab", which nothing else uses.
    const counts = new Map([
      ['abab', 100],
      ['xyz', 1],
      ['xz', 30],
    ]);
    const vocabulary = trainWordPiece(counts, { ...plain, size: 5 + 6 + 2, surplus: 1.5 });
    expect(vocabulary).toContain('abab');
    expect(vocabulary).toContain('xz');
    for (const character of ['a', '##a', '##b', 'x', '##y', '##z']) expect(vocabulary).toContain(character);
  });

  it('leaves out words with characters that are too rare', () => {
    const counts = new Map([
      ['aab', 50],
      ['aa§', 3],
    ]);
    const vocabulary = trainWordPiece(counts, { ...plain, minCharacterCount: 10, size: 20 });
    expect(vocabulary.join(' ')).not.toContain('§');
  });

  it('refuses a size without room for the alphabet', () => {
    expect(() => trainWordPiece(new Map([['abc', 5]]), { ...plain, size: 7 })).toThrow('no room for an alphabet of 3');
  });

  it('stops when the signal fires', () => {
    const options = { ...plain, size: 20, signal: AbortSignal.abort() };
    expect(() => trainWordPiece(new Map([['abc', 5]]), options)).toThrow('cancelled');
  });
});

describe('the heap', () => {
  it('gives counts in descending order, ties by smaller key', () => {
    const rng = new Rng(5);
    const entries = Array.from({ length: 500 }, (_, key): [number, number] => [key, rng.below(40)]);
    const heap = new MaxHeap(rng.shuffle([...entries]));
    const out: [number, number][] = [];
    for (let top = heap.pop(); top !== undefined; top = heap.pop()) out.push([top.key, top.count]);
    expect(out).toEqual(entries.sort((a, b) => b[1] - a[1] || a[0] - b[0]));
  });
});

/** The same algorithm with every pair counted again at every step. */
function recount(counts: ReadonlyMap<string, number>, size: number): string[] {
  const words = [...counts].map(([word, count]) => ({
    pieces: [...word].map((char, i) => (i === 0 ? char : `##${char}`)),
    count,
  }));
  const pieces = [...new Set(words.flatMap((word) => word.pieces))].sort();
  while (pieces.length < size - SPECIAL_TOKENS.length) {
    const pairs = new Map<string, number>();
    for (const { pieces: p, count } of words) {
      for (let i = 0; i + 1 < p.length; i++)
        pairs.set(`${p[i]} ${p[i + 1]}`, (pairs.get(`${p[i]} ${p[i + 1]}`) ?? 0) + count);
    }
    const place = (pair: string) => pair.split(' ').map((piece) => pieces.indexOf(piece)) as [number, number];
    const best = [...pairs].sort((a, b) => {
      const [x, y] = [place(a[0]), place(b[0])];
      return b[1] - a[1] || x[0] - y[0] || x[1] - y[1];
    })[0];
    if (best === undefined) break;
    const [left, right] = best[0].split(' ') as [string, string];
    const joined = left + right.slice(2);
    if (!pieces.includes(joined)) pieces.push(joined);
    for (const word of words) {
      const out: string[] = [];
      for (let i = 0; i < word.pieces.length; i++) {
        if (word.pieces[i] === left && word.pieces[i + 1] === right) {
          out.push(joined);
          i++;
        } else out.push(word.pieces[i]!);
      }
      word.pieces = out;
    }
  }
  return [...SPECIAL_TOKENS, ...pieces];
}
