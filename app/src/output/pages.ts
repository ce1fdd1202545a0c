// The pages that a server mounts, and an error as text. Pages (web) and the server (server) both use these types.

import type { Context, Hono } from 'hono';

/** An error for a reader or a program: what is wrong, and the fix. */
export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** Pages to serve beside the API. */
export interface Pages {
  /** Their routes. */
  readonly routes: Hono;
  /** A page that states what is wrong with a request. */
  readonly problem: (c: Context, error: ErrorBody & { readonly status: number }) => Response | Promise<Response>;
}
