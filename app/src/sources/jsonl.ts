// JSON lines of papers → source records. Every line gives a row or a reason; a bad line stops nothing.

import { basename } from 'node:path';
import { acceptRecord, isRejected, type SourceRecord } from '../papers/index.ts';
import { type Line, type LineBatch, type ReadOptions, readLines } from './lines.ts';

export interface Row {
  readonly line: number;
  /** The line as received. */
  readonly raw: string;
  readonly record: SourceRecord;
}

export interface RejectedRow {
  readonly line: number;
  readonly reason: string;
}

/** The rows of one chunk, and the position in the file. */
export interface RowBatch extends Omit<LineBatch, 'lines'> {
  readonly rows: readonly (Row | RejectedRow)[];
}

export interface RowOptions extends ReadOptions {
  /** Default: the file's name without endings. */
  readonly source?: string;
  /** Lines up to this one are left out. Default 0. */
  readonly afterLine?: number;
  /** Milliseconds since 1970-01-01; rows with dates far after it are rejected. Default Date.now. */
  readonly now?: () => number;
}

/** `arxiv.jsonl.gz` → `arxiv`: the default name of a file's source. */
export function sourceOf(path: string): string {
  return (
    basename(path)
      .replace(/\.gz$/i, '')
      .replace(/\.(?:jsonl?|ndjson)$/i, '') || 'import'
  );
}

/** Reads one line. */
export function readRow(source: string, line: Line, now: () => number = Date.now): Row | RejectedRow {
  if (line.text === undefined) return { line: line.number, reason: line.problem ?? 'the line cannot be read' };
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch (error) {
    return { line: line.number, reason: `not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  const record = acceptRecord(source, value, now());
  if (isRejected(record)) return { line: line.number, reason: record.reason };
  return { line: line.number, raw: line.text, record };
}

/** All rows of a file, one batch a chunk, in order. A batch without rows is a chunk of blank lines. */
export async function* readRows(path: string, options: RowOptions = {}): AsyncGenerator<RowBatch> {
  const source = options.source ?? sourceOf(path);
  const after = options.afterLine ?? 0;
  for await (const { lines, ...progress } of readLines(path, options)) {
    const rows = lines.filter((line) => line.number > after).map((line) => readRow(source, line, options.now));
    yield { ...progress, rows };
  }
}
