// The tables, as rows have them; migrations/ creates them. `records` and `imports` are the truth; `identities`, `members` and `works` are derived from `records` and
// can be made from them at any time (rebuild.ts). `changes` numbers what happened to works: an index is up to date when
// it contains the last number.

import type { Generated } from 'kysely';

export interface Tables {
  readonly records: {
    readonly seq: Generated<number>;
    readonly source: string;
    readonly id: string;
    readonly title_hash: string;
    /** The row as received. */
    readonly raw: string;
    /** Checksum of the four columns before it (checksum.ts). */
    readonly digest: string;
  };
  /** Records that did not match their checksum, or that this build does not accept, when the works were rebuilt. No page shows them. */
  readonly quarantine: {
    readonly seq: Generated<number>;
    readonly source: string;
    readonly id: string;
    readonly title_hash: string;
    readonly raw: string;
    readonly digest: string;
    readonly reason: string;
    /** When it was put here, ISO 8601. */
    readonly since: string;
  };
  /** `mark`: CRC-32 of the columns before it, here and below. */
  readonly identities: { readonly key: string; readonly record: number; readonly mark: number };
  /** Covered by the digest of the work. */
  readonly members: { readonly record: number; readonly work: string };
  readonly works: {
    readonly key: string;
    /** Its identifiers are contested: see papers/fold.ts. */
    readonly by_title: number;
    /** Days since 1970-01-01; null: on no day's page. */
    readonly day: number | null;
    /** `2025-03-18`, `2025-03` or `2025`. */
    readonly published: string | null;
    readonly upvotes: number;
    readonly comments: number;
    /** Digest of the folded work, so that a fold that changes nothing is not a change for the index. */
    readonly fold: string;
    /** Checksum of the columns before it and of the members with their digests. */
    readonly digest: string;
  };
  readonly changes: { readonly number: Generated<number>; readonly work: string; readonly mark: number };
  /** `identity`: a random name of this store; `fold`: which version of the fold made the works. */
  readonly facts: { readonly name: string; readonly value: string; readonly mark: number };
  readonly imports: {
    /** SHA-256 of the file, and the source it was read as. */
    readonly file: string;
    readonly source: string;
    readonly path: string;
    /** Lines that are in the store for good. */
    readonly lines: number;
    readonly rejected: number;
    readonly finished: number;
    readonly mark: number;
  };
}
