// How much of one paper an output shows, and how much a request may ask for. Every such bound of the product is here;
// docs/http.md states them. What a record may contain at all is papers/record.ts.

import type { Work } from '../papers/index.ts';
import { cutAt } from './characters.ts';

/** Sizes are UTF-16 code units for text and entries for lists. */
export interface Bounds {
  readonly abstract: number;
  /** Any other text. */
  readonly text: number;
  readonly authors: number;
  /** Entries of any other list: keywords, sources. */
  readonly entries: number;
  /** One entry. */
  readonly entry: number;
  /** An address or identifier. A part of one is wrong, so a longer one is left out. */
  readonly address: number;
}

/** One paper for a program: API and JSON. The longest author list of a real paper has 5,154 names. */
export const WHOLE: Bounds = {
  abstract: 200_000,
  text: 10_000,
  authors: 6_000,
  entries: 500,
  entry: 200,
  address: 2_000,
};
/** A paper in a list of papers. One abstract in 10,000 is longer. */
export const LISTED: Bounds = { abstract: 4_000, text: 300, authors: 20, entries: 10, entry: 100, address: 500 };
/** One paper for a reader: its page, and the terminal. */
export const PAGE: Bounds = { abstract: 20_000, text: 2_000, authors: 50, entries: 50, entry: 200, address: 2_000 };

/** Works beside the first that one id names. */
export const OTHERS = 20;
/** One sentence of a search hit, and one note. */
export const SENTENCE = 1_000;
/** Notes of one answer. */
export const NOTES = 20;

/** Requests. */
export const REQUEST = {
  /** Deepest entry of a list that can be asked for. */
  offset: 10_000,
  /** Entries of one answer. */
  limit: 100,
  /** Characters of a query that are shown again on the page. */
  shownQuery: 300,
  /** Bytes of path and query together. An id of 1,000 characters takes at most 9,000. */
  url: 16_384,
  /** Bytes of all headers, with the request line. */
  headers: 32_768,
  /** Bytes of a body. Only the handover of files takes one. */
  body: 1_048_576,
  /** Milliseconds until the headers, and the whole request, must have arrived. */
  headersMs: 10_000,
  requestMs: 30_000,
} as const;

/** The full sizes of fields that were shortened, by name. */
export type Cut = Readonly<Record<string, number>>;

/** A work within bounds. */
export type BoundedWork = Work & { readonly cut?: Cut };

const ADDRESSES: ReadonlySet<string> = new Set(['url', 'github', 'projectPage', 'doi', 'arxivId', 'id']);

/** `work` with every text and every list within `bounds`; `cut` names what was shortened, with its full size. */
export function bounded(work: BoundedWork, bounds: Bounds): BoundedWork {
  const changed: Record<string, unknown> = {};
  const cut: Record<string, number> = {};
  for (const [name, value] of Object.entries(work)) {
    if (name === 'cut' || name === 'key') continue; // a key is a hash, or an identifier that papers/record.ts bounds
    const inside = within(name, value, name === 'abstract' ? bounds.abstract : bounds.text, bounds);
    if (inside === value) continue;
    changed[name] = inside;
    cut[name] = typeof value === 'string' || Array.isArray(value) ? value.length : 0;
  }
  if (Object.keys(changed).length === 0) return work; // nearly always
  // A changed field keeps its type: texts and lists are shortened, an optional address becomes undefined.
  return { ...work, ...(changed as Partial<Work>), cut: { ...cut, ...work.cut } };
}

/** How many entries a list of the work has in all, shortened or not. */
export function sizeIn(work: BoundedWork, name: 'authors' | 'keywords' | 'categories' | 'sources' | 'awards'): number {
  return work.cut?.[name] ?? work[name].length;
}

/** The value itself when it is within the bounds; else a shortened copy. */
function within(name: string, value: unknown, text: number, bounds: Bounds): unknown {
  if (typeof value === 'string') {
    if (ADDRESSES.has(name)) return value.length > bounds.address ? undefined : value;
    return cutAt(value, text);
  }
  if (Array.isArray(value)) {
    const size = name === 'authors' ? bounds.authors : bounds.entries;
    const kept = value.length > size ? value.slice(0, size) : value;
    const inside = kept.map((entry: unknown) => within('', entry, bounds.entry, bounds));
    return kept.length === value.length && inside.every((entry, i) => entry === value[i]) ? value : inside;
  }
  if (typeof value !== 'object' || value === null) return value;
  const inside = Object.entries(value).map(([key, inner]) => [key, within(key, inner, bounds.entry, bounds)] as const);
  return inside.every(([key, inner]) => inner === (value as Record<string, unknown>)[key]) // an object, by its entries
    ? value
    : Object.fromEntries(inside);
}
