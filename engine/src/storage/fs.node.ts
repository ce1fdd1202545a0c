// A Directory on the file system of Node. Writes resolve after fsync. Each file has one open descriptor, which reads at
// any offset and stays valid when another process removes the file.

import { closeSync, constants, fsyncSync, openSync, readSync } from 'node:fs';
import { access, type FileHandle, mkdir, constants as modes, open, readdir, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError, throwIfAborted } from '../core/errors.ts';
import type { Directory, FileSink, RandomAccess } from './directory.ts';
import { checkFileName, checkRange } from './file-names.ts';
import { takeFileLock } from './lock.node.ts';
import { storageError } from './storage-error.ts';

export interface NodeDirectoryOptions {
  /** Never write. A folder without write permission is always read-only. Default false. */
  readonly readOnly?: boolean;
  /** Create the folder if it is missing. Default true, unless readOnly. */
  readonly create?: boolean;
}

/** The library folder at `path`. Throws NOT_FOUND when it is missing and may not be created. */
export async function nodeDirectory(path: string, options: NodeDirectoryOptions = {}): Promise<Directory> {
  const wantsWrite = options.readOnly !== true;
  if (wantsWrite && options.create !== false) {
    await translate(path, 'make the folder', () => mkdir(path, { recursive: true }));
  }
  await translate(path, 'open the folder', () => readdir(path));
  const writable = wantsWrite && (await isWritable(path));
  const guard = () => {
    if (writable) return;
    throw new EngineError('READ_ONLY', `${path}: the folder is read-only`, {
      hint: wantsWrite ? 'Give this user permission to write the folder.' : 'It was opened with readOnly: true.',
    });
  };
  return {
    label: path,
    readOnly: !writable,
    keepsRemoved: true,
    list: () => translate(path, 'list', async () => (await readdir(path)).sort()),
    open: (name) => openFile(path, name),
    create: async (name) => {
      guard();
      return createFile(path, name);
    },
    rename: async (from, to) => {
      guard();
      const paths = [join(path, checkFileName(from)), join(path, checkFileName(to))] as const;
      await translate(paths[0], 'rename', () => rename(...paths));
    },
    remove: async (name) => {
      guard();
      const file = join(path, checkFileName(name));
      await translate(file, 'remove', () => unlink(file));
    },
    syncDirectory: async () => {
      if (writable) await translate(path, 'sync the folder', async () => syncFolder(path));
    },
    lock: async (name) => {
      guard();
      return translate(join(path, name), 'lock', () => takeFileLock(path, checkFileName(name)));
    },
  };
}

async function isWritable(path: string): Promise<boolean> {
  return access(path, modes.W_OK | modes.X_OK).then(
    () => true,
    () => false,
  );
}

async function openFile(folder: string, name: string): Promise<RandomAccess> {
  const path = join(folder, checkFileName(name));
  const handle = await translate(path, 'open', () => open(path, constants.O_RDONLY));
  const { size } = await translate(path, 'stat', () => handle.stat());
  let closed = false;
  const check = (offset: number, length: number) => {
    if (closed) throw new EngineError('CLOSED', `${path} was closed`);
    checkRange(path, offset, length, size);
  };
  return {
    name,
    size,
    read: async (offset, length, options) => {
      throwIfAborted(options?.signal);
      check(offset, length);
      return translate(path, 'read', () => readFully(handle, path, offset, length));
    },
    readSync: (offset, length) => {
      check(offset, length);
      return readFullySync(handle.fd, path, offset, length);
    },
    close: async () => {
      if (!closed) await handle.close();
      closed = true;
    },
  };
}

/** The platform reads less than 2 GiB in one call. */
const READ_BYTES = 1 << 30;

async function readFully(handle: FileHandle, path: string, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(bytes, done, Math.min(length - done, READ_BYTES), offset + done);
    if (bytesRead === 0) throw cutShort(path, offset + done);
    done += bytesRead;
  }
  return bytes;
}

function readFullySync(fd: number, path: string, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  try {
    for (let done = 0; done < length; ) {
      const bytesRead = readSync(fd, bytes, done, Math.min(length - done, READ_BYTES), offset + done);
      if (bytesRead === 0) throw cutShort(path, offset + done);
      done += bytesRead;
    }
  } catch (error) {
    throw storageError(path, 'read', error);
  }
  return bytes;
}

function cutShort(path: string, at: number): EngineError {
  return new EngineError('CORRUPT', `${path}: the file ends at offset ${at}, before what it should hold`);
}

async function createFile(folder: string, name: string): Promise<FileSink> {
  const path = join(folder, checkFileName(name));
  const handle = await translate(path, 'create', () => open(path, 'wx'));
  let size = 0;
  let closed = false;
  return {
    name,
    get size() {
      return size;
    },
    append: (bytes) =>
      translate(path, 'write', async () => {
        for (let done = 0; done < bytes.length; ) {
          const { bytesWritten } = await handle.write(bytes, done, bytes.length - done);
          done += bytesWritten;
        }
        size += bytes.length;
      }),
    sync: () => translate(path, 'sync', () => handle.sync()),
    close: async () => {
      if (!closed) await translate(path, 'close', () => handle.close());
      closed = true;
    },
  };
}

/**
 * fsync of the folder itself: creations and renames are durable after it. Windows has no such call and does not need
 * one.
 */
function syncFolder(path: string): void {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY);
  } catch (error) {
    if (isUnsupportedOnFolders(error)) return;
    throw error;
  }
  try {
    fsyncSync(fd);
  } catch (error) {
    if (!isUnsupportedOnFolders(error)) throw error;
  } finally {
    closeSync(fd);
  }
}

function isUnsupportedOnFolders(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'EISDIR' || code === 'EINVAL' || (code === 'EPERM' && globalThis.process.platform === 'win32');
}

async function translate<T>(path: string, action: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw storageError(path, action, error);
  }
}
