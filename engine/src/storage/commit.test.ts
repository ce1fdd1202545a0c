import { describe, expect, it } from 'vitest';
import { bruteForceDense } from '../../test/plugin/brute-force-dense.ts';
import { plainFingerprint } from '../core/fingerprint.ts';
import type { Directory, RandomAccess } from './directory.ts';
import { openLibrary } from './library.ts';
import { memoryDirectory } from './memory.ts';

const rep = {
  kind: 'dense',
  space: 's',
  fingerprint: plainFingerprint('s', 'document'),
  vec: Float32Array.of(1, 2),
} as const;
const options = { schema: { fields: {}, columns: {} }, parts: { dense: bruteForceDense('s', 2) } } as const;

/**
 * A directory that counts what is open, and lets a test act when a name is opened or a manifest has come into place.
 */
function watched(inner: Directory) {
  const open = new Map<RandomAccess, string>();
  const hooks: { onOpen?: (name: string) => Promise<void>; onManifest?: () => Promise<void> } = {};
  const directory: Directory = {
    ...inner,
    open: async (name) => {
      await hooks.onOpen?.(name);
      const file = await inner.open(name);
      open.set(file, name);
      return {
        ...file,
        close: async () => {
          open.delete(file);
          await file.close();
        },
      };
    },
    rename: async (from, to) => {
      await inner.rename(from, to);
      await hooks.onManifest?.();
    },
  };
  return { directory, hooks, openFiles: () => [...open.values()].sort() };
}

describe('opening a commit', () => {
  it('closes every file when one of them cannot be opened', async () => {
    const memory = memoryDirectory();
    const writer = await (await openLibrary(memory, options)).writer();
    for (const id of ['a', 'b', 'c', 'd']) await writer.add({ id, fields: {} }, { dense: rep });
    await writer.commit();
    await writer.delete('a');
    await writer.commit();
    for (const ending of ['.docs', '.part', '.deletes']) {
      const { directory, openFiles } = watched(memoryDirectory(memory.files()));
      await directory.remove((await directory.list()).find((name) => name.endsWith(ending))!);
      await expect(openLibrary(directory, options)).rejects.toMatchObject({ code: 'CORRUPT' });
      expect([ending, openFiles()]).toEqual([ending, []]);
    }
  });

  it('never goes back to an older commit when refresh() and commits of the same library overlap', async () => {
    const { directory, hooks } = watched(memoryDirectory());
    const library = await openLibrary(directory, options);
    const writer = await library.writer();
    const put = async (id: string) => {
      await writer.add({ id, fields: {} }, { dense: rep });
      return writer.commit();
    };
    await put('a');
    let letGo = () => {};
    const isReady = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let refreshed: Promise<boolean> | undefined;
    hooks.onManifest = async () => {
      delete hooks.onManifest;
      refreshed = library.refresh(); // the manifest on disk is newer than what the writer has made known
      await new Promise<void>((resolve) => {
        hooks.onOpen = (name) => {
          if (!name.endsWith('.docs')) return Promise.resolve();
          resolve();
          return isReady;
        };
        setTimeout(resolve, 50);
      });
      delete hooks.onOpen;
    };
    await put('b');
    await put('c');
    letGo();
    await refreshed;
    expect(library.snapshot().generation).toBe(3);
    expect((await put('d')).generation).toBe(4);
    expect(library.snapshot().size).toBe(4);
  });
});
