// A Directory in the browser's origin-private file system. Works on pages and in workers. Where the platform has
// synchronous access handles (workers), files are written through them, else through writable streams. The write lock
// is a Web Lock: the browser releases it when the page or worker that holds it ends.

import { EngineError, throwIfAborted } from '../core/errors.ts';
import type { Directory, FileSink, Lock, RandomAccess } from './directory.ts';
import { checkFileName, checkRange, MANIFEST } from './file-names.ts';
import { memoryFile } from './memory.ts';
import { storageError } from './storage-error.ts';

export interface OpfsDirectoryOptions {
  /** Default: `navigator.storage.getDirectory()`. */
  readonly root?: FileSystemDirectoryHandle;
}

/** Opens (or creates) the folder `path` ("a/b") under the origin's root. Throws UNSUPPORTED without OPFS. */
export async function opfsDirectory(path = 'quire', options: OpfsDirectoryOptions = {}): Promise<Directory> {
  let folder = options.root ?? (await originRoot());
  for (const step of path.split('/').filter((s) => s !== '')) {
    folder = await translate(path, 'open the folder', () => folder.getDirectoryHandle(step, { create: true }));
  }
  return {
    label: `opfs:/${path}`,
    readOnly: false,
    keepsRemoved: false,
    list: () =>
      translate(path, 'list', async () => {
        const names: string[] = [];
        for await (const [name, handle] of entries(folder)) if (handle.kind === 'file') names.push(name);
        return names.sort();
      }),
    open: async (name) => openFile(folder, checkFileName(name)),
    create: async (name) => createFile(folder, checkFileName(name)),
    rename: async (from, to) => replaceFile(folder, checkFileName(from), checkFileName(to)),
    remove: (name) => translate(name, 'remove', () => folder.removeEntry(checkFileName(name))),
    syncDirectory: async () => {}, // no such call here: names are durable when the platform's calls resolve
    lock: (name) => takeWebLock(`quire:${path}/${name}`),
  };
}

async function originRoot(): Promise<FileSystemDirectoryHandle> {
  const storage = globalThis.navigator?.storage;
  if (typeof storage?.getDirectory !== 'function') {
    throw new EngineError('UNSUPPORTED', 'This platform has no origin-private file system', {
      hint: 'Serve the page over HTTPS or localhost in a current browser, or use memoryDirectory().',
    });
  }
  return translate('opfs', 'open the root', () => storage.getDirectory());
}

/** Async iteration of the standard, missing in the compiler's library types. */
function entries(folder: FileSystemDirectoryHandle): AsyncIterable<[string, FileSystemHandle]> {
  return (folder as unknown as { entries(): AsyncIterable<[string, FileSystemHandle]> }).entries();
}

async function openFile(folder: FileSystemDirectoryHandle, name: string): Promise<RandomAccess> {
  if (name === MANIFEST) return memoryFile(name, await readReplaceable(folder, name));
  const file = await translate(name, 'open', async () => (await folder.getFileHandle(name)).getFile());
  return {
    name,
    size: file.size,
    read: async (offset, length, options) => {
      throwIfAborted(options?.signal);
      checkRange(name, offset, length, file.size);
      const part = file.slice(offset, offset + length);
      return translate(name, 'read', async () => new Uint8Array(await part.arrayBuffer()));
    },
    close: async () => {},
  };
}

const TRIES = 5;

/** A File becomes unreadable when its name is given to another file: then the new file is read. */
async function readReplaceable(folder: FileSystemDirectoryHandle, name: string): Promise<Uint8Array> {
  for (let tries = 1; ; tries++) {
    try {
      return new Uint8Array(await (await (await folder.getFileHandle(name)).getFile()).arrayBuffer());
    } catch (error) {
      if (tries === TRIES || (error as DOMException).name !== 'NotReadableError')
        throw storageError(name, 'read', error);
    }
  }
}

interface SyncHandle {
  write(bytes: Uint8Array, options: { readonly at: number }): number;
  flush(): void;
  close(): void;
}
interface Appender {
  append(bytes: Uint8Array, at: number): Promise<void>;
  flush(): Promise<void>;
  close(): Promise<void>;
}

async function createFile(folder: FileSystemDirectoryHandle, name: string): Promise<FileSink> {
  const exists = await folder.getFileHandle(name).then(
    () => true,
    () => false,
  );
  if (exists) throw new EngineError('STORAGE_FAILED', `${name} exists already`);
  const handle = await translate(name, 'create', () => folder.getFileHandle(name, { create: true }));
  const appender = await translate(name, 'open for writing', () => appenderOf(handle));
  let size = 0;
  return {
    name,
    get size() {
      return size;
    },
    append: async (bytes) => {
      await translate(name, 'write', () => appender.append(bytes, size));
      size += bytes.length;
    },
    sync: () => translate(name, 'sync', () => appender.flush()),
    close: () => translate(name, 'close', () => appender.close()),
  };
}

async function appenderOf(handle: FileSystemFileHandle): Promise<Appender> {
  const open = (handle as { createSyncAccessHandle?: () => Promise<SyncHandle> }).createSyncAccessHandle;
  if (open !== undefined) return syncAppender(await open.call(handle));
  if (typeof handle.createWritable !== 'function') {
    throw new EngineError('UNSUPPORTED', 'This browser writes private files in workers only', {
      hint: 'Open the library in a worker.',
    });
  }
  return streamAppender(handle);
}

function syncAppender(access: SyncHandle): Appender {
  return {
    append: async (bytes, at) => {
      for (let done = 0; done < bytes.length; ) done += access.write(bytes.subarray(done), { at: at + done });
    },
    flush: async () => access.flush(),
    close: async () => access.close(),
  };
}

/**
 * The bytes of a writable stream are stored when it is closed. So flushing closes it, and a later append opens it
 * again.
 */
function streamAppender(handle: FileSystemFileHandle): Appender {
  let stream: FileSystemWritableFileStream | undefined;
  const close = async () => {
    await stream?.close();
    stream = undefined;
  };
  return {
    append: async (bytes, at) => {
      stream ??= await handle.createWritable({ keepExistingData: true });
      await stream.write({ type: 'write', position: at, data: bytes.slice() });
    },
    flush: close,
    close,
  };
}

/** move() replaces atomically. Without it, a stream into `to` replaces when it closes, and then `from` is removed. */
async function replaceFile(folder: FileSystemDirectoryHandle, from: string, to: string): Promise<void> {
  const source = await translate(from, 'rename', () => folder.getFileHandle(from));
  const { move } = source as { move?: (name: string) => Promise<void> };
  if (typeof move === 'function') return translate(from, 'rename', () => move.call(source, to));
  await translate(from, 'rename', async () => {
    const bytes = await (await source.getFile()).arrayBuffer();
    const stream = await (await folder.getFileHandle(to, { create: true })).createWritable();
    await stream.write(bytes);
    await stream.close();
    await folder.removeEntry(from);
  });
}

async function takeWebLock(name: string): Promise<Lock> {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  return new Promise((resolve, reject) => {
    const held = globalThis.navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
      if (lock === null) {
        reject(
          new EngineError('LOCKED', `${name} is held by another page or worker of this origin`, {
            hint: 'Close the other tab, or hand it the work; readers need no lock.',
          }),
        );
        return;
      }
      resolve({
        release: async () => {
          release();
          await held;
        },
      });
      await released;
    });
    held.catch(reject);
  });
}

async function translate<T>(path: string, action: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw storageError(path, action, error);
  }
}
