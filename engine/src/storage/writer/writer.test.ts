import { describe, expect, it } from 'vitest';
import type { Directory } from '../directory.ts';
import { openLibrary } from '../library.ts';
import { memoryDirectory } from '../memory.ts';

const options = { schema: { fields: { title: { stored: true } }, columns: {} }, parts: {} } as const;

/** As in OPFS: a removed file cannot be read any more, however long it has been open. */
function forgetful(): Directory {
  const inner = memoryDirectory();
  return {
    ...inner,
    keepsRemoved: false,
    open: async (name) => {
      const { size, close } = await inner.open(name);
      const read = async (offset: number, length: number) => (await inner.open(name)).read(offset, length);
      return { name, size, read, close };
    },
  };
}

describe('a writer where open files do not outlive their removal', () => {
  it('leaves the files of the commit before to its readers, also when it is closed and the next one opens', async () => {
    const directory = forgetful();
    const library = await openLibrary(directory, options);
    const writer = await library.writer();
    for (const id of ['a', 'b']) {
      await writer.add({ id, fields: { title: id } }, {});
      await writer.commit();
    }
    const before = library.snapshot();
    await writer.mergeAll();
    await writer.commit();
    await writer.close();
    expect((await before.get('a'))?.fields.title).toBe('a');
    const next = await library.writer();
    expect((await before.get('b'))?.fields.title).toBe('b');
    await next.delete('a');
    await next.commit();
    await next.close();
    const names = await directory.list();
    for (const joined of ['00000001.docs', '00000002.docs']) expect(names).not.toContain(joined); // a commit later
  });

  it('removes at once what a crash left and no commit ever named', async () => {
    const directory = forgetful();
    await (await (await openLibrary(directory, options)).writer()).commit({ change: 1 });
    for (const name of ['00000007.docs', 'manifest-9.new']) await (await directory.create(name)).close();
    const other = memoryDirectory();
    for (const name of await directory.list()) {
      const file = await directory.open(name);
      const sink = await other.create(name);
      await sink.append(await file.read(0, file.size));
    }
    await (await openLibrary({ ...other, keepsRemoved: false }, options)).writer();
    expect(await other.list()).toEqual(['manifest']);
  });
});

it('recognises its files by numbers of any length', async () => {
  const { documentsFile, isLibraryFile, segmentName } = await import('../file-names.ts');
  for (const number of [1, 99_999_999, 100_000_000, 1_234_567_890]) {
    expect(isLibraryFile(documentsFile(number))).toBe(true);
    expect(Number(segmentName(documentsFile(number)))).toBe(number);
  }
});

it('keeps pending documents when a commit is given metadata that a manifest cannot hold', async () => {
  const writer = await (await openLibrary(memoryDirectory(), options)).writer();
  await writer.add({ id: 'a', fields: {} }, {});
  await expect(writer.commit({ change: Number.NaN })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  expect((await writer.commit({ change: 1 })).size).toBe(1);
});
