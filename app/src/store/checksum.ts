// Checksums of rows: what `quire doctor` verifies, and how an import sees that a row is already there.

import { hash } from 'node:crypto';

/** SHA-256 over the row's columns, each behind its length, cut to 32 hexadecimal digits. */
export function rowDigest(columns: readonly string[]): string {
  return hash('sha256', columns.map((column) => `${column.length}:${column}`).join(''), 'hex').slice(0, 32);
}
