// A record as the store holds it, and reading it again with its checksum verified.

import { EngineError } from '@quire/engine/core';
import { type Identity, identityOf, isRejected, readRecord, type SourceRecord } from '../papers/index.ts';
import { isSoundRecord } from './checksum.ts';
import { badRecord, damageError } from './damage.ts';
import { REPAIR_HINT } from './sql-errors.ts';

/** A row of `records`. The types hold for a sound file only. */
export interface RecordRow {
  readonly seq: number;
  readonly source: string;
  readonly id: string;
  readonly title_hash: string;
  readonly raw: string;
  readonly digest: string;
}

/** A record, its row number and the digest of its row. */
export interface Stored {
  readonly seq: number;
  readonly digest: string;
  readonly record: SourceRecord;
  readonly identity: Identity;
}

export function stored(seq: number, digest: string, record: SourceRecord): Stored {
  return { seq, digest, record, identity: identityOf(record) };
}

/** Verifies a row and reads it. Throws CORRUPT. */
export function verified(row: RecordRow): Stored {
  if (!isSoundRecord(row)) throw damageError(badRecord(row));
  return stored(row.seq, row.digest, readStored(row));
}

/** Reads a stored row. It was accepted when it came, so a failure means damage, or a build with stricter rules. */
export function readStored(row: { readonly source: string; readonly raw: string }): SourceRecord {
  let record: ReturnType<typeof readRecord>;
  try {
    record = readRecord(row.source, JSON.parse(row.raw));
  } catch (cause) {
    throw new EngineError('CORRUPT', `A stored row of ${row.source} is no JSON`, { hint: REPAIR_HINT, cause });
  }
  if (!isRejected(record)) return record;
  throw new EngineError('CORRUPT', `A stored row of ${row.source} is no record: ${record.reason}`, {
    hint: REPAIR_HINT,
  });
}
