// The database of a store: PostgreSQL where an address is given, else the file in the folder.

import { join } from 'node:path';
import type { Damage } from './damage.ts';
import type { Database } from './database.ts';
import { lostChanges } from './log-file.ts';
import { SqliteDatabase } from './sqlite-database.ts';

/** Where a store is. */
export interface Place {
  /** The folder of the library; the index is there in any case. */
  readonly folder: string;
  /** Address of a PostgreSQL database: postgres://user:password@host:port/name. Default: a file in the folder. */
  readonly database?: string | undefined;
}

/** The file of the store in the library's folder. */
export const STORE_FILE = 'papers.sqlite';

export interface OpenDatabase {
  readonly database: Database;
  /** Changes that the last process could not finish. */
  readonly lost: readonly Damage[];
}

/** `access`: 'read' never writes anything. */
export async function openDatabase(place: Place, access: 'write' | 'read'): Promise<OpenDatabase> {
  if (place.database !== undefined) {
    // loaded where it is used: most libraries are files
    const { PostgresDatabase } = await import('./postgres-database.ts');
    const database = await PostgresDatabase.open(place.database, { readOnly: access === 'read' });
    return { database, lost: [] };
  }
  const path = join(place.folder, STORE_FILE);
  const lost = lostChanges(path); // before SQLite opens the log
  return { database: access === 'write' ? SqliteDatabase.open(path) : SqliteDatabase.openToRead(path), lost };
}
