// The position up to which each file has been imported.

import { markOf } from './checksum.ts';
import { badRow, type Damage, damageError } from './damage.ts';
import type { Connection } from './database.ts';
import type { Tables } from './schema.ts';
import { statement } from './statement.ts';

/** The position up to which a file has been imported. */
export interface FileProgress {
  /** SHA-256 of the file's bytes. */
  readonly file: string;
  readonly source: string;
  readonly path: string;
  readonly lines: number;
  readonly rejected: number;
  readonly finished: boolean;
}

type ImportRow = Tables['imports'];

export class Imports {
  readonly #on: Connection;

  constructor(on: Connection) {
    this.#on = on;
  }

  /** undefined when this file was never read as `source`. Throws CORRUPT where the row does not match its mark. */
  async get(file: string, source: string): Promise<FileProgress | undefined> {
    const row = await this.#on.get(SQL.get, { file, source });
    if (row === undefined) return undefined;
    const damage = importDamage(row);
    if (damage !== undefined) throw damageError(damage);
    const { path, lines, rejected, finished } = row;
    return { file, source, path, lines, rejected, finished: finished === 1 };
  }

  async set(progress: FileProgress): Promise<void> {
    await this.#put({ ...progress, finished: progress.finished ? 1 : 0 });
  }

  all(): Promise<readonly ImportRow[]> {
    return this.#on.all(SQL.all, {});
  }

  /** Gives every row its mark: rows of version 1 have none. */
  async markAll(): Promise<void> {
    for (const row of await this.all()) await this.#put(row);
  }

  async #put(row: Omit<ImportRow, 'mark'>): Promise<void> {
    const { file, source, path, lines, rejected, finished } = row;
    await this.#on.run(SQL.set, { file, source, path, lines, rejected, finished, mark: markOfImport(row) });
  }
}

export function importDamage(row: ImportRow): Damage | undefined {
  return markOfImport(row) === row.mark ? undefined : badRow('imports', `${row.file} ${row.source}`);
}

function markOfImport({ file, source, path, lines, rejected, finished }: Omit<ImportRow, 'mark'>): number {
  return markOf([file, source, path, lines, rejected, finished]);
}

const SQL = {
  all: statement((db) => db.selectFrom('imports').selectAll()),
  get: statement((db, p: { file: string; source: string }) =>
    db.selectFrom('imports').selectAll().where('file', '=', p.file).where('source', '=', p.source),
  ),
  set: statement((db, p: { [K in keyof ImportRow]: ImportRow[K] }) => {
    const rest = { path: p.path, lines: p.lines, rejected: p.rejected, finished: p.finished, mark: p.mark };
    return db
      .insertInto('imports')
      .values({ file: p.file, source: p.source, ...rest })
      .onConflict((on) => on.columns(['file', 'source']).doUpdateSet(rest));
  }),
};
