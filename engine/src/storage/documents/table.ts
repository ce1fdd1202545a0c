// The document table of a segment: from an Ord to its id, column values and stored text, and from an id to its Ord. It
// is written from rows in id order, so a merge writes the same bytes as a rebuild. Not for text search.

import { ByteReader, ByteWriter } from '../../core/bytes.ts';
import { EngineError } from '../../core/errors.ts';
import { nextTurn } from '../../core/turn.ts';
import type { ColumnType, ColumnValue, DocId, Document, Schema } from '../../core/types.ts';
import type { SectionReader, SectionWriter } from '../part.ts';
import { writeSection } from '../write-section.ts';
import { type Column, type ColumnSource, columnValue, loadColumn, loadColumnSync, writeColumn } from './columns.ts';
import { openStrings, type SortedStrings, writeStrings } from './ids.ts';

/** Documents in id order, from a buffer or from other tables. */
export interface Rows {
  readonly size: number;
  ids(): Iterable<DocId>;
  column(name: string): Promise<ColumnSource>;
  /** The output of encodeStored. */
  stored(ord: number): Uint8Array | Promise<Uint8Array>;
}

export interface DocumentTable {
  readonly size: number;
  readonly ids: SortedStrings;
  /** Whether columns can be read synchronously. */
  readonly isSync: boolean;
  /** Throws INVALID_QUERY when the schema has no such column. */
  column(name: string): Promise<Column>;
  columnSync(name: string): Column;
  /** Reads stored fields as written, for ascending Ords, one window at a time. For merges. */
  storedInOrder(): (ord: number) => Uint8Array | Promise<Uint8Array>;
  document(ord: number): Promise<Document>;
}

export async function writeTable(schema: Schema, rows: Rows, out: SectionWriter): Promise<void> {
  await writeStrings('ids', rows.ids(), out);
  for (const name of Object.keys(schema.columns).sort()) {
    await nextTurn();
    await writeColumn(name, schema.columns[name]!, rows.size, await rows.column(name), out);
  }
  if (storedFields(schema).length > 0) await writeStored(rows, out);
}

const CHUNK_BYTES = 65536;

async function writeStored(rows: Rows, out: SectionWriter): Promise<void> {
  const sink = await out.section('stored');
  const offsets = new ByteWriter(rows.size * 8 + 8);
  const buffer = new ByteWriter(CHUNK_BYTES * 2);
  for (let ord = 0; ord < rows.size; ord++) {
    offsets.u64(sink.size + buffer.length);
    const row = rows.stored(ord);
    buffer.bytes(row instanceof Uint8Array ? row : await row);
    if (buffer.length >= CHUNK_BYTES) {
      await sink.append(buffer.view());
      buffer.clear();
    }
  }
  await sink.append(buffer.view());
  offsets.u64(sink.size);
  await sink.close();
  await writeSection(out, 'stored.index', offsets.view());
}

/** Names of stored fields, ascending: their order on disk. */
export function storedFields(schema: Schema): readonly string[] {
  return Object.keys(schema.fields)
    .filter((name) => schema.fields[name]!.stored === true)
    .sort();
}

/** Number of fields, then (position in storedFields, text) each. */
export function encodeStored(fields: readonly string[], document: Document): Uint8Array {
  const own = fields.filter((name) => Object.hasOwn(document.fields, name) && document.fields[name] !== undefined);
  const out = new ByteWriter(1024);
  out.varint(own.length);
  for (const name of own) {
    out.varint(fields.indexOf(name));
    out.string(document.fields[name]!);
  }
  return out.finish();
}

export async function openTable(schema: Schema, size: number, sections: SectionReader): Promise<DocumentTable> {
  const fields = storedFields(schema);
  const ids = await openStrings('ids', size, sections);
  const columns = new Map<string, Column>();
  const typeOf = (name: string): ColumnType => {
    const type = Object.hasOwn(schema.columns, name) ? schema.columns[name] : undefined;
    if (type !== undefined) return type;
    throw new EngineError('INVALID_QUERY', `The schema has no column ${JSON.stringify(name)}`, {
      hint: `Its columns are: ${Object.keys(schema.columns).sort().join(', ') || 'none'}.`,
    });
  };
  const column = async (name: string): Promise<Column> => {
    const loaded = columns.get(name) ?? (await loadColumn(name, typeOf(name), size, sections));
    columns.set(name, loaded);
    return loaded;
  };
  const read = async (section: string, offset: number, length: number) =>
    sections.readSync?.(section, offset, length) ?? sections.read(section, offset, length);
  const stored = async (ord: number): Promise<Uint8Array> => {
    if (fields.length === 0) return NO_FIELDS;
    const at = new ByteReader(await read('stored.index', ord * 8, 16), 'stored.index');
    const start = at.u64();
    return read('stored', start, at.u64() - start);
  };
  return {
    size,
    ids,
    isSync: sections.readSync !== undefined,
    column,
    columnSync: (name) => {
      const loaded = columns.get(name) ?? loadColumnSync(name, typeOf(name), size, sections);
      if (loaded === undefined) throw new EngineError('UNSUPPORTED', `Column ${name} cannot be read without waiting`);
      columns.set(name, loaded);
      return loaded;
    },
    storedInOrder: () => (fields.length === 0 ? () => NO_FIELDS : windowedRows(size, sections)),
    document: async (ord) => {
      const values: Record<string, ColumnValue> = {};
      for (const name of Object.keys(schema.columns)) {
        const value = columnValue(await column(name), ord);
        if (value !== undefined) define(values, name, value);
      }
      return { id: ids.at(ord), fields: decodeStored(fields, await stored(ord)), columns: values };
    },
  };
}

const NO_FIELDS = Uint8Array.of(0);
const WINDOW_ROWS = 4096;
const WINDOW_BYTES = 1 << 20;

/** Rows in ascending order through two windows: one over offsets, one over bytes. */
function windowedRows(size: number, sections: SectionReader): (ord: number) => Uint8Array | Promise<Uint8Array> {
  const total = sections.size('stored');
  let offsets = new Float64Array(0);
  let firstRow = 0;
  let window: Uint8Array = new Uint8Array(0);
  let windowStart = 0;
  const cut = (start: number, end: number) => window.subarray(start - windowStart, end - windowStart);
  const holds = (start: number, end: number) => start >= windowStart && end <= windowStart + window.length;
  const load = async (ord: number): Promise<Uint8Array> => {
    if (ord < firstRow || ord + 1 >= firstRow + offsets.length) {
      const rows = Math.min(WINDOW_ROWS, size - ord) + 1;
      const reader = new ByteReader(await sections.read('stored.index', ord * 8, rows * 8), 'stored.index');
      offsets = Float64Array.from({ length: rows }, () => reader.u64());
      firstRow = ord;
    }
    const [start, end] = [offsets[ord - firstRow]!, offsets[ord + 1 - firstRow]!];
    if (!holds(start, end)) {
      window = await sections.read('stored', start, Math.min(Math.max(WINDOW_BYTES, end - start), total - start));
      windowStart = start;
    }
    return cut(start, end);
  };
  return (ord) => {
    const row = ord - firstRow;
    if (row < 0 || row + 1 >= offsets.length) return load(ord);
    const [start, end] = [offsets[row]!, offsets[row + 1]!];
    return holds(start, end) ? cut(start, end) : load(ord);
  };
}

function decodeStored(fields: readonly string[], bytes: Uint8Array): Record<string, string> {
  const reader = new ByteReader(bytes, 'stored fields');
  const out: Record<string, string> = {};
  for (let n = reader.varint(); n > 0; n--) {
    const name = fields[reader.varint()];
    if (name === undefined) throw new EngineError('CORRUPT', 'Stored fields name a field that the schema lacks');
    define(out, name, reader.string());
  }
  return out;
}

/** Assignment that is safe for a column called __proto__. */
function define<T>(record: Record<string, T>, name: string, value: T): void {
  Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
}
