// Errors as answers: the status of every error code, and a message without folders of this machine. docs/errors.md has
// the same table.

import { EngineError, type ErrorCode } from '@quire/engine/core';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { jsonOf } from '../output/characters.ts';
import type { ErrorBody } from '../output/pages.ts';
import { withoutPaths } from '../output/paths.ts';

/**
 * The status of an error that a handler throws. NOT_FOUND means that the index does not exist yet: an unknown paper or
 * day is an ordinary outcome of a service, and its handler answers 404. 499 says that the client closed the request.
 */
export const STATUS_OF = {
  INVALID_ARGUMENT: 400,
  INVALID_QUERY: 400,
  INVALID_DOCUMENT: 400,
  PARSE_FAILED: 400,
  READ_ONLY: 403,
  LOCKED: 409,
  CANCELLED: 499,
  CORRUPT: 500,
  ENCODER_MISMATCH: 500,
  SCHEMA_MISMATCH: 500,
  UNSUPPORTED_FORMAT: 500,
  STORAGE_FAILED: 500,
  UNSUPPORTED: 500,
  NOT_FOUND: 503,
  CLOSED: 503,
  STORAGE_FULL: 507,
} as const satisfies Record<ErrorCode, number>;

/** Answers a value as JSON in which control and reordering characters are escaped. */
export function answerJson(c: Context, value: unknown, status: ContentfulStatusCode = 200): Response {
  c.header('content-type', 'application/json');
  return c.body(jsonOf(value), status);
}

/** Answers an error as JSON. */
export function problem(c: Context, status: number, code: string, message: string, hint?: string): Response {
  if (status === 503) c.header('retry-after', '2');
  const error: ErrorBody = { code, message, ...(hint !== undefined && { hint }) };
  return answerJson(c, { error }, status as ContentfulStatusCode); // every status here has a body
}

/** An error as data, for a reader on this machine: what is wrong, in words, and the fix. */
export function describe(error: unknown): ErrorBody {
  if (error instanceof EngineError) {
    return { code: error.code, message: error.message, ...(error.hint !== undefined && { hint: error.hint }) };
  }
  return { code: 'UNEXPECTED', message: error instanceof Error ? error.message : String(error) };
}

/** The same for any reader. The message of an unexpected error may contain anything, so it stays on this machine. */
export function describePublicly(error: unknown, folder: string): ErrorBody & { readonly status: number } {
  if (!(error instanceof EngineError)) {
    return {
      status: 500,
      code: 'UNEXPECTED',
      message: 'The server failed to answer',
      hint: 'Its output has the reason.',
    };
  }
  const { code, message, hint } = error;
  return {
    status: STATUS_OF[code],
    code,
    message: withoutPaths(message, folder),
    ...(hint !== undefined && { hint: withoutPaths(hint, folder) }),
  };
}
