// The rules for rows that enter a library. record.ts reads rows, stored ones as well. The rules here apply only when a
// row is imported, so that a stricter rule leaves stored rows readable.

import { dayNumber, dayOf } from './dates.ts';
import { isRejected, type Rejected, readRecord, type SourceRecord } from './record.ts';

/**
 * Bounds of one record, so that pages, lists and terminals have bounded content. Beside each bound: the largest of
 * 224,434 real rows (arXiv, ACL Anthology, conferences, HF daily).
 */
export const ACCEPTED = {
  titleCharacters: 2_000, // 512
  abstractCharacters: 100_000, // 16,205
  authors: 20_000, // 3,303; 15,025 are the most that a paper is known to have
  nameCharacters: 1_000, // 512
  namesCharacters: 1_000_000, // 41,524, all names of a record
  keywords: 1_000, // 33
  awards: 100, // 2
  listedCharacters: 1_000, // 153, one keyword or award
  textCharacters: 20_000, // 1,606: tldr, comment
  addressCharacters: 2_000, // 247: url, github, projectPage
  daysAhead: 2, // 0; a day begins up to 14 hours earlier elsewhere
} as const;

/** A visible character: not a blank, a control or format character, a filler or a lone accent. */
const VISIBLE = /[^\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u;

const MS_A_DAY = 86_400_000;

/** Reads an imported row. `now` is in milliseconds since 1970-01-01. */
export function acceptRecord(source: string, row: unknown, now: number): SourceRecord | Rejected {
  const record = readRecord(source, row);
  if (isRejected(record)) return record;
  const reason = textProblem(record) ?? namesProblem(record) ?? countProblem(record) ?? dateProblem(record, now);
  return reason === undefined ? record : { reason };
}

function textProblem(record: SourceRecord): string | undefined {
  if (!VISIBLE.test(record.title)) return '"title" has no visible character';
  const { titleCharacters, abstractCharacters, textCharacters, addressCharacters } = ACCEPTED;
  return (
    tooLong('title', record.title, titleCharacters) ??
    tooLong('abstract', record.abstract, abstractCharacters) ??
    tooLong('tldr', record.tldr, textCharacters) ??
    tooLong('comment', record.comment, textCharacters) ??
    tooLong('url', record.url, addressCharacters) ??
    tooLong('github', record.github, addressCharacters) ??
    tooLong('projectPage', record.projectPage, addressCharacters) ??
    listProblem('keywords', record.keywords, ACCEPTED.keywords) ??
    listProblem('awards', record.awards, ACCEPTED.awards)
  );
}

function namesProblem({ authors }: SourceRecord): string | undefined {
  if (authors.length > ACCEPTED.authors) return tooMany('authors', authors.length, ACCEPTED.authors);
  let characters = 0;
  for (const [i, name] of authors.entries()) {
    if (!VISIBLE.test(name)) return `author ${i + 1} has no visible character`;
    const problem = tooLong(`author ${i + 1}`, name, ACCEPTED.nameCharacters, '');
    if (problem !== undefined) return problem;
    characters += name.length;
  }
  if (characters <= ACCEPTED.namesCharacters) return undefined;
  return `the names of "authors" have ${characters} characters, at most ${ACCEPTED.namesCharacters}`;
}

function countProblem(record: SourceRecord): string | undefined {
  for (const name of ['upvotes', 'comments', 'citations', 'authorCount'] as const) {
    const value = record[name];
    if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) continue;
    return `"${name}" is ${value}, not a whole number of at least 0`;
  }
  return undefined;
}

/** A month or a year is in the future when its first day is. */
function dateProblem({ published, listed }: SourceRecord, now: number): string | undefined {
  const today = Math.floor(now / MS_A_DAY);
  for (const [name, date] of [
    ['published', published?.date],
    ['daily', listed],
  ] as const) {
    if (date === undefined || dayNumber(`${date}-01-01`.slice(0, 10)) <= today + ACCEPTED.daysAhead) continue;
    return `"${name}" is ${date}, more than ${ACCEPTED.daysAhead} days after today (${dayOf(today)})`;
  }
  return undefined;
}

function listProblem(name: string, items: readonly string[], limit: number): string | undefined {
  if (items.length > limit) return tooMany(name, items.length, limit);
  const long = items.find((item) => item.length > ACCEPTED.listedCharacters);
  if (long === undefined) return undefined;
  return `an item of "${name}" has ${long.length} characters, at most ${ACCEPTED.listedCharacters}`;
}

function tooMany(name: string, count: number, limit: number): string {
  return `"${name}" has ${count} items, at most ${limit}`;
}

function tooLong(name: string, text: string | undefined, limit: number, quote = '"'): string | undefined {
  if (text === undefined || text.length <= limit) return undefined;
  return `${quote}${name}${quote} has ${text.length} characters, at most ${limit}`;
}
