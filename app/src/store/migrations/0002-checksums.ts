// Version 2 adds a checksum to every row that had none; the data step fills them. PostgreSQL gets all tables at once.

import { markOf } from '../checksum.ts';
import { type Connection, scalar } from '../database.ts';
import { Facts } from '../facts.ts';
import { foldVersion } from '../fold-version.ts';
import { Imports } from '../imports.ts';
import { foldsOf, rebuildWorks } from '../rebuild.ts';
import { columns, type Migration } from './migration.ts';

export const CHECKSUMS: Migration = {
  number: 2,
  name: 'a checksum for every row',
  tables: (dialect) => (dialect === 'sqlite' ? SQLITE : POSTGRES),
  data: {
    before: async (on) => ({
      id: await scalar(on, 'SELECT id FROM identity'),
      folds: await foldsOf(on, 'digest'), // version 1 kept the digest of the fold as the digest of the row
    }),
    after: async (on, read) => {
      const { id, folds } = read as { id: unknown; folds: ReadonlyMap<string, string> }; // what `before` returned
      const facts = new Facts(on);
      await facts.name(typeof id === 'string' && /^[0-9a-f]{32}$/.test(id) ? id : undefined);
      await markRows(on);
      await rebuildWorks(on, folds);
      await facts.set('fold', foldVersion());
    },
  },
};

async function markRows(on: Connection): Promise<void> {
  for (let after = 0; ; ) {
    const rows = await on.rows<{ number: number; work: string }>(
      `SELECT number, work FROM changes WHERE number > ${after} ORDER BY number LIMIT 10000`,
    );
    const last = rows.at(-1);
    if (last === undefined) break;
    const marks = JSON.stringify(rows.map(({ number, work }) => [number, markOf([number, work])]));
    await on.exec(
      `UPDATE changes SET mark = m.value ->> 1 FROM json_each('${marks}') AS m WHERE number = m.value ->> 0`,
    );
    after = last.number;
  }
  await new Imports(on).markAll();
}

const SQLITE = `
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

const { text, whole, serial } = columns('postgres');
const RECORD = `
    source ${text} NOT NULL,
    id ${text} NOT NULL,
    title_hash ${text} NOT NULL,
    raw ${text} NOT NULL,
    digest ${text} NOT NULL`;

const POSTGRES = `
  CREATE TABLE records (seq ${serial},${RECORD}, UNIQUE (source, id, title_hash));
  CREATE INDEX records_id ON records (id);
  CREATE INDEX records_title ON records (title_hash);
  CREATE TABLE quarantine (seq ${serial},${RECORD}, reason ${text} NOT NULL, since ${text} NOT NULL);
  CREATE TABLE identities (
    key ${text} NOT NULL,
    record ${whole} NOT NULL,
    mark ${whole} NOT NULL,
    PRIMARY KEY (key, record)
  );
  CREATE TABLE members (record ${whole} PRIMARY KEY, work ${text} NOT NULL);
  CREATE INDEX members_work ON members (work);
  CREATE TABLE works (
    key ${text} PRIMARY KEY,
    by_title ${whole} NOT NULL,
    day ${whole},
    published ${text},
    upvotes ${whole} NOT NULL,
    comments ${whole} NOT NULL,
    fold ${text} NOT NULL,
    digest ${text} NOT NULL
  );
  CREATE INDEX works_day ON works (day, upvotes DESC, comments DESC, published DESC NULLS LAST, key);
  CREATE INDEX works_published ON works (published DESC NULLS LAST, key DESC);
  CREATE TABLE changes (number ${serial}, work ${text} NOT NULL, mark ${whole} NOT NULL);
  CREATE TABLE facts (name ${text} PRIMARY KEY, value ${text} NOT NULL, mark ${whole} NOT NULL);
  CREATE TABLE imports (
    file ${text} NOT NULL,
    source ${text} NOT NULL,
    path ${text} NOT NULL,
    lines ${whole} NOT NULL,
    rejected ${whole} NOT NULL,
    finished ${whole} NOT NULL,
    mark ${whole} NOT NULL,
    PRIMARY KEY (file, source)
  );
`;
