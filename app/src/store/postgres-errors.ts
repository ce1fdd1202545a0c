// Translates errors of PostgreSQL and of the connection to it into EngineErrors. No message holds a password.

import { EngineError, type ErrorCode } from '@quire/engine/core';

/** An address that is no address of PostgreSQL. It is not shown: it may hold a password. */
export function refused(url: string): EngineError {
  const scheme = /^[a-z+]{1,20}:/i.exec(url)?.[0] ?? '';
  return new EngineError(
    'INVALID_ARGUMENT',
    `DATABASE_URL is no address of PostgreSQL${scheme && `: it begins with ${scheme}`}`,
    {
      hint: 'Write it as postgres://user:password@host:5432/name, or leave it unset to keep papers in a file.',
    },
  );
}

/** States of PostgreSQL: https://www.postgresql.org/docs/current/errcodes-appendix.html, whole or by class. */
const STATES: readonly (readonly [start: string, code: ErrorCode, what: string, hint: string])[] = [
  ['55P03', 'LOCKED', 'Another process is writing to', 'Wait for it to end.'],
  ['28', 'READ_ONLY', 'The server refuses the user of', 'Check user and password in DATABASE_URL.'],
  ['3D000', 'NOT_FOUND', 'There is no database', 'Create it: createdb and its name.'],
  ['42501', 'READ_ONLY', 'The user may not do that in', 'Let the user create and change tables there.'],
  ['25006', 'READ_ONLY', 'Nothing may be written in', 'Connect to the primary server, as a user who may write.'],
  ['53100', 'STORAGE_FULL', 'The disk is full:', 'Free some space and repeat.'],
  ['53300', 'LOCKED', 'There are too many connections to', 'Close some, or raise max_connections.'],
  ['XX001', 'CORRUPT', 'A table is damaged in', 'Restore it from a backup of the server.'],
  ['XX002', 'CORRUPT', 'An index is damaged in', 'Run REINDEX DATABASE.'],
  ['42P01', 'CORRUPT', 'A table is missing in', 'Restore it from a backup of the server.'],
  ['42703', 'CORRUPT', 'A column is missing in', 'Restore it from a backup of the server.'],
  ['57P', 'STORAGE_FAILED', 'The server ended the connection to', 'Repeat this when it runs again.'],
];

const CONNECTION = /ECONNREFUSED|ECONNRESET|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|ENOENT|terminated|timeout/;

export function translated(name: string, cause: unknown): unknown {
  if (cause instanceof EngineError) return cause;
  const { code, message } = detailOf(cause);
  const state = STATES.find(([start]) => code.startsWith(start));
  if (state !== undefined) {
    const [, errorCode, what, hint] = state;
    return new EngineError(errorCode, `${what} ${name}: ${message}`, { hint, cause });
  }
  if (CONNECTION.test(code) || CONNECTION.test(message)) {
    const hint = 'Is PostgreSQL running there? Check host and port in DATABASE_URL.';
    return new EngineError('STORAGE_FAILED', `No connection to ${name}: ${message || code}`, { hint, cause });
  }
  return new EngineError('STORAGE_FAILED', `The database ${name} failed: ${message || code}`, { cause });
}

function detailOf(cause: unknown): { readonly code: string; readonly message: string } {
  if (!(cause instanceof Error)) return { code: '', message: String(cause) };
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  return { code, message: cause.message };
}
