// The tables. `records` and `imports` are the truth; `identities`, `members` and `works` are derived from `records` and
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

/** Version 1, as released. */
export const TABLES_1 = `
  CREATE TABLE records (
    seq INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    id TEXT NOT NULL,
    title_hash TEXT NOT NULL,
    raw TEXT NOT NULL,
    digest TEXT NOT NULL,
    UNIQUE (source, id, title_hash)
  );
  CREATE INDEX records_id ON records (id);
  CREATE INDEX records_title ON records (title_hash);
  CREATE TABLE identities (key TEXT NOT NULL, record INTEGER NOT NULL, PRIMARY KEY (key, record)) WITHOUT ROWID;
  CREATE TABLE members (record INTEGER PRIMARY KEY, work TEXT NOT NULL);
  CREATE INDEX members_work ON members (work);
  CREATE TABLE works (
    key TEXT PRIMARY KEY,
    by_title INTEGER NOT NULL,
    day INTEGER,
    published TEXT,
    upvotes INTEGER NOT NULL,
    comments INTEGER NOT NULL,
    digest TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX works_day ON works (day, upvotes, comments, published);
  CREATE INDEX works_published ON works (published, key);
  CREATE TABLE changes (number INTEGER PRIMARY KEY AUTOINCREMENT, work TEXT NOT NULL);
  CREATE TABLE identity (id TEXT NOT NULL);
  INSERT INTO identity VALUES (lower(hex(randomblob(16))));
  CREATE TABLE imports (
    file TEXT NOT NULL,
    source TEXT NOT NULL,
    path TEXT NOT NULL,
    lines INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    finished INTEGER NOT NULL,
    PRIMARY KEY (file, source)
  ) WITHOUT ROWID;
`;

/** Version 2 adds a checksum to every row that had none. migrate.ts fills them. */
export const TABLES_2 = `
  DROP TABLE identities;
  DROP TABLE works;
  DELETE FROM members;
  DROP TABLE identity;
  CREATE TABLE quarantine (
    seq INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    id TEXT NOT NULL,
    title_hash TEXT NOT NULL,
    raw TEXT NOT NULL,
    digest TEXT NOT NULL,
    reason TEXT NOT NULL,
    since TEXT NOT NULL
  );
  CREATE TABLE identities (
    key TEXT NOT NULL,
    record INTEGER NOT NULL,
    mark INTEGER NOT NULL,
    PRIMARY KEY (key, record)
  ) WITHOUT ROWID;
  CREATE TABLE works (
    key TEXT PRIMARY KEY,
    by_title INTEGER NOT NULL,
    day INTEGER,
    published TEXT,
    upvotes INTEGER NOT NULL,
    comments INTEGER NOT NULL,
    fold TEXT NOT NULL,
    digest TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX works_day ON works (day, upvotes, comments, published);
  CREATE INDEX works_published ON works (published, key);
  CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL, mark INTEGER NOT NULL) WITHOUT ROWID;
  ALTER TABLE changes ADD COLUMN mark INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE imports ADD COLUMN mark INTEGER NOT NULL DEFAULT 0;
`;

/** The version of a store that this build writes. */
export const STORE_VERSION = 2;
