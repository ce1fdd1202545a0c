// Temporary files for data of a second pass that does not fit in memory. A file is appended to, then read. It is
// removed when the file that it serves is finished or abandoned. After a crash the next writer removes it as garbage.

import { EngineError } from '../core/errors.ts';
import type { Directory, FileSink, RandomAccess } from './directory.ts';
import type { Scratch } from './part.ts';

export interface ScratchFile extends Scratch {
  /** Closes and removes the file. */
  remove(): Promise<void>;
}

export async function createScratch(directory: Directory, name: string): Promise<ScratchFile> {
  const sink: FileSink = await directory.create(name);
  let reading: Promise<RandomAccess> | undefined;
  const reader = async (): Promise<RandomAccess> => {
    await sink.close();
    return directory.open(name);
  };
  return {
    get size() {
      return sink.size;
    },
    append: async (bytes) => {
      if (reading !== undefined) throw new EngineError('INVALID_ARGUMENT', `${name} is being read: append before`);
      await sink.append(bytes);
    },
    read: async (offset, length) => {
      reading ??= reader();
      return (await reading).read(offset, length);
    },
    remove: async () => {
      await (reading === undefined ? sink.close() : (await reading).close());
      await directory.remove(name);
    },
  };
}
