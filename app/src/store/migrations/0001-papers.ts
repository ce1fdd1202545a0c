// Version 1, as released, of SQLite files. PostgreSQL came later: its tables begin with version 2.

import type { Migration } from './migration.ts';

export const PAPERS: Migration = {
  number: 1,
  name: 'records, works, changes, imports',
  tables: (dialect) => (dialect === 'sqlite' ? TABLES : ''),
};

const TABLES = `
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
