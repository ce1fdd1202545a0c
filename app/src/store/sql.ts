// An SQLite file: runs statements (statement.ts) synchronously, each prepared once for a connection. This is the only file
// that imports the driver. The driver has the interface of node:sqlite, so the built-in module can take its place once the
// oldest supported Node has it (docs/adr/0028-sqlite-driver.md).

import { DatabaseSync } from '@photostructure/sqlite';
import { EngineError } from '@quire/engine/core';
import { guarded } from './sql-errors.ts';
import type { Params, Statement, Value } from './statement.ts';
import { addressOf, bytesOf, stampOf, unmergedLog } from './store-file.ts';

type Native = ReturnType<InstanceType<typeof DatabaseSync>['prepare']>;

/** A statement, prepared for the connection that is open. */
interface Prepared {
  readonly native: () => Native;
  /** Columns of its rows. */
  readonly names: readonly string[];
  readonly values: (params: Params) => Value[];
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
  readonly #statements = new Map<unknown, Prepared>();

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

  all<P extends Params, R>(statement: Statement<P, R>, params: P): readonly R[] {
    const { native, names, values } = this.#prepared(statement);
    const rows = this.#checked(() => native().all(...values(params)) as Value[][]); // arrays were asked for
    return rows.map((row) => named<R>(names, row));
  }

  get<P extends Params, R>(statement: Statement<P, R>, params: P): R | undefined {
    const { native, names, values } = this.#prepared(statement);
    const row = this.#checked(() => native().get(...values(params)) as Value[] | undefined); // the same
    return row && named<R>(names, row);
  }

  run<P extends Params, R>(statement: Statement<P, R>, params: P): void {
    const { native, values } = this.#prepared(statement);
    guarded(this.path, () => native().run(...values(params)));
  }

  #prepared<P extends Params, R>(statement: Statement<P, R>): Prepared {
    const known = this.#statements.get(statement);
    if (known !== undefined) return known;
    const { sql, values } = statement.compiled('sqlite');
    const native = this.#statement(sql);
    const names = native()
      .columns()
      .map(({ name }) => name);
    const prepared = { native, names, values };
    this.#statements.set(statement, prepared);
    return prepared;
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
  transaction<T>(work: () => Promise<T>): Promise<T> {
    return this.#between('BEGIN IMMEDIATE', work);
  }

  /** Runs `work` on one state of the file, while other connections may write. */
  snapshot<T>(work: () => Promise<T>): Promise<T> {
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

  async #between<T>(begin: string, work: () => Promise<T>): Promise<T> {
    if (this.#stamp !== undefined) this.#reopenChanged();
    this.exec(begin);
    this.#isInTransaction = true;
    try {
      const result = await work();
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
  #statement(sql: string): () => Native {
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
