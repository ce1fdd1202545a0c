// SQLite behind a typed query builder: Kysely writes and types the SQL once, libsql runs it synchronously as a prepared
// statement. The only file that knows the driver.

import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
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
import Database from 'libsql';
import type { Tables } from './schema.ts';

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

/** A statement written out, for what the builder has no words for. */
export function written<R>(statement: RawBuilder<R>): Compilable<R> {
  return { compile: () => statement.compile(builder) as ReturnType<Compilable<R>['compile']> };
}

/** Stands for a parameter while the query is built. */
class Placeholder {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export class Sql {
  private readonly database: Database.Database;
  private readonly path: string;
  /** What the file was when it was opened as one that does not change; undefined where SQLite's locks watch over it. */
  private readonly unchanging: string | undefined;

  /** `access`: 'write'; 'read'; or 'unchanging', a file that nobody writes meanwhile (see openToRead). */
  constructor(path: string, access: 'write' | 'read' | 'unchanging' = 'write') {
    this.path = path;
    this.unchanging = access === 'unchanging' ? stampOf(path) : undefined;
    this.database = guarded(path, () => new Database(access === 'write' ? path : addressOf(path, access)));
  }

  /**
   * Opens `path` without ever writing, also in a folder that cannot be written. A file in WAL mode is read through two
   * files beside it, -wal and -shm. SQLite reads those that are there; where there are none and none can be made, it
   * reads the file alone only if told that it does not change (immutable), and then it neither locks nor looks at a log.
   * That is right where no log holds anything, and as long as nobody writes: every answer is checked for that. Where
   * there is a log and SQLite cannot read it, the file alone would be an older state or half of a newer one: refused.
   * Whoever closes the last connection locks the file for a moment: waited for up to `busyMs`.
   */
  static openToRead(path: string, busyMs: number): Sql {
    const sql = new Sql(path, 'read');
    try {
      sql.pragma(`busy_timeout = ${busyMs}`);
      sql.pragma('user_version'); // opening reads nothing yet
      return sql;
    } catch (error) {
      sql.close();
      if (!(error instanceof EngineError && error.code === 'READ_ONLY')) throw error;
      if (bytesOf(`${path}-wal`) > 0) throw unmergedLog(path, error);
      return new Sql(path, 'unchanging');
    }
  }

  /**
   * Prepares a query. `build` gets one placeholder for each parameter, typed as the parameter:
   * `sql.prepare<{ key: string }, Row>((p) => builder.selectFrom('works').selectAll().where('key', '=', p.key))`.
   */
  prepare<P extends Params, R = never>(build: (params: P) => Compilable<R>): Prepared<P, R> {
    const placeholders = new Proxy({} as P, { get: (_, name) => new Placeholder(String(name)) });
    const compiled = build(placeholders).compile();
    const statement = guarded(this.path, () => this.database.prepare(compiled.sql));
    const order = compiled.parameters;
    const bind = (params: P): Value[] =>
      order.map((value) => (value instanceof Placeholder ? (params[value.name] ?? null) : (value as Value)));
    return {
      all: (params) => this.checked(() => statement.all(bind(params)) as R[]),
      // all, not get: libsql leaves a statement that `get` stopped early open, and with it its read lock
      get: (params) => this.checked(() => (statement.all(bind(params)) as R[])[0]),
      run: (params) =>
        guarded(this.path, () => {
          const { changes, lastInsertRowid } = statement.run(bind(params));
          return { changes, lastInsertRowid: Number(lastInsertRowid) };
        }),
    };
  }

  exec(sql: string): void {
    guarded(this.path, () => this.database.exec(sql));
  }

  /** Value of a PRAGMA's first column. */
  pragma(text: string): Value | undefined {
    const row = this.checked(() => this.database.prepare(`PRAGMA ${text}`).all([]) as Record<string, Value>[])[0];
    return row === undefined ? undefined : Object.values(row)[0];
  }

  /** Runs `work` as one transaction: all of it, durable when this returns, or nothing. */
  transaction<T>(work: () => T): T {
    this.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.exec('COMMIT');
      return result;
    } catch (error) {
      try {
        this.exec('ROLLBACK');
      } catch {
        // A failed commit has rolled back already; the first error is the one that matters.
      }
      throw error;
    }
  }

  close(): void {
    this.database.close();
  }

  /** Reads; what was read while somebody wrote a file opened as unchanging may be half of it, and is not given out. */
  private checked<T>(read: () => T): T {
    const result = guarded(this.path, read);
    if (this.unchanging !== undefined && stampOf(this.path) !== this.unchanging) {
      throw new EngineError('STORAGE_FAILED', `Another process changed ${this.path} while it was read without locks`, {
        hint: 'Repeat this; a running server must be started again.',
      });
    }
    return result;
  }
}

function addressOf(path: string, access: 'read' | 'unchanging'): string {
  return `${pathToFileURL(path).href}?mode=ro${access === 'unchanging' ? '&immutable=1' : ''}`;
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
      hint: 'Open the library once as a user who may write its folder, or copy the folder to where you may.',
      cause,
    },
  );
}

function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof EngineError ? error : translated(path, error);
  }
}

/** SQLite's error in the words of the engine. */
function translated(path: string, cause: unknown): EngineError {
  const code = String((cause as { code?: unknown }).code ?? '');
  const message = cause instanceof Error ? cause.message : String(cause);
  // libsql gives a statement that may not write no code of its own.
  const isReadOnly = /^SQLITE_(?:READONLY|CANTOPEN|PERM)/.test(code) || message.includes('readonly database');
  if (code.startsWith('SQLITE_FULL')) {
    return new EngineError('STORAGE_FULL', `The disk is full: ${path}`, { hint: 'Free some space and repeat.', cause });
  }
  if (isReadOnly) {
    const hint = 'Check the permissions of the folder, or choose another with --data-dir.';
    return new EngineError('READ_ONLY', `Cannot write ${path}: ${message}`, { hint, cause });
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new EngineError('LOCKED', `Another process is writing to ${path}`, { hint: 'Wait for it to end.', cause });
  }
  if (code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB')) {
    const hint = 'Restore the file from a backup, or import the papers again into an empty folder.';
    return new EngineError('CORRUPT', `The store ${path} is damaged: ${message}`, { hint, cause });
  }
  return new EngineError('STORAGE_FAILED', `The store ${path} failed: ${message}`, { cause });
}
