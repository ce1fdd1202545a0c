// An SQLite file as a database. The driver answers at once, so a promise here costs a microtask and never a turn of the
// event loop. One connection: what is asked while a transaction runs waits for its end, and so never reads half of it.

import { existsSync, renameSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import type { Connection, Database } from './database.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { Sql } from './sql.ts';
import type { Params, Statement } from './statement.ts';
import { STORE_VERSION } from './version.ts';

/** How long a connection waits for another's lock before LOCKED. */
const BUSY_MS = 5_000;

export class SqliteDatabase implements Database {
  readonly dialect = 'sqlite';
  readonly name: string;
  readonly file: Sql;
  readonly #inside: Connection;
  /** The end of the transaction or snapshot that runs. */
  #turn: Promise<void> | undefined;

  constructor(file: Sql) {
    this.file = file;
    this.name = file.path;
    this.#inside = {
      all: async (statement, params) => file.all(statement, params),
      get: async (statement, params) => file.get(statement, params),
      run: async (statement, params) => file.run(statement, params),
      rows: async (sql) => file.rows(sql),
      exec: async (sql) => file.exec(sql),
    };
  }

  /** Opens the file at `path` for reading and writing; creates it where there is none. */
  static open(path: string): SqliteDatabase {
    const file = new Sql(path);
    try {
      file.pragma(`busy_timeout = ${BUSY_MS}`);
      file.pragma('journal_mode = WAL');
      file.pragma('synchronous = FULL'); // a commit that returned survives a power cut
      file.pragma('cache_size = -65536'); // 64 MiB
      return new SqliteDatabase(file);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Opens it without ever writing anything. */
  static openToRead(path: string): SqliteDatabase {
    return new SqliteDatabase(Sql.openToRead(path, BUSY_MS));
  }

  async all<P extends Params, R>(statement: Statement<P, R>, params: P): Promise<readonly R[]> {
    while (this.#turn !== undefined) await this.#turn;
    return this.file.all(statement, params);
  }

  async get<P extends Params, R>(statement: Statement<P, R>, params: P): Promise<R | undefined> {
    while (this.#turn !== undefined) await this.#turn;
    return this.file.get(statement, params);
  }

  async run<P extends Params, R>(statement: Statement<P, R>, params: P): Promise<void> {
    while (this.#turn !== undefined) await this.#turn;
    this.file.run(statement, params);
  }

  async rows<R>(sql: string): Promise<readonly R[]> {
    while (this.#turn !== undefined) await this.#turn;
    return this.file.rows<R>(sql);
  }

  async exec(sql: string): Promise<void> {
    while (this.#turn !== undefined) await this.#turn;
    this.file.exec(sql);
  }

  transaction<T>(work: (on: Connection) => Promise<T>): Promise<T> {
    return this.#alone(() => this.file.transaction(() => work(this.#inside)));
  }

  snapshot<T>(work: (on: Connection) => Promise<T>): Promise<T> {
    return this.#alone(() => this.file.snapshot(() => work(this.#inside)));
  }

  async version(): Promise<number> {
    return Number(this.file.pragma('user_version') ?? 0);
  }

  async setVersion(_: Connection, version: number): Promise<void> {
    this.file.pragma(`user_version = ${version}`);
  }

  /** Copies the file to one beside it. The name is used only when the copy is complete. */
  async backUp(version: number): Promise<void> {
    const { path } = this.file;
    const free = (n: number): string => {
      const name = `${path}.v${version}-backup${n === 0 ? '' : `-${n}`}`;
      return existsSync(name) ? free(n + 1) : name;
    };
    const to = free(0);
    const copy = `${path}.v${version}-backup.part`;
    rmSync(copy, { force: true });
    try {
      this.file.copyTo(copy);
      renameSync(copy, to);
    } catch (error) {
      rmSync(copy, { force: true });
      throw error;
    }
  }

  /** SQLite's own check, the schema compared with that of a new file, and the entries of every index counted. */
  async inspect(): Promise<readonly string[]> {
    const said = this.file.pragmaRows('integrity_check').filter((line) => line !== 'ok');
    const problems = said.map((line) => `SQLite reports: ${String(line)}`);
    if (schemaOf(this.file) !== (await newSchema())) problems.push('its tables are not those of this version');
    if (this.file.pragma('user_version') !== STORE_VERSION) problems.push('its version number was changed');
    if (this.file.pragma('encoding') !== 'UTF-8') problems.push('its text encoding was changed');
    for (const { table, index } of this.#indexes()) {
      const [rows, entries] = [`${table} NOT INDEXED`, `${table} INDEXED BY ${index}`].map((from) =>
        this.file.scalar(`SELECT count(*) FROM ${from}`),
      );
      if (rows !== entries) problems.push(`the index ${index} has ${entries} entries for ${rows} rows`);
    }
    return problems.map((what) => `The file ${basename(this.name)} is damaged: ${what}.`);
  }

  /** Indexes that were created by name, as the schema of this build has them. */
  #indexes(): readonly { readonly table: string; readonly index: string }[] {
    return this.file.rows(
      "SELECT tbl_name AS 'table', name AS 'index' FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL",
    );
  }

  async close(): Promise<void> {
    this.file.close();
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    while (this.#turn !== undefined) await this.#turn; // nothing may be awaited between this and taking the turn
    let end: () => void = () => undefined;
    this.#turn = new Promise((resolve) => {
      end = resolve;
    });
    try {
      return await work();
    } finally {
      this.#turn = undefined;
      end();
    }
  }
}

/** The schema in the file is text. */
function schemaOf(file: Sql): string {
  return JSON.stringify(
    file.rows("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name <> 'sqlite_stat1' ORDER BY name"),
  );
}

/** That of a new file. */
async function newSchema(): Promise<string> {
  const database = new SqliteDatabase(new Sql(':memory:'));
  for (const { tables } of MIGRATIONS) await database.exec(tables('sqlite'));
  const schema = schemaOf(database.file);
  await database.close();
  return schema;
}
