// JSON lines of papers → source records. Every line gives a row or a reason; nothing stops at a bad line.

import { basename } from 'node:path';
import { isRejected, readRecord, type SourceRecord } from '../papers/index.ts';
import { type Line, type ReadOptions, readLines } from './lines.ts';

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

/** `arxiv.jsonl.gz` → `arxiv`: what a file's rows are called when nobody says otherwise. */
export function sourceOf(path: string): string {
  return (
    basename(path)
      .replace(/\.gz$/i, '')
      .replace(/\.(?:jsonl?|ndjson)$/i, '') || 'import'
  );
}

/** Reads one line. */
export function readRow(source: string, line: Line): Row | RejectedRow {
  if (line.text === undefined) return { line: line.number, reason: line.problem ?? 'the line cannot be read' };
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch (error) {
    return { line: line.number, reason: `not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  const record = readRecord(source, value);
  if (isRejected(record)) return { line: line.number, reason: record.reason };
  return { line: line.number, raw: line.text, record };
}

/** All rows of a file in batches, in order. */
export async function* readRows(
  path: string,
  options: ReadOptions & { readonly source?: string; readonly afterLine?: number } = {},
): AsyncGenerator<readonly (Row | RejectedRow)[]> {
  const source = options.source ?? sourceOf(path);
  const after = options.afterLine ?? 0;
  for await (const lines of readLines(path, options)) {
    const rows = lines.filter((line) => line.number > after).map((line) => readRow(source, line));
    if (rows.length > 0) yield rows;
  }
}
