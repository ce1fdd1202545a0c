// SQLite behind a typed query builder: Kysely writes and types the SQL, the driver runs it synchronously as a prepared
// statement. This is the only file that imports the driver. The driver has the interface of node:sqlite, so it can be
// replaced by the built-in module once the oldest supported Node has it (docs/adr/0028-sqlite-driver.md).

import { DatabaseSync } from '@photostructure/sqlite';
import { EngineError } from '@quire/engine/core';
import {
  type Compilable,
  DummyDriver,
  Kysely,
  type RawBuilder,
  sql as raw,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Tables } from './schema.ts';
import { guarded } from './sql-errors.ts';
import { addressOf, bytesOf, stampOf, unmergedLog } from './store-file.ts';

export type Value = string | number | null;
export type Params = Readonly<Record<string, Value>>;

/** A prepared statement with named parameters. */
export interface Prepared<P extends Params, R> {
  all(params: P): readonly R[];
  get(params: P): R | undefined;
  run(params: P): { readonly changes: number; readonly lastInsertRowid: number };
}

/** Writes SQL; never connects. */
export const builder: Kysely<Tables> = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

/** The values of a JSON array that is one parameter: `where('key', 'in', listed<string>(p.keys))`. */
export function listed<T>(json: string): RawBuilder<T> {
  return raw<T>`(select value from json_each(${json}))`;
}

/** A statement in SQL text, for what the builder cannot express. */
export function written<R>(statement: RawBuilder<R>): Compilable<R> {
  // the builder types compile() of raw SQL as a query of unknown rows
  return { compile: () => statement.compile(builder) as ReturnType<Compilable<R>['compile']> };
}

/** Represents a parameter while the query is built. */
class Placeholder {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** `immutable`: the file does not change while it is open (see openToRead). */
export type Access = 'write' | 'read' | 'immutable';

export class Sql {
  readonly path: string;
  #access: Access;
  #database: InstanceType<typeof DatabaseSync>;
  /** Inode, size and time of a file that was opened as immutable; undefined where SQLite locks the file. */
  #stamp: string | undefined;
  #busyMs = 0;
  #isInTransaction = false;

  constructor(path: string, access: Access = 'write') {
    this.path = path;
    this.#access = access;
    this.#stamp = access === 'immutable' ? stampOf(path) : undefined;
    this.#database = guarded(path, () => new DatabaseSync(access === 'write' ? path : addressOf(path, access)));
    // A damaged page or schema must give an error, not run code or read outside a cell.
    for (const setting of ['cell_size_check = ON', 'trusted_schema = OFF', 'mmap_size = 0']) this.pragma(setting);
  }

  /**
   * Opens `path` without ever writing, also in a folder that cannot be written. A file in WAL mode is read through two
   * files beside it, -wal and -shm. SQLite reads those that are there; where there are none and none can be made, it
   * reads the file alone only if told that it does not change (immutable), and then it neither locks nor reads a log.
   * That is right where no log holds anything, and as long as no process writes: every answer is checked for that, and
   * the file is opened again when it has changed or has a log. Where there is a log and SQLite cannot read it, the file
   * alone is an older state or half of a newer one: refused.
   * The process that closes the last connection locks the file for a moment: that is waited for, up to `busyMs`.
   */
  static openToRead(path: string, busyMs: number): Sql {
    let sql: Sql | undefined;
    try {
      sql = new Sql(path, 'read');
      sql.pragma(`busy_timeout = ${busyMs}`);
      sql.pragma('user_version'); // opening reads nothing yet
      return sql;
    } catch (error) {
      sql?.close();
      if (!(error instanceof EngineError && error.code === 'READ_ONLY')) throw error;
      if (bytesOf(`${path}-wal`) > 0) throw unmergedLog(path, error);
      sql = new Sql(path, 'immutable');
      sql.#busyMs = busyMs;
      return sql;
    }
  }

  /**
   * Prepares a query. `build` gets one placeholder for each parameter, typed as the parameter:
   * `sql.prepare<{ key: string }, Row>((p) => builder.selectFrom('works').selectAll().where('key', '=', p.key))`.
   * The types of a row hold for a sound file only: a damaged one can give any value in any column.
   */
  prepare<P extends Params, R = never>(build: (params: P) => Compilable<R>): Prepared<P, R> {
    const placeholders = new Proxy({} as P, { get: (_, name) => new Placeholder(String(name)) }); // read by `build` only
    const compiled = build(placeholders).compile();
    const statement = this.#statement(compiled.sql);
    const names = statement()
      .columns()
      .map(({ name }) => name);
    const order = compiled.parameters;
    // a parameter that is no Placeholder is a literal of the query, which the builder admits as Value only
    const bind = (params: P): Value[] =>
      order.map((value) => (value instanceof Placeholder ? (params[value.name] ?? null) : (value as Value)));
    return {
      all: (params) => {
        const rows = this.#checked(() => statement().all(...bind(params)) as Value[][]); // arrays were asked for
        return rows.map((values) => named<R>(names, values));
      },
      get: (params) => {
        const values = this.#checked(() => statement().get(...bind(params)) as Value[] | undefined); // the same
        return values && named<R>(names, values);
      },
      run: (params) =>
        guarded(this.path, () => {
          const { changes, lastInsertRowid } = statement().run(...bind(params));
          return { changes, lastInsertRowid: Number(lastInsertRowid) };
        }),
    };
  }

  exec(sql: string): void {
    guarded(this.path, () => this.#database.exec(sql));
  }

  /** Rows of a statement that is run once. The same holds for their types as in `prepare`. */
  rows<R>(sql: string): readonly R[] {
    return this.#checked(() => this.#database.prepare(sql).all() as R[]); // R: what the statement selects
  }

  /** First column of the first row; undefined when there is none. */
  scalar(sql: string): Value | undefined {
    const row = this.rows<Record<string, Value>>(sql)[0];
    return row === undefined ? undefined : (Object.values(row)[0] ?? null);
  }

  /** Writes a copy of the file as it is now, log included, to `path`, where no file may be. */
  copyTo(path: string): void {
    guarded(path, () => this.#database.prepare('VACUUM INTO ?').run(path));
  }

  /** First column of a PRAGMA's first row. */
  pragma(text: string): Value | undefined {
    return this.pragmaRows(text)[0];
  }

  /** First column of each row of a PRAGMA. */
  pragmaRows(text: string): readonly Value[] {
    // a PRAGMA gives rows of one scalar
    const rows = this.#checked(() => this.#database.prepare(`PRAGMA ${text}`).all() as Record<string, Value>[]);
    return rows.map((row) => Object.values(row)[0] ?? null);
  }

  /** Runs `work` as one transaction: all of it, durable when this returns, or nothing. */
  transaction<T>(work: () => T): T {
    return this.#between('BEGIN IMMEDIATE', work);
  }

  /** Runs `work` on one state of the file, while other connections may write. */
  snapshot<T>(work: () => T): T {
    return this.#between('BEGIN', work);
  }

  /**
   * The driver keeps a connection open until the garbage collector frees its statements. The log is therefore merged
   * into the file here: after this the file alone is complete, unless another connection reads an older state.
   */
  close(): void {
    if (!this.#database.isOpen) return;
    try {
      if (this.#access === 'write') {
        this.#database.exec('PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE)');
      }
    } catch {
      // A damaged file or a full disk: the log stays, and the next connection reads it.
    } finally {
      this.#database.close();
    }
  }

  #between<T>(begin: string, work: () => T): T {
    if (this.#stamp !== undefined) this.#reopenChanged();
    this.exec(begin);
    this.#isInTransaction = true;
    try {
      const result = work();
      this.exec('COMMIT');
      return result;
    } catch (error) {
      try {
        this.exec('ROLLBACK');
      } catch {
        // A failed commit has rolled back already; the first error says what happened.
      }
      throw error;
    } finally {
      this.#isInTransaction = false;
    }
  }

  /** Gives a statement, prepared again for each connection. Its rows are arrays: the driver makes objects slowly. */
  #statement(sql: string): () => ReturnType<InstanceType<typeof DatabaseSync>['prepare']> {
    const prepared = () => {
      const made = guarded(this.path, () => this.#database.prepare(sql));
      made.setReturnArrays(true);
      return made;
    };
    let database = this.#database;
    let statement = prepared();
    return () => {
      if (database !== this.#database) {
        statement = prepared();
        database = this.#database;
      }
      return statement;
    };
  }

  /** Reads. What is read while a process writes a file that is open as immutable may be half of it: it is read again. */
  #checked<T>(read: () => T): T {
    for (let attempt = 1; this.#stamp !== undefined; attempt++) {
      if (!this.#isInTransaction) this.#reopenChanged();
      const result = outcomeOf(() => guarded(this.path, read));
      if (this.#stamp === undefined || stampOf(this.path) === this.#stamp) return resultIn(result);
      if (this.#isInTransaction || attempt === ATTEMPTS) {
        throw new EngineError(
          'STORAGE_FAILED',
          `Another process changed ${this.path} while it was read without locks`,
          {
            hint: 'Repeat this.',
          },
        );
      }
    }
    return guarded(this.path, read);
  }

  /** Opens a file that is open as immutable again when it has changed, or when a writer keeps changes in a log. */
  #reopenChanged(): void {
    const isChanged = stampOf(this.path) !== this.#stamp;
    if (!isChanged && bytesOf(`${this.path}-wal`) === 0) return;
    let next: Sql;
    try {
      next = Sql.openToRead(this.path, this.#busyMs);
    } catch (error) {
      if (isChanged) throw error;
      return; // a log that cannot be read: what is open is the whole state before it
    }
    this.#database.close();
    this.#database = next.#database;
    this.#access = next.#access;
    this.#stamp = next.#stamp;
  }
}

/** How often a file that changes while it is read without locks is read. */
const ATTEMPTS = 5;

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

function outcomeOf<T>(work: () => T): Outcome<T> {
  try {
    return { value: work() };
  } catch (error) {
    return { error };
  }
}

function resultIn<T>(outcome: Outcome<T>): T {
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

/** A row as an object. R: the builder's type of a row. */
function named<R>(names: readonly string[], values: readonly Value[]): R {
  const row: Record<string, Value> = {};
  for (let i = 0; i < names.length; i++) row[names[i] ?? ''] = values[i] ?? null;
  return row as R;
}
