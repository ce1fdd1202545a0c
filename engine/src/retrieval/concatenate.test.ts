import { atLeast, concatenate, concatenateRankings, cut, explain, rerank, retrieve } from '@quire/engine/retrieval';
import { describe, expect, it } from 'vitest';
import { denseReader, fixed, lengthEncoder, query, ranking } from '../../test/support/toy-retrieval.ts';

describe('concatenate', () => {
  const first = fixed('first', ranking(['c', 2], ['a', 1]));
  const second = fixed('second', ranking(['a', 90], ['d', 80], ['b', 80], ['e', 7]));

  it('puts new hits of later retrievers below, keeps the first scores, and is in the total order', async () => {
    const hits = await concatenate(first, second).run(query('x'));
    expect(hits.map(({ id }) => id)).toEqual(['c', 'a', 'd', 'b', 'e']);
    expect(hits.slice(0, 2)).toEqual(ranking(['c', 2], ['a', 1]));
    expect(hits[2]!.score).toBe(hits[3]!.score); // equal scores stay equal
    for (const [i, hit] of hits.slice(1).entries()) expect(hit.score).toBeLessThanOrEqual(hits[i]!.score);
  });

  it('agrees with joining lists one by one, whatever is empty', () => {
    const lists = [ranking(['b', 1]), [], ranking(['b', 5], ['a', 5]), ranking(['a', 3], ['c', 1])];
    expect(concatenateRankings(lists).map(({ id }) => id)).toEqual(['b', 'a', 'c']);
    expect(concatenateRankings([])).toEqual([]);
    expect(concatenateRankings([[], ranking(['a', 3])])).toEqual(ranking(['a', 3]));
  });

  it('has the hits of the first retriever as a prefix, so that a longer list changes nothing above', async () => {
    const short = await first.run(query('x'));
    expect((await concatenate(first, second).run(query('x'))).slice(0, short.length)).toEqual(short);
  });

  it('explains each hit by the retriever that it came from', async () => {
    const hits = await explain(concatenate(first, second)).run(query('x'));
    expect(hits[1]!.why?.description).toBe('fixed by first');
    expect(hits[2]!.why).toMatchObject({ value: hits[2]!.score, details: [{ description: 'fixed by second' }] });
    expect(hits[2]!.why!.description).toBe('from second, number 2 of 2 lists');
  });

  it('runs a retriever once where a run needs it twice', async () => {
    const encoder = lengthEncoder();
    const reader = denseReader({ a: 1, b: 2 });
    await explain(concatenate(cut(retrieve(encoder, reader, 2), 1))).run(query('xx'));
    expect(reader.searches).toBe(1);
  });

  it('can be re-ranked: the order across its lists is the order of its scores', async () => {
    const scorer = { name: 'same', score: async (_: unknown, ids: readonly string[]) => ids.map(() => 1) };
    const hits = await rerank(concatenate(first, second), scorer, 2).run(query('x'));
    expect(hits.map(({ id }) => id)).toEqual(['a', 'c', 'd', 'b', 'e']);
  });
});

describe('atLeast', () => {
  const some = fixed('some', ranking(['a', 0.5], ['b', 0.2], ['c', 0.1]));

  it('keeps scores from the floor on and explains as its retriever does', async () => {
    expect(await atLeast(some, 0.2).run(query('x'))).toEqual(ranking(['a', 0.5], ['b', 0.2]));
    expect(atLeast(some, 0.2).name).toBe('atLeast(some, 0.2)');
    expect((await atLeast(some, 0.2).explain(query('x'), ['a'])).get('a')?.value).toBe(0.5);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, '0.2' as never])('refuses %s for a floor', (floor) => {
    expect(() => atLeast(some, floor)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});
