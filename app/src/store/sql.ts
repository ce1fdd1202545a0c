// SQLite behind a typed query builder: Kysely writes and types the SQL, the driver runs it synchronously as a prepared
// statement. This is the only file that imports the driver. The driver has the interface of node:sqlite, so it can be
// replaced by the built-in module once the oldest supported Node has it (docs/adr/0028-sqlite-driver.md).

import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
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
  readonly #access: Access;
  readonly #database: InstanceType<typeof DatabaseSync>;
  /** Inode, size and time of a file that was opened as immutable; undefined where SQLite locks the file. */
  readonly #stamp: string | undefined;

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
   * That is right where no log holds anything, and as long as no process writes: every answer is checked for that.
   * Where there is a log and SQLite cannot read it, the file alone is an older state or half of a newer one: refused.
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
      return new Sql(path, 'immutable');
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
    const statement = guarded(this.path, () => this.#database.prepare(compiled.sql));
    // The driver makes objects several times more slowly than arrays.
    const names = statement.columns().map(({ name }) => name);
    statement.setReturnArrays(true);
    const order = compiled.parameters;
    // a parameter that is no Placeholder is a literal of the query, which the builder admits as Value only
    const bind = (params: P): Value[] =>
      order.map((value) => (value instanceof Placeholder ? (params[value.name] ?? null) : (value as Value)));
    return {
      all: (params) => {
        const rows = this.#checked(() => statement.all(...bind(params)) as Value[][]); // arrays were asked for
        return rows.map((values) => named<R>(names, values));
      },
      get: (params) => {
        const values = this.#checked(() => statement.get(...bind(params)) as Value[] | undefined); // the same
        return values && named<R>(names, values);
      },
      run: (params) =>
        guarded(this.path, () => {
          const { changes, lastInsertRowid } = statement.run(...bind(params));
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
    this.exec(begin);
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
    }
  }

  /** Reads. A read while a process wrote a file that is open as immutable may see half of the write: an error. */
  #checked<T>(read: () => T): T {
    const result = guarded(this.path, read);
    if (this.#stamp !== undefined && stampOf(this.path) !== this.#stamp) {
      throw new EngineError('STORAGE_FAILED', `Another process changed ${this.path} while it was read without locks`, {
        hint: 'Repeat this; a running server must be started again.',
      });
    }
    return result;
  }
}

/** A row as an object. R: the builder's type of a row. */
function named<R>(names: readonly string[], values: readonly Value[]): R {
  const row: Record<string, Value> = {};
  for (let i = 0; i < names.length; i++) row[names[i] ?? ''] = values[i] ?? null;
  return row as R;
}

function addressOf(path: string, access: 'read' | 'immutable'): string {
  return `${pathToFileURL(path).href}?mode=ro${access === 'immutable' ? '&immutable=1' : ''}`;
}

/** Differs after every write. */
function stampOf(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? 'gone' : `${found.ino} ${found.size} ${found.mtimeNs}`;
}

function bytesOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function unmergedLog(path: string, cause: unknown): EngineError {
  return new EngineError(
    'READ_ONLY',
    `${path}-wal holds changes that can be read only where the folder can be written`,
    {
      hint: 'Open the library once as a user who may write its folder, or copy the folder to a place that you may write.',
      cause,
    },
  );
}
