import { describe, expect, it } from 'vitest';
import type { ColumnType, ColumnValue } from '../../core/types.ts';
import { memoryDirectory } from '../memory.ts';
import { createSectionFile, openSectionFile } from '../sections.ts';
import { type Column, columnValue, loadColumn, writeColumn } from './columns.ts';

const SIZE = 4;
const values: Readonly<Record<string, readonly (ColumnValue | undefined)[]>> = {
  keyword: ['b', undefined, 'a', 'b'],
  keywords: [['b', 'a', 'b'], [], undefined, ['c']],
};

/** Writes a column, replaces the bytes of one section (checksums follow), and loads it. */
async function load(type: ColumnType, section?: string, bytes?: Uint8Array): Promise<Column> {
  const directory = memoryDirectory();
  const out = await createSectionFile(directory, 'file');
  const replacing = {
    scratch: () => out.scratch(),
    section: async (name: string) => {
      const sink = await out.section(name);
      if (bytes === undefined || name !== `column.c.${section}`) return sink;
      await sink.append(bytes);
      return { size: bytes.length, append: async () => {}, close: () => sink.close() };
    },
  };
  await writeColumn('c', type, SIZE, (ord) => values[type]![ord], replacing);
  return loadColumn('c', type, SIZE, await openSectionFile(directory, await out.finish()));
}
const words = (...numbers: readonly number[]) => new Uint8Array(Uint32Array.from(numbers).buffer);

describe('a column', () => {
  it('gives back what was written, sets in order', async () => {
    const column = await load('keywords');
    expect([0, 1, 2, 3].map((ord) => columnValue(column, ord))).toEqual([['a', 'b'], [], undefined, ['c']]);
  });

  it.each([
    ['codes of no string', 'keyword', 'codes', Uint8Array.of(1, 0, 2, 1)],
    ['fewer codes than documents', 'keyword', 'codes', Uint8Array.of(1, 0, 0)],
    ['more strings than its dictionary has', 'keyword', 'terms', words(16)],
    ['more strings than there could be', 'keyword', 'terms', words(0xffffffff)],
    ['lists that go backwards', 'keywords', 'starts', words(0, 0xfffffff0, 2, 2, 3)],
    ['lists beyond its codes', 'keywords', 'starts', words(0, 2, 2, 2, 0xfffffff0)],
  ] as const)('with %s is refused', async (_what, type, section, bytes) => {
    await expect(load(type, section, bytes)).rejects.toMatchObject({ code: 'CORRUPT' });
  });
});
