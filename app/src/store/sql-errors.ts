// Translates errors of SQLite and its driver into EngineErrors.

import { EngineError } from '@quire/engine/core';

/** Primary result codes: https://www.sqlite.org/rescode.html. The low byte of an extended code is the primary one. */
const RESULT = {
  error: 1,
  perm: 3,
  busy: 5,
  locked: 6,
  readOnly: 8,
  corrupt: 11,
  full: 13,
  cantOpen: 14,
  notADatabase: 26,
} as const;

/** Messages that a statement of ours causes only when the file is damaged. They come with SQLITE_ERROR or with no code. */
const DAMAGE = /no such (?:table|column|index)|has no column|malformed|already exists|not a database/;

export const REPAIR_HINT = 'Run "quire doctor --repair": it copies every sound record into a new file.';

/** Runs `work`; what the driver throws becomes an EngineError that names the file. */
export function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof EngineError ? error : translated(path, error);
  }
}

function damagedFile(path: string, reason: string, cause?: unknown): EngineError {
  return new EngineError('CORRUPT', `The store ${path} is damaged: ${reason}`, { hint: REPAIR_HINT, cause });
}

/** `message` may hold bytes of a damaged file; the driver has decoded them, with U+FFFD for what is not UTF-8. */
function translated(path: string, cause: unknown): EngineError {
  const result = resultOf(cause);
  const message = cause instanceof Error ? cause.message : String(cause);
  switch (result) {
    case RESULT.full:
      return new EngineError('STORAGE_FULL', `The disk is full: ${path}`, {
        hint: 'Free some space and repeat.',
        cause,
      });
    case RESULT.readOnly:
    case RESULT.cantOpen:
    case RESULT.perm: {
      const hint = 'Check the permissions of the folder, or choose another with --data-dir.';
      return new EngineError('READ_ONLY', `Cannot write ${path}: ${message}`, { hint, cause });
    }
    case RESULT.busy:
    case RESULT.locked:
      return new EngineError('LOCKED', `Another process is writing to ${path}`, { hint: 'Wait for it to end.', cause });
    case RESULT.corrupt:
    case RESULT.notADatabase:
      return damagedFile(path, message, cause);
    default:
      if ((result === undefined || result === RESULT.error) && DAMAGE.test(message)) {
        return damagedFile(path, message, cause);
      }
      // The driver refuses integers above 2^53. The store writes none.
      if (result === undefined && message.includes('too large')) return damagedFile(path, message, cause);
      return new EngineError('STORAGE_FAILED', `The store ${path} failed: ${message}`, { cause });
  }
}

/** The driver gives no code with some errors of `all`: SQLite's fixed message of the code stands for it. */
const MESSAGES: ReadonlyMap<string, number> = new Map([
  ['access permission denied', RESULT.perm],
  ['database is locked', RESULT.busy],
  ['database table is locked', RESULT.locked],
  ['attempt to write a readonly database', RESULT.readOnly],
  ['database disk image is malformed', RESULT.corrupt],
  ['database or disk is full', RESULT.full],
  ['unable to open database file', RESULT.cantOpen],
  ['file is not a database', RESULT.notADatabase],
]);

function resultOf(cause: unknown): number | undefined {
  if (!(cause instanceof Error)) return undefined;
  const code = 'errcode' in cause ? cause.errcode : undefined;
  return typeof code === 'number' ? code & 0xff : MESSAGES.get(cause.message);
}
