import type { Filter } from '@quire/engine/core';
import { Rng } from '@quire/engine/internals';
import { parseQuery, type QuerySyntax } from '@quire/engine/retrieval';
import { memoryDirectory, openLibrary } from '@quire/engine/storage';
import { english } from '@quire/engine/text';
import { beforeAll, describe, expect, it } from 'vitest';
import { count, seed } from '../../test/support/env.ts';

const date = { type: 'date', earliest: 'earliest', latest: 'latest' } as const;
const syntax: QuerySyntax = {
  columns: { year: date, before: { ...date, relation: 'before' }, after: { ...date, relation: 'after' } },
};
const parse = (source: string) => parseQuery(source, english(), syntax);

/** Documents by id: the earliest and latest day that each can be. */
const DATES: Readonly<Record<string, readonly [number, number] | undefined>> = {
  'a year': [20240101, 20241231],
  'a month': [20240301, 20240331],
  'a day': [20240315, 20240315],
  'the year before': [20230101, 20231231],
  'the last day of February': [20240229, 20240229],
  'no date': undefined,
};

let fulfilling: (source: string) => Promise<readonly string[]>;
beforeAll(async () => {
  const schema = { fields: {}, columns: { earliest: 'number', latest: 'number' } } as const;
  const library = await openLibrary(memoryDirectory(), { schema, parts: {} });
  const writer = await library.writer();
  for (const [id, days] of Object.entries(DATES)) {
    await writer.add({ id, fields: {}, columns: days === undefined ? {} : { earliest: days[0], latest: days[1] } }, {});
  }
  const snapshot = await writer.commit();
  fulfilling = async (source) => {
    const filter = parse(source).filter as Filter; // every source of these tests has one
    return snapshot.sorted('earliest', { filter, limit: 10 });
  };
});

describe('dates in the query syntax', () => {
  it.each([
    ['year:2024', ['a year', 'the last day of February', 'a month', 'a day']],
    ['year:2024-03', ['a month', 'a day']],
    ['year:2024-03-15', ['a day']],
    ['year:2023..2024-02', ['the year before', 'the last day of February']],
    ['year:..2023', ['the year before']],
    ['year:2024-03..', ['a month', 'a day']],
    ['year:>2023', ['a year', 'the last day of February', 'a month', 'a day']],
    ['year:>=2024-03', ['a month', 'a day']],
    ['year:<2024', ['the year before']],
    ['year:<=2024-02', ['the year before', 'the last day of February']],
    ['before:2024-03', ['the year before', 'the last day of February']],
    ['before:2024-03-16', ['the year before', 'the last day of February', 'a day']],
    ['before:2025', ['the year before', 'a year', 'the last day of February', 'a month', 'a day']],
    ['after:2023', ['a year', 'the last day of February', 'a month', 'a day']],
    ['after:2024-02', ['a month', 'a day']],
    ['after:2024-03', []],
    ['-year:2023', ['a year', 'the last day of February', 'a month', 'a day']],
    ['-year:2024-03', ['the year before', 'the last day of February']],
    ['-before:2024-03', ['a month', 'a day']],
    ['-after:2024-02', ['the year before', 'the last day of February']],
  ])('%s finds what certainly fulfils it', async (source, expected) => {
    expect([...(await fulfilling(source))].sort()).toEqual([...expected].sort());
  });

  it.each(['year:2024-13', 'year:2023-02-29', 'year:..', 'year:20', 'before:soon', 'before:2020..2024', 'year:2024-3'])(
    'searches %s as words, because it names no date',
    (source) => {
      const { filter, text } = parse(source);
      expect([filter, text]).toEqual([undefined, source]);
    },
  );

  it('agrees with testing every possible day', async () => {
    const rng = new Rng(seed('dates'));
    const day = () => 20240000 + (1 + rng.below(12)) * 100 + 1 + rng.below(28);
    const written = (number: number) => `${number}`.replace(/(\d{4})(\d\d)(\d\d)/, '$1-$2-$3');
    for (let round = 0; round < count(50, 500); round++) {
      const limit = day();
      const found = new Set(await fulfilling(`before:${written(limit)}`));
      for (const [id, days] of Object.entries(DATES)) {
        expect(found.has(id), `${id} before ${limit}`).toBe(days !== undefined && days[1] < limit);
      }
    }
  });
});
