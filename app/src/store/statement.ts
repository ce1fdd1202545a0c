// Statements: built and typed by Kysely, compiled once for each dialect at their first use, run by a database
// (database.ts). A statement is a constant of the file that needs it, so the text of all SQL stands beside its use.

import {
  type Compilable,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type RawBuilder,
  sql as raw,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Tables } from './schema.ts';

export type Dialect = 'sqlite' | 'postgres';
export type Value = string | number | null;
export type Params = Readonly<Record<string, Value>>;
export type Builder = Kysely<Tables>;

/** The text of a statement, and what fills its places: a parameter by name, or a value of the query. */
export interface Compiled {
  readonly sql: string;
  readonly values: (params: Params) => Value[];
  /** Which of the values are JSON that the statement takes apart. */
  readonly json: readonly boolean[];
}

/** P: the parameters by name. R: a row of the result; it holds for a sound file only. */
export interface Statement<P extends Params, R> {
  readonly compiled: (dialect: Dialect) => Compiled;
  /** Never there: keeps the two types. */
  readonly types?: (params: P) => R;
}

/**
 * A statement. `build` gets one placeholder for each parameter, typed as the parameter:
 * `statement((db, p: { key: string }) => db.selectFrom('works').selectAll().where('key', '=', p.key))`.
 */
export function statement<R = never, P extends Params = Params>(
  build: (db: Builder, params: P, dialect: Dialect) => Compilable<R>,
): Statement<P, R> {
  const known = new Map<Dialect, Compiled>();
  return {
    compiled: (dialect) => {
      const found = known.get(dialect) ?? compile(build, dialect);
      known.set(dialect, found);
      return found;
    },
  };
}

function compile<P extends Params, R>(
  build: (db: Builder, params: P, dialect: Dialect) => Compilable<R>,
  dialect: Dialect,
): Compiled {
  const placeholders = new Proxy({} as P, { get: (_, name) => new Placeholder(String(name)) }); // read by `build` only
  const { sql, parameters } = build(BUILDERS[dialect], placeholders, dialect).compile();
  // a parameter that is no Placeholder is a literal of the query, which the builder admits as Value only
  const values = (params: Params) =>
    parameters.map((value) => (value instanceof Placeholder ? (params[value.name] ?? null) : (value as Value)));
  const json = parameters.map((value) => value instanceof Placeholder && value.isJson);
  return { sql, values, json };
}

/** Represents a parameter while the query is built. */
class Placeholder {
  readonly name: string;
  readonly isJson: boolean;
  constructor(name: string, isJson = false) {
    this.name = name;
    this.isJson = isJson;
  }
}

/** They write SQL and never connect. */
const BUILDERS: Readonly<Record<Dialect, Builder>> = {
  sqlite: new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  }),
  postgres: new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  }),
};

/** A statement in SQL text, for what the builder cannot express. */
export function written<R>(db: Builder, text: RawBuilder<R>): Compilable<R> {
  // the builder types compile() of raw SQL as a query of unknown rows
  return { compile: () => text.compile(db) as ReturnType<Compilable<R>['compile']> };
}

/** A type that both databases have: text in the order of its bytes, and whole numbers that a double holds. */
export type ColumnType = 'text' | 'whole';

/** The same parameter, marked as JSON. While a statement is built, a parameter is its placeholder. */
function taken(json: unknown): unknown {
  return json instanceof Placeholder ? new Placeholder(json.name, true) : json;
}

/** The texts of a JSON array that is one parameter: `where('key', 'in', textsIn(dialect, p.keys))`. */
export function textsIn(dialect: Dialect, json: string): RawBuilder<string> {
  if (dialect === 'sqlite') return raw<string>`(select value from json_each(${taken(json)}))`;
  return raw<string>`(select jsonb_array_elements_text(${taken(json)}::jsonb))`;
}

/** The same for whole numbers. */
export function wholesIn(dialect: Dialect, json: string): RawBuilder<number> {
  if (dialect === 'sqlite') return raw<number>`(select value from json_each(${taken(json)}))`;
  return raw<number>`(select jsonb_array_elements_text(${taken(json)}::jsonb)::bigint)`;
}

/**
 * The rows of a JSON array of arrays that is one parameter, for `insert into … select`: a call into the driver costs
 * more than a row.
 */
export function rowsIn(dialect: Dialect, json: string, types: readonly ColumnType[]): RawBuilder<unknown> {
  const columns = types.map((type, i) => {
    const column = raw`value ->> ${raw.lit(i)}`;
    return dialect === 'postgres' && type === 'whole' ? raw`(${column})::bigint` : column;
  });
  const source =
    dialect === 'sqlite'
      ? raw`json_each(${taken(json)})`
      : raw`jsonb_array_elements(${taken(json)}::jsonb) as each(value)`;
  // `where true` separates the source from `on conflict` for the parser of SQLite
  return raw`select ${raw.join(columns)} from ${source} where true`;
}
