// A work: all source records of one paper, combined. It is a pure function of the set of records, so it can be deleted
// and rebuilt, and removing a record removes all of its effects.

import { hash } from 'node:crypto';
import { compareDates, type PaperDate } from './dates.ts';
import { firstAuthorKey, recordTitleKey, type SourceRecord } from './record.ts';
import { nameKey, titleKey } from './titles.ts';

export interface Work {
  /** Stable key: `arxiv:2503.11731`, `doi:10.…` or `t:` and a hash (docs/adr/0013-works.md). */
  readonly key: string;
  readonly title: string;
  /** '' when no source has one. */
  readonly abstract: string;
  /** The source whose title and abstract are shown: its licence is the text's licence. */
  readonly textSource: string;
  readonly authors: readonly string[];
  /** The known names, or the count that a source states. undefined: unknown. */
  readonly authorCount?: number;
  readonly organization?: string;
  readonly published?: PaperDate;
  /** The day on whose page it is shown: the first daily list with it, else the day of publication. */
  readonly day?: string;
  readonly year?: number;
  readonly venue?: string;
  readonly arxivId?: string;
  readonly doi?: string;
  readonly url?: string;
  readonly github?: string;
  readonly projectPage?: string;
  /** arXiv categories, `cs.IR`. */
  readonly categories: readonly string[];
  readonly keywords: readonly string[];
  readonly awards: readonly string[];
  readonly tldr?: string;
  readonly status?: string;
  readonly comment?: string;
  readonly upvotes: number;
  readonly comments: number;
  readonly citations?: number;
  /** Its records, in the order of precedence of their fields. */
  readonly sources: readonly WorkSource[];
}

export interface WorkSource {
  readonly source: string;
  readonly id: string;
  readonly url?: string;
}

/** Sources in order of preference for texts: open licence and closest to the authors first. */
const PREFERRED_FIRST = ['arxiv', 'acl-anthology'];
const PREFERRED_LAST = ['conferences', 'hf-daily'];
const CATEGORY =
  /^[a-z-]{2,8}\.[A-Z]{2}$|^(?:gr-qc|hep-(?:ex|lat|ph|th)|math-ph|nucl-(?:ex|th)|quant-ph)$|^[a-z-]+\.[a-z-]{3,9}$/;

/**
 * The identity keys of a record. Records that share one are the same work (unless their titles differ, see fold.ts).
 * Never empty: a record without identifier and author has a key of its own. Sources list authors in different orders,
 * so the title counts together with the first author, and with the first and last author by alphabet: equal sets share
 * these two, and sets that overlap nearly always share one.
 */
export function identityKeys(record: SourceRecord): readonly string[] {
  const names = record.authors
    .map(nameKey)
    .filter((name) => name !== '')
    .sort(compare);
  const [least] = names;
  const others = least === undefined ? [] : [least, names.at(-1) ?? least];
  return [...new Set([...ownKeys(record), ...others.map((author) => titleAndAuthor(record, author))])];
}

/** Those that the key of a work is made from. */
function ownKeys(record: SourceRecord): readonly string[] {
  const keys: string[] = [];
  if (record.arxivId !== undefined) keys.push(`arxiv:${record.arxivId}`);
  if (record.doi !== undefined) keys.push(`doi:${record.doi}`);
  const author = firstAuthorKey(record);
  if (author !== undefined) keys.push(titleAndAuthor(record, author));
  if (keys.length === 0) keys.push(`r:${shortHash(`${record.source}\n${record.id}\n${recordTitleKey(record)}`)}`);
  return keys;
}

function titleAndAuthor(record: SourceRecord, author: string): string {
  return `t:${shortHash(`${recordTitleKey(record)}\n${author}`)}`;
}

/** The hash of a record's normalised title: the third component of its key in the store. 20 hexadecimal digits. */
export function titleHash(record: SourceRecord): string {
  return titleHashOf(record.title);
}

/** The hash of a title, as in the keys of records: for looking a title up. */
export function titleHashOf(title: string): string {
  return shortHash(titleKey(title) || title);
}

/**
 * Makes the work of records that belong together. `byTitle`: other records contest its records' identifiers (fold.ts),
 * so the key is made from title and author. `key`: the key of these records, if it is known.
 */
export function makeWork(
  records: readonly SourceRecord[],
  options: { readonly byTitle?: boolean; readonly key?: string } = {},
): Work {
  const ordered = [...records].sort(compareRecords);
  const text = ordered.find((record) => record.abstract !== '') ?? ordered[0];
  if (text === undefined) throw new RangeError('a work needs at least one record');
  const authors = ordered.find((record) => record.authors.length > 0)?.authors ?? [];
  const published = ordered.flatMap((record) => record.published ?? []).sort(compareDates)[0];
  const listed = ordered.flatMap((record) => record.listed ?? []).sort()[0];
  const day = listed ?? (published?.precision === 'day' ? published.date : undefined);
  const terms = [...new Set(ordered.flatMap((record) => record.keywords))];
  return {
    key: options.key ?? workKey(ordered, options.byTitle ?? false),
    title: text.title,
    abstract: text.abstract,
    textSource: text.source,
    authors,
    ...given('authorCount', authors.length > 0 ? authors.length : first(ordered, 'authorCount')),
    ...given('organization', first(ordered, 'organization')),
    ...given('published', published),
    ...given('day', day),
    ...given('year', yearFrom(published, day)),
    ...given('venue', venueOf(ordered)),
    ...given('arxivId', smallest(ordered, 'arxivId')),
    ...given('doi', smallest(ordered, 'doi')),
    ...given('url', first(ordered, 'url')),
    ...given('github', first(ordered, 'github')),
    ...given('projectPage', first(ordered, 'projectPage')),
    categories: terms.filter((term) => CATEGORY.test(term)),
    keywords: terms.filter((term) => !CATEGORY.test(term)),
    awards: [...new Set(ordered.flatMap((record) => record.awards))],
    ...given('tldr', first(ordered, 'tldr')),
    ...given('status', first(ordered, 'status')),
    ...given('comment', first(ordered, 'comment')),
    upvotes: largest(ordered, 'upvotes') ?? 0,
    comments: largest(ordered, 'comments') ?? 0,
    ...given('citations', largest(ordered, 'citations')),
    sources: ordered.map((record) => ({ source: record.source, id: record.id, ...given('url', record.url) })),
  };
}

/** Total order of records: preferred source, then source, id, title, and at last the whole content. */
function compareRecords(a: SourceRecord, b: SourceRecord): number {
  return (
    rank(a.source) - rank(b.source) ||
    compare(a.source, b.source) ||
    compare(a.id, b.id) ||
    compare(a.title, b.title) ||
    compare(JSON.stringify(a), JSON.stringify(b))
  );
}

/** The strongest identifier, so that a key changes only when a stronger one becomes known. */
function workKey(records: readonly SourceRecord[], byTitle: boolean): string {
  const keys = records.flatMap(ownKeys).sort(compare);
  const of = (prefix: string) => keys.find((key) => key.startsWith(prefix));
  const strong = byTitle ? undefined : (of('arxiv:') ?? of('doi:'));
  const key = strong ?? of('t:') ?? of('r:');
  if (key !== undefined) return key;
  // Contested identifiers and no author: only the records themselves are left.
  const own = records.map((record) => `${record.source}\n${record.id}\n${recordTitleKey(record)}`).sort(compare);
  return `r:${shortHash(own[0] ?? '')}`;
}

/** The venue of publication; "arXiv" only when nothing better is known. */
function venueOf(records: readonly SourceRecord[]): string | undefined {
  const venues = records.flatMap((record) => record.venue ?? []);
  return venues.find((venue) => venue.toLowerCase() !== 'arxiv') ?? venues[0];
}

function yearFrom(published: PaperDate | undefined, day: string | undefined): number | undefined {
  const date = published?.date ?? day;
  return date === undefined ? undefined : Number(date.slice(0, 4));
}

function first<K extends keyof SourceRecord>(records: readonly SourceRecord[], name: K): SourceRecord[K] | undefined {
  return records.find((record) => record[name] !== undefined)?.[name];
}

function smallest(records: readonly SourceRecord[], name: 'arxivId' | 'doi'): string | undefined {
  return records.flatMap((record) => record[name] ?? []).sort(compare)[0];
}

function largest(records: readonly SourceRecord[], name: 'upvotes' | 'comments' | 'citations'): number | undefined {
  const values = records.flatMap((record) => record[name] ?? []);
  return values.length === 0 ? undefined : Math.max(...values);
}

function given<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}

function rank(source: string): number {
  const early = PREFERRED_FIRST.indexOf(source);
  if (early >= 0) return early;
  const late = PREFERRED_LAST.indexOf(source);
  return PREFERRED_FIRST.length + (late >= 0 ? 1 + late : 0);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function shortHash(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 20);
}
