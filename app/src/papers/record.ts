// A source record: one paper as one source describes it, checked but not interpreted further. The store keeps the raw
// line; this is its parsed form. fold.ts folds records into works.

import { type PaperDate, parseDate } from './dates.ts';
import { identify } from './identifiers.ts';
import { nameKey, titleKey } from './titles.ts';

export interface SourceRecord {
  /** The name of its source: `arxiv`, `acl-anthology`, a file's name. Text as `sourceName` gives it. */
  readonly source: string;
  /** The source's own id; any characters, '' when the source gives none. Not unique within a source. */
  readonly id: string;
  readonly title: string;
  readonly abstract: string;
  readonly authors: readonly string[];
  /** The stated number of authors, if the names are unknown. */
  readonly authorCount?: number;
  readonly published?: PaperDate;
  /** The day on which a daily list showed it, `YYYY-MM-DD`. */
  readonly listed?: string;
  readonly venue?: string;
  readonly url?: string;
  readonly arxivId?: string;
  readonly doi?: string;
  readonly keywords: readonly string[];
  readonly awards: readonly string[];
  readonly tldr?: string;
  readonly organization?: string;
  readonly status?: string;
  readonly comment?: string;
  readonly github?: string;
  readonly projectPage?: string;
  readonly upvotes?: number;
  readonly comments?: number;
  readonly citations?: number;
}

/** Why a row is not a record: a sentence for the user of the import. */
export interface Rejected {
  readonly reason: string;
}

/** The longest accepted texts; real titles and abstracts are two orders of magnitude shorter. */
const LIMITS = { title: 5_000, abstract: 200_000, id: 1_000, authors: 20_000, list: 5_000 } as const;

/** Every run of white space other than one blank. */
const BLANKS = /\s{2,}|[^\S ]/g;

/**
 * The name of a source as it is stored. The store's driver ends text at a NUL and cannot write half of a surrogate
 * pair; a row that reads back otherwise than it was written would count as damaged.
 */
export function sourceName(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

/**
 * Reads one row. Unknown fields are ignored here (the raw row is kept); a known field of a wrong type rejects the row.
 */
export function readRecord(source: string, row: unknown): SourceRecord | Rejected {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return { reason: 'the row is not a JSON object' };
  const fields = new Fields(row as Readonly<Record<string, unknown>>);
  const title = fields.text('title', LIMITS.title)?.replace(BLANKS, ' ').trim() ?? '';
  const id = fields.id();
  const abstract = fields.text('abstract', LIMITS.abstract) ?? fields.text('summary', LIMITS.abstract) ?? '';
  const url = fields.text('url', 5_000);
  const names = identifiersOf(fields, id, url);
  const record: SourceRecord = {
    source: sourceName(source),
    id,
    title,
    abstract: abstract.replace(BLANKS, ' ').trim(),
    authors: fields.list('authors', LIMITS.authors).flatMap(splitNames),
    keywords: fields.list('keywords', LIMITS.list),
    awards: fields.list('awards', LIMITS.list),
    ...optional('authorCount', fields.count('authorCount')),
    ...optional('published', fields.date('published')),
    ...optional('listed', fields.day('daily')),
    ...optional('venue', fields.text('venue', 1_000)),
    ...optional('url', url),
    ...optional('arxivId', names.arxivId),
    ...optional('doi', names.doi),
    ...optional('tldr', fields.text('tldr', LIMITS.abstract)),
    ...optional('organization', fields.text('organization', 1_000)),
    ...optional('status', fields.text('status', 1_000)),
    ...optional('comment', fields.text('comment', LIMITS.abstract)),
    ...optional('github', fields.text('github', 5_000)),
    ...optional('projectPage', fields.text('projectPage', 5_000)),
    ...optional('upvotes', fields.count('upvotes')),
    ...optional('comments', fields.count('comments')),
    ...optional('citations', fields.count('citations')),
  };
  if (fields.problem !== undefined) return { reason: fields.problem };
  if (title === '') return { reason: 'the row has no title' };
  return record;
}

/** True when reading failed. */
export function isRejected(value: SourceRecord | Rejected): value is Rejected {
  return 'reason' in value;
}

/** First author in comparable form; undefined when no name is known; undefined is equal to no author. */
export function firstAuthorKey(record: SourceRecord): string | undefined {
  const key = record.authors[0] === undefined ? '' : nameKey(record.authors[0]);
  return key === '' ? undefined : key;
}

/** Title in comparable form; a title of signs only keeps its signs. */
export function recordTitleKey(record: SourceRecord): string {
  return titleKey(record.title) || record.title;
}

function identifiersOf(fields: Fields, id: string, url: string | undefined): { arxivId?: string; doi?: string } {
  const byId = identify(id);
  const byUrl = url === undefined ? {} : identify(url);
  const doiText = fields.text('doi', 2_000);
  const named = doiText === undefined ? byId : identify(doiText);
  const stated = [fields.text('arxivId', 500), fields.text('arxiv_id', 500), fields.text('arxiv', 500)];
  const inOwnField = stated
    .map((text) => (text === undefined ? undefined : identify(text).arxiv))
    .find((found) => found);
  const arxivId = (inOwnField ?? byId.arxiv ?? byUrl.arxiv ?? named.arxiv)?.id;
  const doi = named.doi ?? byUrl.doi;
  // arXiv's own DOIs add nothing to the arXiv id.
  const ownDoi = doi?.startsWith('10.48550/arxiv.') === true;
  return { ...optional('arxivId', arxivId), ...(ownDoi ? {} : optional('doi', doi)) };
}

/** Several names in one string, as in some sources; `Last, First` and `X, Jr.` stay one name. */
function splitNames(text: string): readonly string[] {
  const name = text.replace(BLANKS, ' ').trim();
  if (!name.includes(',')) return name === '' ? [] : [name];
  const names = name
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  return names.length > 1 && names.every((each) => each.includes(' ')) ? names : [name];
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}

/** Typed reading of a row; keeps the first problem. */
class Fields {
  problem: string | undefined;
  readonly #row: Readonly<Record<string, unknown>>;

  constructor(row: Readonly<Record<string, unknown>>) {
    this.#row = row;
  }

  text(name: string, limit: number): string | undefined {
    const value = this.#row[name];
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value !== 'string') return this.#fail(name, 'a string', value);
    if (value.length > limit) return this.#tooLong(name, value.length, limit);
    return value.isWellFormed() ? value : value.toWellFormed(); // half a surrogate pair is not text
  }

  id(): string {
    const value = this.#row.id;
    if (typeof value === 'number' && Number.isFinite(value)) return String(value);
    return this.text('id', LIMITS.id) ?? '';
  }

  list(name: string, limit: number): readonly string[] {
    const value = this.#row[name];
    if (value === undefined || value === null) return [];
    if (typeof value === 'string') return value === '' ? [] : [value];
    if (!Array.isArray(value)) return this.#fail(name, 'a list of strings', value) ?? [];
    if (value.length > limit) return this.#tooLong(name, value.length, limit) ?? [];
    const found: string[] = [];
    for (const item of value) {
      if (typeof item !== 'string') return this.#fail(name, 'a list of strings', item) ?? [];
      if (item.trim() !== '') found.push(item.toWellFormed());
    }
    return found;
  }

  count(name: string): number | undefined {
    const value = this.#row[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'number' || !Number.isFinite(value)) return this.#fail(name, 'a number', value);
    return value;
  }

  date(name: string): PaperDate | undefined {
    const value = this.#row[name];
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value !== 'string' && typeof value !== 'number') return this.#fail(name, 'a date', value);
    return parseDate(value) ?? this.#fail(name, 'a date (YYYY, YYYY-MM or YYYY-MM-DD)', value);
  }

  day(name: string): string | undefined {
    const date = this.date(name);
    return date?.precision === 'day' ? date.date : undefined;
  }

  #fail(name: string, wanted: string, value: unknown): undefined {
    const shown = (JSON.stringify(value) ?? String(value)).slice(0, 60);
    this.problem ??= `"${name}" is not ${wanted}: ${shown}`;
    return undefined;
  }

  #tooLong(name: string, length: number, limit: number): undefined {
    this.problem ??= `"${name}" is too long: ${length}, at most ${limit}`;
    return undefined;
  }
}
