// A query that is the id or the address of one paper. When that paper is not here, the answer says so, offers to add it,
// and nothing else is searched: digits and addresses have no words.

import { identify } from '../papers/index.ts';

/** A paper that the query names and the library does not have. */
export interface MissingPaper {
  /** As typed. */
  readonly name: string;
  /** What to add it by: an arXiv id, a DOI or an address. */
  readonly add: string;
}

/** undefined for a query that names no paper by an identifier. */
export function addressed(text: string): MissingPaper | undefined {
  const { arxiv, doi } = identify(text);
  if (arxiv !== undefined) return { name: text, add: arxiv.id };
  if (doi !== undefined) return { name: text, add: doi };
  return /^https?:\/\/\S+$/i.test(text) ? { name: text, add: text } : undefined;
}

/** Sites whose addresses hold the id that their papers have in files: in the path, or as `id=`. */
const SITES = /^(?:www\.)?(?:aclanthology\.org|openreview\.net)$/i;

/** What an address of such a site may call a paper. */
export function namesInAddress(text: string): readonly string[] {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return [];
  const { hostname, pathname, searchParams } = new URL(text);
  if (!SITES.test(hostname)) return [];
  const last = pathname.split('/').findLast((part) => part !== '');
  const names = [searchParams.get('id'), last?.replace(/\.(?:pdf|bib)$/i, '')];
  return names.filter((name) => typeof name === 'string');
}
