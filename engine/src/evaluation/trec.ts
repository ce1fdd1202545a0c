// The TREC formats: runs of six columns (query Q0 document rank score tag) and judgements of four (query iteration
// document relevance), separated by spaces or tabs. An id with a space cannot be represented and is refused; BEIR's
// formats (beir.ts) can represent it. Ranks are written but not read: evaluation sorts by score.

import { shown } from '../core/check.ts';
import { EngineError } from '../core/errors.ts';
import { numberedLines, type ParseOptions, parseFailed, type Text } from './lines.ts';
import type { Qrels, Run, RunHit } from './types.ts';

const NUMBER = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/i;
const INFINITE = /^([-+]?)inf(?:inity)?$/i;
const INTEGER = /^[-+]?\d{1,15}$/;
const WORDS = /[^ \t\v\f\r]+/g;

/**
 * Parses a run. Throws PARSE_FAILED naming the line: a wrong number of columns, a score that is NaN or not a number, a
 * document twice in a query.
 *
 * ```ts
 * const run = parseTrecRun('q1 Q0 doc7 1 12.5 bm25');
 * console.assert(run.get('q1')?.[0]?.score === 12.5);
 * ```
 */
export function parseTrecRun(text: Text, options: ParseOptions = {}): Run {
  const run = new Map<string, RunHit[]>();
  const seen = new Map<string, Set<string>>();
  for (const { line, number } of numberedLines(text)) {
    const columns = columnsOf(line);
    if (columns.length !== 6)
      throw wrongColumns(options, number, columns.length, 6, 'query Q0 document rank score tag');
    const [query, , id, , score] = columns as [string, string, string, string, string, string];
    if (seen.get(query)?.has(id))
      throw parseFailed(options, number, `document ${shown(id)} again in query ${shown(query)}`);
    append(seen, query, () => new Set<string>()).add(id);
    append(run, query, () => []).push({ id, score: parseScore(score, number, options) });
  }
  return run;
}

/** Hits are written in the order given, ranks from 1, scores with all their digits. Ends with a line feed. */
export function formatTrecRun(run: Run, options: { readonly tag?: string } = {}): string {
  const tag = word(options.tag ?? 'quire', 'tag');
  const lines: string[] = [];
  for (const [query, hits] of run) {
    const q = word(query, 'query id');
    hits.forEach((hit, i) => {
      lines.push(`${q} Q0 ${word(hit.id, 'document id')} ${i + 1} ${formatScore(hit.score)} ${tag}\n`);
    });
  }
  return lines.join('');
}

/**
 * Parses judgements of four columns. Throws PARSE_FAILED naming the line; a file of six columns is reported as a run.
 */
export function parseTrecQrels(text: Text, options: ParseOptions = {}): Qrels {
  const qrels = new Map<string, Map<string, number>>();
  for (const { line, number } of numberedLines(text)) {
    const columns = columnsOf(line);
    if (columns.length !== 4)
      throw wrongColumns(options, number, columns.length, 4, 'query iteration document relevance');
    const [query, , id, rel] = columns as [string, string, string, string];
    addJudgement(qrels, { query, id, rel }, number, options);
  }
  return qrels;
}

export function formatTrecQrels(qrels: Qrels): string {
  const lines: string[] = [];
  for (const [query, judgements] of qrels) {
    const q = word(query, 'query id');
    for (const [id, rel] of judgements) lines.push(`${q} 0 ${word(id, 'document id')} ${rel}\n`);
  }
  return lines.join('');
}

/** Adds one judgement. Throws PARSE_FAILED for a relevance that is not an integer and for a pair judged twice. */
export function addJudgement(
  qrels: Map<string, Map<string, number>>,
  { query, id, rel }: { readonly query: string; readonly id: string; readonly rel: string },
  number: number,
  options: ParseOptions,
): void {
  if (!INTEGER.test(rel)) throw parseFailed(options, number, `relevance ${shown(rel)} is not an integer`);
  const judgements = append(qrels, query, () => new Map<string, number>());
  if (judgements.has(id))
    throw parseFailed(options, number, `document ${shown(id)} judged again for query ${shown(query)}`);
  judgements.set(id, Number(rel));
}

function parseScore(text: string, number: number, options: ParseOptions): number {
  if (NUMBER.test(text)) return Number(text);
  const infinite = INFINITE.exec(text);
  if (infinite) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  throw parseFailed(options, number, `score ${shown(text)} is not a number`);
}

function formatScore(score: number): string {
  if (Number.isNaN(score)) throw new EngineError('INVALID_ARGUMENT', 'A score to be written is NaN');
  return Number.isFinite(score) ? String(score) : score > 0 ? 'inf' : '-inf';
}

function wrongColumns(options: ParseOptions, number: number, have: number, want: number, names: string): EngineError {
  const hint =
    want === 4 && have === 6
      ? 'Six columns are a run; judgements have four (query iteration document relevance).'
      : want === 6 && have === 4
        ? 'Four columns are judgements; a run has six (query Q0 document rank score tag).'
        : 'An id with a space cannot be in TREC format: use JSON lines, or the tab-separated BEIR format.';
  return parseFailed(options, number, `${have} columns, expected ${want} (${names})`, { hint });
}

/** Returns `text` if it is legal as a column. */
function word(text: string, what: string): string {
  if (text !== '' && !/[ \t\v\f\r\n]/.test(text)) return text;
  throw new EngineError('INVALID_ARGUMENT', `The ${what} ${shown(text)} cannot be written in TREC format`, {
    hint: 'TREC columns are separated by blanks: use ids without them, or JSON lines or BEIR TSV.',
  });
}

/** The columns of a line, in one pass. */
const columnsOf = (line: string): readonly string[] => line.match(WORDS) ?? [];

function append<V>(map: Map<string, V>, key: string, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
