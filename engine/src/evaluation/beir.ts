// The BEIR formats: corpus and queries as JSON lines (`_id`, `title`, `text`), judgements as tab-separated
// (query, document, relevance) with or without a header line. Ids may hold anything but a tab or a line end.

import { shown } from '../core/check.ts';
import { EngineError } from '../core/errors.ts';
import { numberedLines, type ParseOptions, parseFailed, type Text } from './lines.ts';
import { addJudgement, parseTrecQrels } from './trec.ts';
import type { Qrels, Run } from './types.ts';

export interface BeirDocument {
  readonly id: string;
  /** Empty when the line has none. */
  readonly title: string;
  readonly text: string;
  /** What else the line holds, unread. */
  readonly metadata?: unknown;
}

/** One line of corpus.jsonl. Throws PARSE_FAILED for anything but an object with `_id` and `text`. */
export function parseBeirDocument(line: string, number: number, options: ParseOptions = {}): BeirDocument {
  const record = parseRecord(line, number, options);
  const title = record.title ?? '';
  if (typeof title !== 'string') throw parseFailed(options, number, '`title` is not a string');
  const document = { id: idOf(record, number, options), title, text: textOf(record, number, options) };
  return record.metadata === undefined ? document : { ...document, metadata: record.metadata };
}

/** A whole corpus. Throws PARSE_FAILED naming the line, also for an id that comes twice. */
export function* parseBeirCorpus(text: Text, options: ParseOptions = {}): Generator<BeirDocument> {
  const seen = new Set<string>();
  for (const { line, number } of numberedLines(text)) {
    const document = parseBeirDocument(line, number, options);
    if (seen.has(document.id)) throw parseFailed(options, number, `document id ${shown(document.id)} comes twice`);
    seen.add(document.id);
    yield document;
  }
}

/** queries.jsonl → query id → text. */
export function parseBeirQueries(text: Text, options: ParseOptions = {}): ReadonlyMap<string, string> {
  const queries = new Map<string, string>();
  for (const { line, number } of numberedLines(text)) {
    const record = parseRecord(line, number, options);
    const id = idOf(record, number, options);
    if (queries.has(id)) throw parseFailed(options, number, `query id ${shown(id)} comes twice`);
    queries.set(id, textOf(record, number, options));
  }
  return queries;
}

/** Three tab-separated columns, an optional header line (its third column is no number). */
export function parseBeirQrels(text: Text, options: ParseOptions = {}): Qrels {
  const qrels = new Map<string, Map<string, number>>();
  let first = true;
  for (const { line, number } of numberedLines(text)) {
    const columns = line.split('\t').map((column) => column.trim());
    const header = first && columns.length === 3 && !/\d/.test(columns[2]!);
    first = false;
    if (header) continue;
    if (columns.length !== 3) {
      throw parseFailed(
        options,
        number,
        `${columns.length} tab-separated columns, expected 3 (query document relevance)`,
      );
    }
    const [query, id, rel] = columns as [string, string, string];
    if (query === '' || id === '') throw parseFailed(options, number, 'an empty id');
    addJudgement(qrels, { query, id, rel }, number, options);
  }
  return qrels;
}

/** With the header line that BEIR's own files have. */
export function formatBeirQrels(qrels: Qrels): string {
  const lines = ['query-id\tcorpus-id\tscore\n'];
  for (const [query, judgements] of qrels) {
    for (const [id, rel] of judgements) lines.push(`${cell(query)}\t${cell(id)}\t${rel}\n`);
  }
  return lines.join('');
}

/** Judgements in either format, told apart by the first line: three tab-separated columns are BEIR's. */
export function parseQrels(text: Text, options: ParseOptions = {}): Qrels {
  const lines = typeof text === 'string' ? text : [...text];
  for (const { line } of numberedLines(lines)) {
    return line.split('\t').length === 3 ? parseBeirQrels(lines, options) : parseTrecQrels(lines, options);
  }
  return new Map();
}

/** Drops from each query the document of the same id, as BEIR does where queries are documents of the corpus. */
export function removeQueryDocuments(run: Run): Run {
  return new Map([...run].map(([query, hits]) => [query, hits.filter((hit) => hit.id !== query)]));
}

type JsonRecord = Readonly<Record<string, unknown>>;

function parseRecord(line: string, number: number, options: ParseOptions): JsonRecord {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw parseFailed(options, number, `not JSON: ${shown(line)}`, { cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonRecord;
  throw parseFailed(options, number, `not a JSON object: ${shown(line)}`);
}

function idOf({ _id }: JsonRecord, number: number, options: ParseOptions): string {
  if (typeof _id === 'number' && !Number.isSafeInteger(_id)) {
    throw parseFailed(options, number, `\`_id\` is the number ${_id}, which may have lost digits`, {
      hint: 'Write ids as strings.',
    });
  }
  const id = typeof _id === 'number' ? String(_id) : _id;
  if (typeof id === 'string' && id !== '') return id;
  throw parseFailed(options, number, id === '' ? '`_id` is empty' : '`_id` is missing or not a string');
}

function textOf({ text }: JsonRecord, number: number, options: ParseOptions): string {
  if (typeof text === 'string') return text;
  throw parseFailed(options, number, '`text` is missing or not a string');
}

function cell(id: string): string {
  if (id !== '' && !/[\t\r\n]/.test(id) && id.trim() === id) return id;
  throw new EngineError('INVALID_ARGUMENT', `The id ${shown(id)} cannot be written as a tab-separated column`, {
    hint: 'Ids may not be empty, hold a tab or a line end, or begin or end with a blank.',
  });
}
