// A format: how papers become text for another program. A format is a pure function from works to chunks of text, so
// that a list of any length is written as it is read. It knows no HTTP, no store and no page.

import type { Work } from '../papers/index.ts';

/** What a format may say about the list itself. */
export interface ListFacts {
  /** "Papers of 24 April 2026". */
  readonly title: string;
  /** The name of the instance: "Daily Papers". */
  readonly siteTitle: string;
  /** Origin of the site without a slash at its end: `http://127.0.0.1:4321`. */
  readonly site: string;
  /** Path and query of the page for readers. */
  readonly page: string;
  /** Path and query of this very document. */
  readonly self: string;
  /** Path and query of the document with the papers after these. */
  readonly next?: string;
  /** Names the instance in identifiers that outlast an address: the host of the site. */
  readonly authority: string;
  /** How many papers the whole list has, where that is known, and the first one here. */
  readonly total?: number;
  readonly offset?: number;
  /** For answers to a search: the query. */
  readonly query?: string;
}

export type Works = AsyncIterable<Work> | Iterable<Work>;

export interface Format {
  /** The name on the command line: `bibtex`. */
  readonly name: string;
  /** The end of an address and of a file's name, with the dot: `.bib`. */
  readonly extension: string;
  /** The whole Content-Type. */
  readonly contentType: string;
  /** Media types without parameters that name this format in an Accept header. The first is the one of contentType. */
  readonly mediaTypes: readonly string[];
  /** 'feed': the newest entries, page by page; 'data': every paper. */
  readonly kind: 'feed' | 'data';
  readonly write: (works: Works, list: ListFacts) => AsyncGenerator<string>;
}
