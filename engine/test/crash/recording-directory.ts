// A Directory that records every operation and computes the possible states of the disk after a power failure at any of
// them: un-synced appends dropped, torn or kept; un-synced creations, renames and removals applied in any subset.

import { EngineError } from '@quire/engine/core';
import { crc32c, type Rng } from '@quire/engine/internals';
import { type Directory, type MemoryDirectory, memoryDirectory } from '@quire/engine/storage';

type FileId = number;
type Operation =
  | { readonly type: 'create'; readonly name: string; readonly file: FileId }
  | { readonly type: 'append'; readonly file: FileId; readonly bytes: Uint8Array }
  | { readonly type: 'sync'; readonly file: FileId }
  | { readonly type: 'rename'; readonly from: string; readonly to: string; readonly file: FileId }
  | { readonly type: 'remove'; readonly name: string }
  | { readonly type: 'syncDirectory' }
  | { readonly type: 'mark'; readonly label: string };

export interface RecordingDirectory extends Directory {
  readonly operations: readonly Operation[];
  /** Records a moment between operations: a commit was acknowledged. */
  mark(label: string): void;
  /** The last label marked before operation `at`. */
  markedBefore(at: number): string | undefined;
  /** A possible state of the disk after a crash before operation `at`. */
  crash(at: number, fate: Fate, rng: Rng): MemoryDirectory;
}

/** Equal for directories with equal files. Many crashes give the same state, which needs one check. */
export function diskKey(directory: MemoryDirectory): string {
  return [...directory.files()].map(([name, bytes]) => `${name} ${bytes.length} ${crc32c(bytes)}`).join('\n');
}

/** The fate of operations that were not synced. */
export type Fate = 'dropped' | 'kept' | 'random';

export function recordingDirectory(): RecordingDirectory {
  const inner = memoryDirectory();
  const operations: Operation[] = [];
  const idOf = new Map<string, FileId>();
  let files = 0;
  return {
    ...inner,
    operations,
    create: async (name) => {
      const sink = await inner.create(name);
      const file = files++;
      idOf.set(name, file);
      operations.push({ type: 'create', name, file });
      return {
        name,
        get size() {
          return sink.size;
        },
        append: async (bytes) => {
          operations.push({ type: 'append', file, bytes: bytes.slice() });
          await sink.append(bytes);
        },
        sync: async () => {
          operations.push({ type: 'sync', file });
        },
        close: () => sink.close(),
      };
    },
    rename: async (from, to) => {
      await inner.rename(from, to);
      const file = idOf.get(from)!;
      idOf.delete(from);
      idOf.set(to, file);
      operations.push({ type: 'rename', from, to, file });
    },
    remove: async (name) => {
      await inner.remove(name);
      idOf.delete(name);
      operations.push({ type: 'remove', name });
    },
    syncDirectory: async () => {
      operations.push({ type: 'syncDirectory' });
    },
    mark: (label) => {
      operations.push({ type: 'mark', label });
    },
    markedBefore: (at) => {
      const mark = operations.slice(0, at).findLast((operation) => operation.type === 'mark');
      return mark?.type === 'mark' ? mark.label : undefined;
    },
    crash: (at, fate, rng) => memoryDirectory(survivors(operations.slice(0, at), fate, rng)),
  };
}

function survivors(operations: readonly Operation[], fate: Fate, rng: Rng): Map<string, Uint8Array> {
  const survives = () => fate === 'kept' || (fate === 'random' && rng.below(2) === 0);
  const lastDirectorySync = operations.findLastIndex((operation) => operation.type === 'syncDirectory');
  const names = new Map<string, FileId>();
  for (const [i, operation] of operations.entries()) {
    const isNaming = operation.type === 'create' || operation.type === 'rename' || operation.type === 'remove';
    if (!isNaming || (i > lastDirectorySync && !survives())) continue;
    if (operation.type === 'create') names.set(operation.name, operation.file);
    else if (operation.type === 'remove') names.delete(operation.name);
    else {
      names.delete(operation.from);
      names.set(operation.to, operation.file);
    }
  }
  const written = new Map<FileId, { safe: Uint8Array[]; loose: Uint8Array[] }>();
  for (const operation of operations) {
    if (operation.type === 'create') written.set(operation.file, { safe: [], loose: [] });
    else if (operation.type === 'append') written.get(operation.file)!.loose.push(operation.bytes);
    else if (operation.type === 'sync') {
      const { safe, loose } = written.get(operation.file)!;
      safe.push(...loose.splice(0));
    }
  }
  const out = new Map<string, Uint8Array>();
  for (const [name, file] of names) {
    const { safe, loose } = written.get(file)!;
    out.set(name, concat([...safe, fateOf(concat(loose), fate, rng)]));
  }
  return out;
}

/** The rest of un-synced bytes: none, all, a torn piece, or the right length with wrong bytes. */
function fateOf(loose: Uint8Array, fate: Fate, rng: Rng): Uint8Array {
  if (fate === 'dropped' || loose.length === 0) return new Uint8Array(0);
  if (fate === 'kept') return loose;
  const kept = loose.slice(0, rng.below(loose.length + 1));
  if (kept.length > 0 && rng.below(3) === 0) kept.fill(0, rng.below(kept.length));
  return kept;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Delegates to `inner`; the `failAt`-th changing operation and all after it fail like a full disk. */
export function fillingDirectory(inner: Directory, failAt: number): Directory & { readonly used: () => number } {
  let used = 0;
  const spend = (action: string) => {
    if (used++ < failAt) return;
    throw new EngineError('STORAGE_FULL', `${inner.label}: cannot ${action} (no space left)`, {
      hint: 'Free some space.',
    });
  };
  return {
    ...inner,
    used: () => used,
    create: async (name) => {
      spend(`create ${name}`);
      const sink = await inner.create(name);
      return {
        name,
        get size() {
          return sink.size;
        },
        append: async (bytes) => {
          spend(`append to ${name}`);
          await sink.append(bytes);
        },
        sync: async () => {
          spend(`sync ${name}`);
          await sink.sync();
        },
        close: () => sink.close(),
      };
    },
    rename: async (from, to) => {
      spend(`rename ${from}`);
      await inner.rename(from, to);
    },
    syncDirectory: async () => {
      spend('sync the folder');
      await inner.syncDirectory();
    },
  };
}
