// The files of a store as the file system shows them: how they are addressed, and how a change is seen without locks.

import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { EngineError } from '@quire/engine/core';

export function addressOf(path: string, access: 'read' | 'immutable'): string {
  return `${pathToFileURL(path).href}?mode=ro${access === 'immutable' ? '&immutable=1' : ''}`;
}

/** Differs after every write. */
export function stampOf(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? 'gone' : `${found.ino} ${found.size} ${found.mtimeNs}`;
}

export function bytesOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

export function unmergedLog(path: string, cause: unknown): EngineError {
  return new EngineError(
    'READ_ONLY',
    `${path}-wal holds changes that can be read only where the folder can be written`,
    {
      hint: 'Open the library once as a user who may write its folder, or copy the folder to a place that you may write.',
      cause,
    },
  );
}
