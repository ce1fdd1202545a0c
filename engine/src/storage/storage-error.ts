// Maps a platform's file error (errno names of Node, DOMException names of browsers) to an EngineError.

import { EngineError, type ErrorCode } from '../core/errors.ts';

const MEANINGS: Readonly<Record<string, { readonly code: ErrorCode; readonly hint?: string }>> = {
  ENOENT: { code: 'NOT_FOUND' },
  ENOTDIR: { code: 'NOT_FOUND', hint: 'A part of the path is a file, not a folder.' },
  NotFoundError: { code: 'NOT_FOUND' },
  EACCES: { code: 'READ_ONLY', hint: 'Give this user permission to read and write the folder.' },
  EPERM: { code: 'READ_ONLY', hint: 'Give this user permission to read and write the folder.' },
  EROFS: { code: 'READ_ONLY', hint: 'The file system is mounted read-only.' },
  ENOSPC: { code: 'STORAGE_FULL', hint: 'Free some space and try again; the last commit is intact.' },
  EDQUOT: { code: 'STORAGE_FULL', hint: 'The quota of this user is used up; the last commit is intact.' },
  EFBIG: { code: 'STORAGE_FULL', hint: 'The file system does not allow files of this size.' },
  QuotaExceededError: { code: 'STORAGE_FULL', hint: 'The storage quota of this origin is used up.' },
  NoModificationAllowedError: { code: 'LOCKED', hint: 'Another page or worker has the file open for writing.' },
};

/** An EngineError is returned unchanged; any other error becomes one that names the path and the action. */
export function storageError(path: string, action: string, error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const { code: errno, name, message } = error as { code?: unknown; name?: string; message?: string };
  const meaning = MEANINGS[typeof errno === 'string' ? errno : (name ?? '')];
  const detail = message ?? String(error);
  return new EngineError(meaning?.code ?? 'STORAGE_FAILED', `${path}: cannot ${action} (${detail})`, {
    ...(meaning?.hint === undefined ? {} : { hint: meaning.hint }),
    cause: error,
  });
}
