// What a database is to the store: it runs statements, and it runs work as one transaction or on one state. Two exist:
// an SQLite file (sqlite-database.ts) and PostgreSQL (postgres-database.ts); one contract suite holds for both. Shared code
// never asks which one it has: where they differ, the database declares its answer.

import type { Dialect, Params, Statement, Value } from './statement.ts';

/** Runs statements, one after another, within what it was made for: no transaction, one, or one state. */
export interface Connection {
  all<P extends Params, R>(statement: Statement<P, R>, params: P): Promise<readonly R[]>;
  /** The first row. */
  get<P extends Params, R>(statement: Statement<P, R>, params: P): Promise<R | undefined>;
  run<P extends Params, R>(statement: Statement<P, R>, params: P): Promise<void>;
  /** Rows of SQL text that is run once. R: what it selects. */
  rows<R>(sql: string): Promise<readonly R[]>;
  /** Statements in SQL text, without rows: tables and indexes. */
  exec(sql: string): Promise<void>;
}

export interface Database extends Connection {
  readonly dialect: Dialect;
  /** How messages name it: the path of the file, or user, host and name without the password. */
  readonly name: string;
  /**
   * Runs `work` as one transaction: all of it, durable when this resolves, or nothing. One writer at a time; others wait,
   * and get LOCKED in the end. `work` uses the connection that it is given alone: this database waits for the end of it.
   */
  transaction<T>(work: (on: Connection) => Promise<T>): Promise<T>;
  /** Runs `work` on one state of the database, while others may write. The same holds for its connection. */
  snapshot<T>(work: (on: Connection) => Promise<T>): Promise<T>;
  /** The version of the tables; 0 where there are none. */
  version(on?: Connection): Promise<number>;
  setVersion(on: Connection, version: number): Promise<void>;
  /** Copies everything before a migration from `version`, where this database can. */
  backUp(version: number): Promise<void>;
  /** What the database itself finds wrong with its pages, tables and indexes, one sentence each. */
  inspect(on: Connection): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** The first column of the first row; undefined when there is none. */
export async function scalar(on: Connection, sql: string): Promise<Value | undefined> {
  const row = (await on.rows<Record<string, Value>>(sql))[0];
  return row === undefined ? undefined : (Object.values(row)[0] ?? null);
}
