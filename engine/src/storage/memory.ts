// A Directory in memory: for tests, for libraries that fit a page, and as the simplest implementation of the contract.

import { EngineError } from '../core/errors.ts';
import type { Directory, FileSink, Lock, RandomAccess } from './directory.ts';
import { checkFileName, checkRange } from './file-names.ts';

export interface MemoryDirectory extends Directory {
  /** The bytes of every file, by name ascending. */
  files(): ReadonlyMap<string, Uint8Array>;
}

/** Starts with `files` (the arrays are used, not copied) or empty. */
export function memoryDirectory(files: Iterable<readonly [string, Uint8Array]> = []): MemoryDirectory {
  const stored = new Map<string, Uint8Array>(files);
  const locks = new Set<string>();
  return {
    label: 'memory',
    readOnly: false,
    keepsRemoved: true,
    files: () => new Map([...stored].sort(([a], [b]) => (a < b ? -1 : 1))),
    list: async () => [...stored.keys()].sort(),
    open: async (name) => memoryFile(name, stored.get(name) ?? absent(name)),
    create: async (name) => {
      checkFileName(name);
      if (stored.has(name)) throw new EngineError('STORAGE_FAILED', `memory: ${name} exists already`);
      stored.set(name, new Uint8Array(0));
      return memorySink(name, stored);
    },
    rename: async (from, to) => {
      stored.set(checkFileName(to), stored.get(from) ?? absent(from));
      stored.delete(from);
    },
    remove: async (name) => {
      if (!stored.delete(name)) absent(name);
    },
    syncDirectory: async () => {},
    lock: async (name) => takeLock(locks, name),
  };
}

/** Bytes as a readable file; ranges are views. */
export function memoryFile(name: string, bytes: Uint8Array): RandomAccess {
  const readSync = (offset: number, length: number) => {
    checkRange(name, offset, length, bytes.length);
    return bytes.subarray(offset, offset + length);
  };
  return {
    name,
    size: bytes.length,
    read: async (offset, length) => readSync(offset, length),
    readSync,
    close: async () => {},
  };
}

function memorySink(name: string, stored: Map<string, Uint8Array>): FileSink {
  let bytes = new Uint8Array(1024);
  let size = 0;
  const publish = () => stored.set(name, bytes.subarray(0, size));
  return {
    name,
    get size() {
      return size;
    },
    append: async (more) => {
      if (size + more.length > bytes.length) {
        const grown = new Uint8Array(Math.max(size + more.length, bytes.length * 2));
        grown.set(bytes.subarray(0, size));
        bytes = grown;
      }
      bytes.set(more, size);
      size += more.length;
      publish();
    },
    sync: async () => {},
    close: async () => {
      bytes = bytes.slice(0, size);
      if (stored.has(name)) publish();
    },
  };
}

function takeLock(locks: Set<string>, name: string): Lock {
  if (locks.has(name)) {
    throw new EngineError('LOCKED', `memory: ${name} is held by another writer of this process`, {
      hint: 'Close the other writer first.',
    });
  }
  locks.add(name);
  let held = true;
  return {
    release: async () => {
      if (held) locks.delete(name);
      held = false;
    },
  };
}

function absent(name: string): never {
  throw new EngineError('NOT_FOUND', `memory: no file ${name}`);
}
