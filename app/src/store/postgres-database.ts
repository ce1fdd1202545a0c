// PostgreSQL as a database. Statements are prepared once for each connection of the pool, under the hash of their text;
// a transaction and a snapshot have a connection of their own. This is the only file that imports the driver.

import { hash } from 'node:crypto';
import pg from 'pg';
import type { Connection, Database } from './database.ts';
import { refused, translated } from './postgres-errors.ts';
import type { Params, Statement, Value } from './statement.ts';

/** How long a writer waits for another one before LOCKED. */
const LOCK_MS = 5_000;
/** How long a connection may take to be made. */
const CONNECT_MS = 5_000;
/** Connections of one process. Most statements take under a millisecond. */
const POOL = 8;
/** The advisory lock of the one writer: a number that no other program is likely to use. */
const WRITER = 7_084_716_239;
/** The type of bigint, which the driver gives as text; every whole number here is one that a double holds. */
const INT8 = 20;

interface Queryable {
  query(config: pg.QueryArrayConfig): Promise<pg.QueryArrayResult<Value[]>>;
  query(text: string): Promise<pg.QueryResult>;
}

export class PostgresDatabase implements Database {
  readonly dialect = 'postgres';
  readonly name: string;
  readonly #pool: pg.Pool;
  readonly #outside: Connection;
  readonly #readOnly: boolean;

  private constructor(url: string, readOnly: boolean) {
    this.name = nameOf(url);
    this.#readOnly = readOnly;
    this.#pool = new pg.Pool({
      connectionString: url,
      max: POOL,
      connectionTimeoutMillis: CONNECT_MS,
      application_name: 'quire',
      types: { getTypeParser: (oid, format) => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) },
    });
    // an idle connection that the server ends is replaced by the next query
    this.#pool.on('error', () => undefined);
    this.#outside = connectionOn(this.#pool, this.name);
  }

  /** Connects. Throws where there is no server, no database, or no permission, with the fix. */
  static async open(url: string, options: { readonly readOnly?: boolean } = {}): Promise<PostgresDatabase> {
    if (!/^postgres(?:ql)?:\/\//.test(url) || !URL.canParse(url)) throw refused(url);
    const database = new PostgresDatabase(url, options.readOnly ?? false);
    try {
      await database.rows('SELECT 1');
      return database;
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  all<P extends Params, R>(statement: Statement<P, R>, params: P): Promise<readonly R[]> {
    return this.#outside.all(statement, params);
  }

  get<P extends Params, R>(statement: Statement<P, R>, params: P): Promise<R | undefined> {
    return this.#outside.get(statement, params);
  }

  run<P extends Params, R>(statement: Statement<P, R>, params: P): Promise<void> {
    return this.#outside.run(statement, params);
  }

  rows<R>(sql: string): Promise<readonly R[]> {
    return this.#outside.rows(sql);
  }

  exec(sql: string): Promise<void> {
    return this.#outside.exec(sql);
  }

  transaction<T>(work: (on: Connection) => Promise<T>): Promise<T> {
    // `set local` ends with the transaction; the lock of the writer does, too
    const begin = this.#readOnly
      ? 'BEGIN READ ONLY'
      : `BEGIN; SET LOCAL lock_timeout = ${LOCK_MS}; SELECT pg_advisory_xact_lock(${WRITER})`;
    return this.#between(begin, work);
  }

  snapshot<T>(work: (on: Connection) => Promise<T>): Promise<T> {
    return this.#between('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', work);
  }

  async version(on: Connection = this): Promise<number> {
    const [table] = await on.rows<{ there: boolean }>("SELECT to_regclass('store_version') IS NOT NULL AS there");
    if (table?.there !== true) return 0;
    return (
      (await on.rows<{ number: number }>('SELECT max(number)::bigint AS number FROM store_version'))[0]?.number ?? 0
    );
  }

  async setVersion(on: Connection, version: number): Promise<void> {
    await on.exec(`
      CREATE TABLE IF NOT EXISTS store_version (number BIGINT NOT NULL);
      DELETE FROM store_version;
      INSERT INTO store_version VALUES (${version})`);
  }

  /** Nothing: a migration is one transaction, and backups of a server are made by its owner (pg_dump). */
  async backUp(): Promise<void> {}

  /** Nothing: PostgreSQL verifies its pages when it reads them, where they have checksums. */
  async inspect(): Promise<readonly string[]> {
    return [];
  }

  async close(): Promise<void> {
    if (!this.#pool.ended) await this.#pool.end();
  }

  async #between<T>(begin: string, work: (on: Connection) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect().catch((error: unknown) => {
      throw translated(this.name, error);
    });
    let broken: Error | undefined;
    try {
      const on = connectionOn(client, this.name);
      await on.exec(begin);
      const result = await work(on);
      await on.exec('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((failure: Error) => {
        broken = failure; // the connection is gone; the first error says why
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }
}

function connectionOn(target: Queryable, name: string): Connection {
  const ask = async <T>(query: Promise<T>): Promise<T> => {
    try {
      return await query;
    } catch (error) {
      throw translated(name, error);
    }
  };
  const all = async <P extends Params, R>(statement: Statement<P, R>, params: P): Promise<readonly R[]> => {
    const { sql, values, json } = statement.compiled('postgres');
    const given = values(params).map((value, i) => stored(value, json[i] === true));
    const { rows, fields } = await ask(target.query({ name: keyOf(sql), text: sql, values: given, rowMode: 'array' }));
    return rows.map((row) => Object.fromEntries(fields.map((field, i) => [field.name, row[i] ?? null])) as R); // R: what the statement selects
  };
  return {
    all,
    get: async (statement, params) => (await all(statement, params))[0],
    run: async (statement, params) => {
      await all(statement, params);
    },
    rows: async <R>(sql: string) => (await ask(target.query(sql))).rows as R[], // the same
    exec: async (sql) => {
      await ask(target.query(sql));
    },
  };
}

/** Names of prepared statements, by text. The server cuts a name at 63 bytes. */
const keys = new Map<string, string>();
function keyOf(sql: string): string {
  const known = keys.get(sql) ?? hash('sha1', sql, 'hex');
  keys.set(sql, known);
  return known;
}

const UNSTORABLE = /[\0\ud800-\udfff]/u;
/** How JSON writes them. An even number of backslashes before one is text. */
const ESCAPED = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

/** A value that PostgreSQL can hold: no NUL and no half of a surrogate pair, plain or as JSON writes them. */
function stored(value: Value, isJson: boolean): Value {
  if (typeof value !== 'string') return value;
  const text = UNSTORABLE.test(value) ? value.replaceAll('\0', '\ufffd').toWellFormed() : value;
  return isJson ? text.replace(ESCAPED, '$1\ufffd') : text;
}

/** Host and name of the database, without user and password. */
function nameOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `postgres://${host}${pathname}`;
}
