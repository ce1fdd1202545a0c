// Checks a document against the schema, once, when it enters the writer. The message names the document and the value.

import { shown } from '../../core/check.ts';
import { EngineError } from '../../core/errors.ts';
import type { ColumnType, ColumnValue, Document, Schema } from '../../core/types.ts';

/** Longest id in UTF-16 units: ids are keys, kept in memory and compared often. */
export const MAX_ID_LENGTH = 4096;

/** Throws INVALID_DOCUMENT. */
export function validateDocument(schema: Schema, document: Document): void {
  if (!isObject(document)) {
    throw new EngineError('INVALID_DOCUMENT', `A document is ${shown(document)}`, {
      hint: 'Pass { id, fields, columns }.',
    });
  }
  const { id } = document;
  if (typeof id !== 'string' || id.length === 0 || id.length > MAX_ID_LENGTH) {
    const what = typeof id === 'string' ? `of length ${id.length}` : shown(id);
    throw new EngineError(
      'INVALID_DOCUMENT',
      `A document has an id ${what}; ids are strings of 1 to ${MAX_ID_LENGTH} units`,
    );
  }
  if (!isObject(document.fields)) throw invalid(id, `fields is ${shown(document.fields)}, not an object`);
  if (document.columns !== undefined && !isObject(document.columns)) {
    throw invalid(id, `columns is ${shown(document.columns)}, not an object`);
  }
  for (const [name, text] of Object.entries(document.fields)) {
    if (!Object.hasOwn(schema.fields, name)) throw unknown(id, 'field', name, Object.keys(schema.fields));
    if (typeof text !== 'string') throw invalid(id, `field ${name} is ${shown(text)}, not a string`);
  }
  for (const [name, value] of Object.entries(document.columns ?? {})) {
    const type = Object.hasOwn(schema.columns, name) ? schema.columns[name] : undefined;
    if (type === undefined) throw unknown(id, 'column', name, Object.keys(schema.columns));
    if (!fits(type, value)) {
      throw invalid(id, `column ${name} (${type}) cannot hold ${shown(value)}`);
    }
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fits(type: ColumnType, value: ColumnValue): boolean {
  switch (type) {
    case 'keyword':
      return typeof value === 'string';
    case 'keywords':
      return Array.isArray(value) && value.every((v) => typeof v === 'string');
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'boolean':
      return typeof value === 'boolean';
    default:
      return type satisfies never;
  }
}

function invalid(id: string, what: string): EngineError {
  return new EngineError('INVALID_DOCUMENT', `Document ${JSON.stringify(id)}: ${what}`);
}

function unknown(id: string, what: string, name: string, known: readonly string[]): EngineError {
  return new EngineError(
    'INVALID_DOCUMENT',
    `Document ${JSON.stringify(id)}: the schema has no ${what} ${JSON.stringify(name)}`,
    {
      hint: `It has: ${known.join(', ') || 'none'}. A document leaves out what it does not have.`,
    },
  );
}
