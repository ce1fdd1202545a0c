// The tables, and how a store of an older version becomes one of this version. `records` and `imports` are the truth;
// `identities`, `members` and `works` can be made again from `records` at any time (refold.ts), and `changes` numbers
// what happened to works so that an index knows what it has not seen.

import type { Generated } from 'kysely';

export interface Tables {
  readonly records: {
    readonly seq: Generated<number>;
    readonly source: string;
    readonly id: string;
    readonly title_hash: string;
    /** The row as received. */
    readonly raw: string;
    /** Checksum over the four columns before it (checksum.ts). */
    readonly digest: string;
  };
  readonly identities: { readonly key: string; readonly record: number };
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
    /** Of the whole work, so that a refold that changes nothing writes nothing. */
    readonly digest: string;
  };
  readonly changes: { readonly number: Generated<number>; readonly work: string };
  /** One row: who this store is, so that an index made from another one is known as such. */
  readonly identity: { readonly id: string };
  readonly imports: {
    /** SHA-256 of the file, and the source it was read as. */
    readonly file: string;
    readonly source: string;
    readonly path: string;
    /** Lines that are in the store for good. */
    readonly lines: number;
    readonly rejected: number;
    readonly finished: number;
  };
}

/** Each brings a store from version i to i+1. Never edited once released: a new version is a new entry. */
export const MIGRATIONS: readonly string[] = [
  `
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
  `,
];
