// Rows and documents, in both directions, for any number of rows a document.

import { describe, expect, it } from 'vitest';
import { count, seed } from '../../../test/support/env.ts';
import { MemorySections } from '../../../test/support/inverted.ts';
import { BitSet } from '../../core/bitset.ts';
import { Rng } from '../../core/rng.ts';
import { RowMap, readRowMap, readSingleRows } from './row-map.ts';

async function reread(map: RowMap): Promise<RowMap> {
  const sections = new MemorySections();
  await map.write(sections);
  return readRowMap(sections, { size: map.size, count: map.rows, dim: 1, format: 'f32' });
}

describe('a row map', () => {
  const start = seed('row map');
  it(`gives each document its rows and each row its document, before and after storage (seed ${start})`, async () => {
    const rng = new Rng(start);
    for (let round = 0; round < count(100, 2000); round++) {
      const most = rng.pick([1, 2, 5]);
      const counts = Uint32Array.from({ length: rng.below(40) }, () => (rng.below(3) === 0 ? 0 : rng.below(most + 1)));
      const owners = [...counts].flatMap((n, ord) => Array<number>(n).fill(ord));
      const accept = new BitSet(counts.length);
      for (let ord = 0; ord < counts.length; ord++) if (rng.below(2) === 0) accept.add(ord);
      for (const map of [RowMap.ofCounts(counts), await reread(RowMap.ofCounts(counts))]) {
        expect([map.size, map.rows, map.documents]).toEqual([
          counts.length,
          owners.length,
          counts.filter((n) => n > 0).length,
        ]);
        expect(map.isSingle).toBe(counts.every((n) => n <= 1));
        expect(Array.from(owners, (_, row) => map.ordOf(row))).toEqual(owners);
        expect([...map.ordsOf(Uint32Array.from(owners.keys()))]).toEqual(owners);
        for (const [ord, n] of counts.entries()) {
          const { from, to } = map.rangeOf(ord);
          expect(to - from).toBe(n);
          if (n > 0) expect(from).toBe(owners.indexOf(ord));
        }
        expect([...map.rowsOf(accept)]).toEqual([...owners.keys()].filter((row) => accept.has(owners[row]!)));
      }
    }
  });

  it('is refused where its sections contradict the head', async () => {
    const sections = new MemorySections();
    await RowMap.ofCounts(Uint32Array.of(2, 0, 3)).write(sections);
    const head = { size: 3, count: 5, dim: 1, format: 'f32' } as const;
    expect((await readRowMap(sections, head)).rangeOf(2)).toEqual({ from: 2, to: 5 });
    await expect(readRowMap(sections, { ...head, count: 6 })).rejects.toMatchObject({
      code: 'CORRUPT',
      message: /firsts/,
    });
    await expect(readRowMap(sections, { ...head, size: 2 })).rejects.toMatchObject({ code: 'CORRUPT' });
    await expect(readSingleRows(sections, head)).rejects.toMatchObject({
      code: 'CORRUPT',
      message: /rows for 3 documents/,
    });
  });
});
