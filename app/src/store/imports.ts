// The position up to which each file has been imported.

import { markOf } from './checksum.ts';
import { badRow, type Damage, damageError } from './damage.ts';
import type { Tables } from './schema.ts';
import { builder, type Sql } from './sql.ts';

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
  readonly #run: ReturnType<typeof statements>;

  constructor(sql: Sql) {
    this.#run = statements(sql);
  }

  /** undefined when this file was never read as `source`. Throws CORRUPT where the row does not match its mark. */
  get(file: string, source: string): FileProgress | undefined {
    const row = this.#run.get.get({ file, source });
    if (row === undefined) return undefined;
    const damage = importDamage(row);
    if (damage !== undefined) throw damageError(damage);
    const { path, lines, rejected, finished } = row;
    return { file, source, path, lines, rejected, finished: finished === 1 };
  }

  set(progress: FileProgress): void {
    this.#put({ ...progress, finished: progress.finished ? 1 : 0 });
  }

  all(): readonly ImportRow[] {
    return this.#run.all.all({});
  }

  /** Gives every row its mark: rows of version 1 have none. */
  markAll(): void {
    for (const row of this.all()) this.#put(row);
  }

  #put(row: Omit<ImportRow, 'mark'>): void {
    const { file, source, path, lines, rejected, finished } = row;
    this.#run.set.run({ file, source, path, lines, rejected, finished, mark: markOfImport(row) });
  }
}

export function importDamage(row: ImportRow): Damage | undefined {
  return markOfImport(row) === row.mark ? undefined : badRow('imports', `${row.file} ${row.source}`);
}

function markOfImport({ file, source, path, lines, rejected, finished }: Omit<ImportRow, 'mark'>): number {
  return markOf([file, source, path, lines, rejected, finished]);
}

function statements(sql: Sql) {
  return {
    all: sql.prepare(() => builder.selectFrom('imports').selectAll()),
    get: sql.prepare((p: { file: string; source: string }) =>
      builder.selectFrom('imports').selectAll().where('file', '=', p.file).where('source', '=', p.source),
    ),
    set: sql.prepare((p: { [K in keyof ImportRow]: ImportRow[K] }) => {
      const rest = { path: p.path, lines: p.lines, rejected: p.rejected, finished: p.finished, mark: p.mark };
      return builder
        .insertInto('imports')
        .values({ file: p.file, source: p.source, ...rest })
        .onConflict((on) => on.columns(['file', 'source']).doUpdateSet(rest));
    }),
  };
}
