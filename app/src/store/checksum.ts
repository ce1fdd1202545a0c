// Checksums of rows: what `quire doctor` verifies, and how an import sees that a row is already there.

import { createHash } from 'node:crypto';

/** SHA-256 over the row's columns, cut to 32 hexadecimal digits. Columns are separated by a byte that UTF-8 never has. */
export function rowDigest(columns: readonly string[]): string {
  const hash = createHash('sha256');
  for (const column of columns) hash.update(column).update(SEPARATOR);
  return hash.digest('hex').slice(0, 32);
}

const SEPARATOR = Buffer.of(0xff);
