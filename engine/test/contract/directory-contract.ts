// What every Directory must do, as one suite. Readers of other kinds (HTTP) are tested beside their file.

import { createSectionFile, type Directory } from '@quire/engine/storage';
import { describe, expect, it } from 'vitest';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (from: Uint8Array) => new TextDecoder().decode(from);

/** `make` gives an empty writable directory; `title` carries the reason when it is skipped. */
export function directoryContract(title: string, make: () => Promise<Directory>, isSkipped = false): void {
  describe.skipIf(isSkipped)(`the directory ${title}`, () => {
    const put = async (directory: Directory, name: string, ...parts: string[]) => {
      const sink = await directory.create(name);
      for (const part of parts) await sink.append(bytes(part));
      await sink.sync();
      await sink.close();
      await directory.syncDirectory();
    };

    it('reads any range of what was appended, and refuses ranges beyond the end', async () => {
      const directory = await make();
      await put(directory, 'a', 'hello ', '', 'world');
      const file = await directory.open('a');
      expect(file.size).toBe(11);
      expect(text(await file.read(0, 11))).toBe('hello world');
      expect(text(await file.read(4, 3))).toBe('o w');
      expect((await file.read(11, 0)).length).toBe(0);
      if (file.readSync !== undefined) expect(text(file.readSync(6, 5))).toBe('world');
      await expect(file.read(6, 6)).rejects.toMatchObject({ code: 'CORRUPT' });
      await file.close();
    });

    it('copies what it is given: the caller may use its buffer again', async () => {
      const directory = await make();
      const sink = await directory.create('a');
      const buffer = bytes('one');
      await sink.append(buffer);
      buffer.set(bytes('two'));
      await sink.append(buffer);
      expect(sink.size).toBe(6);
      await sink.sync();
      await sink.close();
      const file = await directory.open('a');
      expect(text(await file.read(0, 6))).toBe('onetwo');
      await file.close();
    });

    it('writes a file once, lists names in order and removes', async () => {
      const directory = await make();
      await put(directory, 'b', 'b');
      await put(directory, 'a', 'a');
      await expect(directory.create('a')).rejects.toMatchObject({ name: 'EngineError' });
      expect(await directory.list()).toEqual(['a', 'b']);
      await directory.remove('a');
      expect(await directory.list()).toEqual(['b']);
      await expect(directory.open('a')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(directory.remove('a')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    it('keeps scratch files while a file of sections is written, and no longer', async () => {
      const directory = await make();
      const out = await createSectionFile(directory, '00000001.flat.part');
      const [first, second] = [await out.scratch(), await out.scratch()];
      await first.append(bytes('first '));
      await second.append(bytes('second'));
      await first.append(bytes('again'));
      expect([first.size, second.size]).toEqual([11, 6]);
      expect(text(await first.read(6, 5))).toBe('again');
      expect(text(await second.read(0, 6))).toBe('second');
      await expect(first.append(bytes('late'))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      await out.finish();
      expect(await directory.list()).toEqual(['00000001.flat.part']);
      const failed = await createSectionFile(directory, '00000002.flat.part');
      await (await failed.scratch()).append(bytes('unread'));
      await failed.abandon();
      expect(await directory.list()).not.toContain('00000002.0.scratch');
    });

    it('replaces by rename', async () => {
      const directory = await make();
      await put(directory, 'manifest', 'old');
      await put(directory, 'manifest-2.new', 'newer');
      await directory.rename('manifest-2.new', 'manifest');
      await directory.syncDirectory();
      expect(await directory.list()).toEqual(['manifest']);
      const file = await directory.open('manifest');
      expect(text(await file.read(0, file.size))).toBe('newer');
      await file.close();
    });

    it('keeps an open file readable after its removal, if it says so', async () => {
      const directory = await make();
      if (!directory.keepsRemoved) return;
      await put(directory, 'a', 'still here');
      const file = await directory.open('a');
      await directory.remove('a');
      expect(text(await file.read(0, 10))).toBe('still here');
      await file.close();
    });

    it.each(['', '../a', 'a/b', '.hidden', 'a b'])('refuses the name %j', async (name) => {
      const directory = await make();
      await expect((async () => directory.create(name))()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    });

    it('gives a lock to one holder at a time', async () => {
      const directory = await make();
      for (let round = 0; round < 3; round++) {
        const lock = await directory.lock('write.lock');
        await expect(directory.lock('write.lock')).rejects.toMatchObject({ code: 'LOCKED' });
        await lock.release();
        await lock.release();
      }
    });
  });
}
