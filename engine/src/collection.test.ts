import { describe, expect, it } from 'vitest';
import { openCollection } from './collection.ts';
import type { Document } from './core/types.ts';
import { memoryDirectory } from './storage/memory.ts';

const papers: readonly Document[] = [
  {
    id: 'prf',
    fields: { title: 'Feedback for late interaction', abstract: 'Expand the query with centroids.' },
    columns: { year: 2021 },
  },
  {
    id: 'monarch',
    fields: { title: 'Structured matrices', abstract: 'Two block-diagonal factors and a permutation.' },
    columns: { year: 2022 },
  },
  {
    id: 'bidr',
    fields: { title: 'Codes in memory', abstract: 'Late checks of vectors on disk; the interaction of two levels.' },
    columns: { year: 2022 },
  },
];
const options = { fields: { title: 2, abstract: 1 }, columns: { year: 'number' } } as const;

describe('a collection', () => {
  it('finds, explains, and finds the same after it was closed and opened again', async () => {
    const directory = memoryDirectory();
    const first = await openCollection(directory, options);
    await first.add(papers);
    const before = await first.search('late interactions', { explain: true });
    expect(before.map((hit) => hit.id)).toEqual(['prf', 'bidr']);
    for (const hit of before) expect(hit.why?.value).toBe(hit.score);
    await first.close();

    const again = await openCollection(directory, { ...options, readOnly: true });
    expect(again.size).toBe(3);
    expect(await again.search('late interactions', { explain: true })).toEqual(before);
    expect((await again.get('prf'))?.fields.title).toBe('Feedback for late interaction');
    await again.close();
  });

  it('filters by columns and stops at k', async () => {
    const collection = await openCollection(memoryDirectory(), options);
    await collection.add(papers);
    const filter = { op: 'is', column: 'year', value: 2022 } as const;
    expect((await collection.search('late interaction', { filter })).map((hit) => hit.id)).toEqual(['bidr']);
    expect(await collection.search('late interaction', { k: 1 })).toHaveLength(1);
    await collection.close();
  });

  it('replaces and deletes, and keeps nothing of an add that fails', async () => {
    const collection = await openCollection(memoryDirectory(), options);
    await collection.add(papers);
    await collection.add([{ id: 'prf', fields: { title: 'Renamed', abstract: '' } }]);
    await collection.delete(['bidr', 'never-there']);
    expect(collection.size).toBe(2);
    expect(await collection.search('late interaction')).toEqual([]);
    await expect(
      collection.add([
        { id: 'new', fields: { title: 'kept?' } },
        { id: '', fields: {} },
      ]),
    ).rejects.toMatchObject({
      code: 'INVALID_DOCUMENT',
    });
    expect(collection.size).toBe(2);
    expect(await collection.get('new')).toBeUndefined();
    await collection.close();
  });

  it('takes any text as a query', async () => {
    const collection = await openCollection(memoryDirectory(), options);
    expect(await collection.search('nothing is here yet')).toEqual([]);
    await collection.add(papers);
    for (const text of ['', '   ', '"', '((((', '-', '\ud800', 'the of and', 'AND OR NOT', 'x'.repeat(100_000)]) {
      expect(await collection.search(text)).toEqual([]);
    }
    await collection.close();
  });
});
