import { describe, expect, it } from 'vitest';
import { libraryOf } from '../../test/library.ts';
import { PAPERS } from '../../test/papers.ts';

const library = libraryOf(PAPERS);

describe('a page of a list', () => {
  it.each([
    [{ offset: 10_001 }, 'offset is 10001, not a whole number from 0 to 10000'],
    [{ offset: -1 }, 'offset is -1, not a whole number from 0 to 10000'],
    [{ offset: Number.NaN }, 'offset is NaN, not a whole number from 0 to 10000'],
    [{ limit: 0 }, 'limit is 0, not a whole number from 1 to 100'],
    [{ limit: 101 }, 'limit is 101, not a whole number from 1 to 100'],
    [{ limit: 1.5 }, 'limit is 1.5, not a whole number from 1 to 100'],
  ])('with %j is refused, never moved', async (page, message) => {
    const { services } = library();
    const calls = [
      () => services.search('walruses', page),
      () => services.list(page),
      () => services.papersOfDay('2025-03-18', page),
      ...('limit' in page ? [() => services.similar('2503.00001', page)] : []),
    ];
    for (const call of calls) {
      await expect((async () => call())()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message });
    }
  });

  it('may begin at the deepest entry and be the longest', async () => {
    const { services } = library();
    const page = { offset: 10_000, limit: 100 };
    expect(await services.search('walruses', page)).toMatchObject({ ...page, hits: [], total: 2 });
    expect((await services.list(page)).works).toEqual([]);
  });
});
