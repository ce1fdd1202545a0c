// What is damaged in a store: a row or the file, in words for the reader of a page.

import { basename } from 'node:path';
import { EngineError } from '@quire/engine/core';
import { REPAIR_HINT } from './sql-errors.ts';

export interface Damage {
  /** The table; the name of the file where the damage cannot be ascribed to a table. */
  readonly table: string;
  /** Key of the row; '' where it is the whole table or file. */
  readonly key: string;
  /** A sentence that names table and key. */
  readonly message: string;
}

/** Tables whose damage changes no answer: the log of imports is read by imports alone. */
const UNSEEN: ReadonlySet<string> = new Set(['imports']);

/** Whether more answers than that of the row itself may be wrong: lists and counts, or what a hidden row would have added. */
export function isGeneral({ table, key }: Damage): boolean {
  const isNamed = (table === 'records' || table === 'works') && key !== '';
  return !isNamed && !UNSEEN.has(table);
}

/** Most problems that are kept and shown; each more is counted by the check alone. */
export const DAMAGE_LIMIT = 100;

/** A key as a message shows it. */
function shownKey(key: unknown): string {
  const text = typeof key === 'string' ? key : String(key);
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

export function badRecord(row: { readonly seq: unknown; readonly source: unknown; readonly id: unknown }): Damage {
  const name = `record ${String(row.seq)} (${shownKey(row.source)}, id ${shownKey(row.id)})`;
  return { table: 'records', key: String(row.seq), message: `The ${name} does not match its checksum.` };
}

export function badWork(key: unknown): Damage {
  const message = `The work ${shownKey(key)} does not match its checksum: its row or the list of its records is damaged.`;
  return { table: 'works', key: String(key), message };
}

export function badRow(table: string, key: unknown): Damage {
  return { table, key: String(key), message: `The row ${shownKey(key)} of ${table} does not match its checksum.` };
}

/** A work that the search index has and the store has not, while the index contains exactly the changes of the store. */
export function hiddenWork(key: string): Damage {
  const message = `The work ${shownKey(key)} is in the search index, and the store hides its row.`;
  return { table: 'works', key, message };
}

export function badEntry(index: string, key: unknown): Damage {
  const message = `The index ${index} does not agree with its table at ${shownKey(key)}.`;
  return { table: index, key: String(key), message };
}

/** Damage as an error, for a caller that needs the damaged row itself. */
export function damageError({ message }: Damage): EngineError {
  return new EngineError('CORRUPT', message, { hint: REPAIR_HINT });
}

/** A CORRUPT error as damage of the file at `path`; any other error is thrown again. Pages show no folder. */
export function damageFrom(error: unknown, path: string): Damage {
  if (!(error instanceof EngineError && error.code === 'CORRUPT')) throw error;
  const file = basename(path);
  return { table: file, key: '', message: `${error.message.replaceAll(path, file).replace(/\.$/, '')}.` };
}
