// Checksums of rows. docs/adr/0027-checksums.md states which checksum covers which row.

import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** SHA-256 over the columns, each preceded by its length, cut to 32 hexadecimal digits: the digest of a record. */
export function rowDigest(columns: readonly string[]): string {
  return digestOf(textOf(columns));
}

/** Columns of a record as they come from a file that may be damaged: of any type. */
export interface RecordColumns {
  readonly source: unknown;
  readonly id: unknown;
  readonly title_hash: unknown;
  readonly raw: unknown;
  readonly digest: unknown;
}

/** Whether a record is unchanged since it was written. */
export function isSoundRecord({ source, id, title_hash, raw, digest }: RecordColumns): boolean {
  const areTexts =
    typeof source === 'string' && typeof id === 'string' && typeof title_hash === 'string' && typeof raw === 'string';
  return areTexts && rowDigest([source, id, title_hash, raw]) === digest;
}

/** The columns of a work that its digest covers, beside its members. */
export interface WorkColumns {
  readonly key: string;
  readonly by_title: number;
  readonly day: number | null;
  readonly published: string | null;
  readonly upvotes: number;
  readonly comments: number;
  readonly fold: string;
}

export interface Member {
  readonly seq: number;
  /** Digest of the record. */
  readonly digest: string;
}

/**
 * The digest of a work: its columns, and which records it has with their digests. `members` in ascending order of seq.
 */
export function workDigest(work: WorkColumns, members: readonly Member[]): string {
  const { key, by_title, day, published, upvotes, comments, fold } = work;
  let text = textOf([key, by_title, day, published, upvotes, comments, fold]);
  for (const { seq, digest } of members) text += textOf([seq, digest]);
  return digestOf(text);
}

/** The digest of a folded work: a fold that gives the same work again changes nothing for the index. */
export function foldDigest(work: object): string {
  return rowDigest([JSON.stringify(work)]);
}

/** CRC-32 over the columns of a small row. It detects every error of up to three bits in rows of this size. */
export function markOf(columns: readonly unknown[]): number {
  return crc32(textOf(columns));
}

/** Columns as one text: each string behind its length; other values behind a sign, so that 5 and "5" differ. */
function textOf(columns: readonly unknown[]): string {
  let text = ''; // a third of the time of map and join
  for (const column of columns)
    text += typeof column === 'string' ? `${column.length}:${column}` : `#${String(column)};`;
  return text;
}

/** SHA-256, cut to 32 hexadecimal digits. */
function digestOf(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 32);
}
