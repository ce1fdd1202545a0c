import { Rng } from '@quire/engine/internals';
import { describe, expect, it } from 'vitest';
import { RankedMerge } from './ranked-merge.ts';

const SEED = 63;

/** Lists of (score, id), each in order: score descending, then id ascending. Few scores, so that ties are many. */
function randomLists(rng: Rng): { score: number; id: number }[][] {
  const ids = rng.shuffle(Array.from({ length: 200 }, (_, i) => i));
  return Array.from({ length: rng.below(6) }, () =>
    ids
      .splice(0, rng.below(40))
      .map((id) => ({ id, score: rng.below(5) }))
      .sort(inOrder),
  );
}
const inOrder = (a: { score: number; id: number }, b: { score: number; id: number }) =>
  b.score - a.score || a.id - b.id;

describe('merged ranked lists', () => {
  it(`are the sorted union, cut at k, ties included (seed ${SEED})`, () => {
    const rng = new Rng(SEED);
    for (let round = 0; round < 300; round++) {
      const lists = randomLists(rng);
      const k = rng.pick([0, 1, 5, 30, 500]);
      const merge = new RankedMerge(k, (listA, a, listB, b) => lists[listA]![a]!.id - lists[listB]![b]!.id);
      for (const [n, list] of lists.entries()) {
        merge.add(
          n,
          Float64Array.from(list, ({ score }) => score),
        );
        const expected = lists
          .slice(0, n + 1)
          .flat()
          .sort(inOrder)
          .slice(0, k);
        const { lists: from, entries, scores } = merge.best;
        expect([...from].map((l, i) => lists[l]![entries[i]!])).toEqual(expected);
        expect([...scores]).toEqual(expected.map(({ score }) => score));
        expect(merge.floor).toBe(k === 0 ? Infinity : expected.length < k ? -Infinity : expected.at(-1)!.score);
      }
    }
  });

  it('compare ties of two lists only where both reach the same score', () => {
    let ties = 0;
    const merge = new RankedMerge(10, () => {
      ties++;
      return -1;
    });
    merge.add(0, Float64Array.of(5, 4, 3));
    merge.add(1, Float64Array.of(6, 4, 2));
    expect([...merge.best.scores]).toEqual([6, 5, 4, 4, 3, 2]);
    expect(ties).toBe(1);
  });
});
