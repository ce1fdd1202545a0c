// Judged queries for training: which documents answer which query. From a collection in BEIR's layout, from a file of pairs, or title and
// abstract of works.

import { EngineError } from '@quire/engine/core';
import type { TrainingWork } from '../data/works.ts';
import type { Task, TaskDocument } from '../scoring/task.ts';

/** A task whose documents and queries are numbered. */
export interface JudgedTexts {
  readonly task: Task;
  readonly documentIds: readonly string[];
  /** Title and text as one, as the site indexes a paper. */
  readonly documents: readonly string[];
  readonly queryIds: readonly string[];
  readonly queries: readonly string[];
  /** For each query the numbers of its relevant documents, ascending; never empty. */
  readonly relevant: readonly (readonly number[])[];
  /** Queries that were left out, because none of their relevant documents exists. */
  readonly skipped: number;
}

/** Throws INVALID_ARGUMENT where nothing can be trained on: no documents, no judged queries, documents without any text. */
export function judgedTexts(task: Task): JudgedTexts {
  const documents = task.documents.map(textOf);
  if (documents.length === 0) throw nothing(task, 'no documents');
  if (documents.every((text) => text === '')) throw nothing(task, 'no document with a text');
  const numbers = new Map(task.documents.map(({ id }, i) => [id, i]));
  const queryIds: string[] = [];
  const queries: string[] = [];
  const relevant: number[][] = [];
  for (const [id, judged] of task.qrels) {
    const text = task.queries.get(id) ?? '';
    const own = [...judged].filter(([doc, grade]) => grade > 0 && numbers.has(doc)).map(([doc]) => numbers.get(doc)!);
    if (text === '' || own.length === 0) continue;
    queryIds.push(id);
    queries.push(text);
    relevant.push(own.sort((a, b) => a - b));
  }
  if (queries.length === 0) throw nothing(task, `no query with a relevant document (${task.qrels.size} are judged)`);
  const skipped = task.qrels.size - queries.length;
  const documentIds = task.documents.map(({ id }) => id);
  return { task, documentIds, documents, queryIds, queries, relevant, skipped };
}

function textOf({ title, text }: TaskDocument): string {
  if (title === '' || text === '') return title + text;
  return `${title}\n${text}`;
}

function nothing({ name }: Task, what: string): EngineError {
  return new EngineError('INVALID_ARGUMENT', `${name} has ${what}: nothing can be trained on it`, {
    hint: 'Give documents with texts, and queries with judgements of documents that exist.',
  });
}

/**
 * The pairs of a JSON Lines file, {"query": "…", "positive": "…"} a line. A text that occurs several times is one document. Throws PARSE_FAILED
 * naming the line, INVALID_ARGUMENT for a file without pairs.
 */
export function parsePairs(content: string, name: string): Task {
  const documents = new Map<string, TaskDocument>();
  const queries = new Map<string, { readonly id: string; readonly answers: Set<string> }>();
  for (const [i, line] of content.split('\n').entries()) {
    if (line.trim() === '') continue;
    const { query, positive } = parseLine(line, i + 1, name);
    const document = documents.get(positive) ?? { id: `d${documents.size}`, title: '', text: positive };
    documents.set(positive, document);
    const known = queries.get(query) ?? { id: `q${queries.size}`, answers: new Set<string>() };
    queries.set(query, known);
    known.answers.add(document.id);
  }
  if (queries.size === 0) {
    throw new EngineError('INVALID_ARGUMENT', `${name} holds no pairs`, {
      hint: 'Write one JSON object a line: {"query": "…", "positive": "…"}.',
    });
  }
  return {
    name,
    measure: 'MRR@10',
    documents: [...documents.values()],
    queries: new Map([...queries].map(([text, { id }]) => [id, text])),
    qrels: new Map([...queries.values()].map(({ id, answers }) => [id, new Map([...answers].map((doc) => [doc, 1]))])),
  };
}

function parseLine(line: string, number: number, name: string): { readonly query: string; readonly positive: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new EngineError('PARSE_FAILED', `Line ${number} of ${name} is not JSON`, { cause });
  }
  const { query, positive } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof query === 'string' && query !== '' && typeof positive === 'string' && positive !== '') {
    return { query, positive };
  }
  throw new EngineError('PARSE_FAILED', `Line ${number} of ${name} has no "query" and "positive" that are texts`, {
    hint: 'Write one JSON object a line: {"query": "…", "positive": "…"}.',
  });
}

/** Titles as queries, abstracts as documents. */
export function titlePairs(works: readonly TrainingWork[]): Task {
  const taken = works.filter(({ title, abstract }) => title !== '' && abstract !== '');
  return {
    name: 'title → abstract',
    measure: 'MRR@10',
    documents: taken.map(({ key, abstract }) => ({ id: key, title: '', text: abstract })),
    queries: new Map(taken.map(({ key, title }) => [key, title])),
    qrels: new Map(taken.map(({ key }) => [key, new Map([[key, 1]])])),
  };
}
