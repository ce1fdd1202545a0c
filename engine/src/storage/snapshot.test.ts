import { describe, expect, it } from 'vitest';
import { document, query, SPACE } from '../../test/support/inverted.ts';
import { EngineError } from '../core/errors.ts';
import type { Filter, TermsQuery } from '../core/types.ts';
import { inverted } from '../indexes/inverted/inverted.ts';
import { openLibrary } from './library.ts';
import { memoryDirectory } from './memory.ts';
import type { PartKind } from './part.ts';

async function years(...values: readonly number[]) {
  const schema = { fields: {}, columns: { year: 'number' } } as const;
  const library = await openLibrary(memoryDirectory(), { schema, parts: {} });
  const writer = await library.writer();
  for (const year of values) await writer.add({ id: `y${year}`, fields: {}, columns: { year } }, {});
  return writer.commit();
}

describe('filters of a snapshot', () => {
  it('tells a bound of ∞ from one of −∞ when it remembers filters', async () => {
    const snapshot = await years(1998, 2017, 2026);
    const from = (gte: number) => snapshot.count({ op: 'range', column: 'year', gte });
    expect(await from(Number.NEGATIVE_INFINITY)).toBe(3);
    expect(await from(Number.POSITIVE_INFINITY)).toBe(0);
    expect(await from(Number.NEGATIVE_INFINITY)).toBe(3);
  });

  it('refuses a bound that is NaN', async () => {
    const snapshot = await years(1998);
    const nan = { column: 'year', gte: Number.NaN } as const;
    await expect(snapshot.count({ op: 'range', ...nan })).rejects.toMatchObject({ code: 'INVALID_QUERY' });
  });

  it('refuses a filter nested without end instead of overflowing the stack', async () => {
    const snapshot = await years(1998);
    let filter: Filter = { op: 'exists', column: 'year' };
    for (let depth = 0; depth < 50_000; depth++) filter = { op: 'not', filter };
    const error = await snapshot.count(filter).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ code: 'INVALID_QUERY' });
  });
});

it('refuses limits and offsets that are no counts', async () => {
  const snapshot = await years(1998, 2017);
  for (const limit of [-1, 0.5, Number.NaN]) {
    const refused = { code: 'INVALID_ARGUMENT', message: `limit is ${limit}` };
    await expect(snapshot.ids({ limit })).rejects.toMatchObject(refused);
    await expect(snapshot.facet('year', { limit })).rejects.toMatchObject(refused);
    await expect(snapshot.sorted('year', { limit })).rejects.toMatchObject(refused);
    await expect(snapshot.sorted('year', { offset: limit })).rejects.toThrow(/offset is/);
  }
  expect(await snapshot.sorted('year', { limit: Number.POSITIVE_INFINITY, offset: 1 })).toEqual(['y2017']);
});

it('asks for the statistics of a query once, however many of its hits are explained', async () => {
  const inner = inverted({ space: SPACE, fields: { body: 1 } });
  let asked = 0;
  const counting: PartKind<'terms'> = {
    ...inner,
    open: async (sections, options) => {
      const part = await inner.open(sections, options);
      const counted = (asking: TermsQuery) => {
        asked++;
        return part.statistics(asking);
      };
      return {
        count: part.count,
        residentBytes: part.residentBytes,
        statistics: counted,
        search: (...given) => part.search(...given),
        score: (...given) => part.score(...given),
        gather: part.gather,
        explain: (...given) => part.explain(...given),
        has: (ord) => part.has(ord),
        close: () => part.close(),
      };
    },
  };
  const schema = { fields: { body: {} }, columns: {} };
  const library = await openLibrary(memoryDirectory(), { schema, parts: { terms: counting } });
  const writer = await library.writer();
  for (let i = 0; i < 5; i++) {
    const body = `word w${i}`;
    await writer.add({ id: `d${i}`, fields: { body } }, { terms: document({ body }) });
  }
  const reader = (await writer.commit()).part('terms');
  const asking = query({ type: 'term', term: 'word' });
  const hits = await reader.search(asking, 5);
  for (const { id, score } of hits) expect((await reader.explain(asking, id))?.value).toBe(score);
  expect([hits.length, asked]).toEqual([5, 1]);
});
