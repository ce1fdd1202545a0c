// Directory: the storage of a library's files. Write-once files, atomic rename, explicit sync, one exclusive lock.
// Implementations: memory.ts, fs.node.ts, opfs.ts (browser), http.ts (read-only ranges).

import type { Cancellable } from '../core/types.ts';

/** A readable file. Reads never return fewer bytes than asked for: they throw CORRUPT instead. */
export interface RandomAccess {
  readonly name: string;
  readonly size: number; // bytes
  /** Bytes offset … offset+length−1. The result is a copy for the caller or an immutable view. */
  read(offset: number, length: number, options?: Cancellable): Promise<Uint8Array>;
  /** Present when the bytes can be read synchronously (memory, Node files). */
  readSync?(offset: number, length: number): Uint8Array;
  close(): Promise<void>;
}

/** A file being written. Nothing is durable before sync() has resolved. */
export interface FileSink {
  readonly name: string;
  /** Bytes appended so far. */
  readonly size: number;
  /** Resolves when the caller may reuse `bytes`. */
  append(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface Lock {
  release(): Promise<void>;
}

export interface Directory {
  /** For messages: a path, a URL or "memory". */
  readonly label: string;
  readonly readOnly: boolean;
  /**
   * Whether an open file stays readable after it was removed or replaced (POSIX, memory). If not, removal waits a
   * generation.
   */
  readonly keepsRemoved: boolean;
  /** File names, ascending. */
  list(): Promise<readonly string[]>;
  /** Throws NOT_FOUND. */
  open(name: string): Promise<RandomAccess>;
  /** Fails if the file exists: files are written once. */
  create(name: string): Promise<FileSink>;
  /** Atomically replaces `to`; durable after syncDirectory(). */
  rename(from: string, to: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Makes creations, renames and removals durable. */
  syncDirectory(): Promise<void>;
  /** Exclusive over all processes. Throws LOCKED (naming the owner) while a live owner holds it. */
  lock(name: string): Promise<Lock>;
}
