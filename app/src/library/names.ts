// The names that a search looks up before it scores: ids, titles, authors. The site looks in the store, an evaluation
// in the documents of its collection.

import { titleHashOf, type Work } from '../papers/index.ts';
import type { Store } from '../store/index.ts';
import { worksNamed } from './lookup.ts';

export interface Names {
  /** Keys of the papers whose id, DOI or address `text` is, best first. */
  named(text: string): Promise<readonly string[]>;
  /** Keys of the papers with this title. */
  titled(text: string): Promise<readonly string[]>;
  /** The authors of each paper, in their order; undefined where they cannot be read: its row is damaged. */
  authorsOf(keys: readonly string[]): Promise<ReadonlyMap<string, readonly string[] | undefined>>;
  /** Titles and abstracts of papers. */
  texts(keys: readonly string[]): Promise<readonly string[]>;
  /** The papers themselves; none in a test collection. */
  papers(keys: readonly string[]): Promise<readonly Work[]>;
}

export function storeNames(store: Store): Names {
  return {
    named: (text) => worksNamed(store, text),
    titled: (text) => store.worksByTitle(titleHashOf(text)),
    authorsOf: async (keys) => {
      const { works, damaged } = await store.read(keys);
      const missing = damaged.length > 0 ? undefined : [];
      const authors = new Map<string, readonly string[] | undefined>(keys.map((key) => [key, missing]));
      for (const work of works) authors.set(work.key, work.authors);
      return authors;
    },
    texts: async (keys) => (await store.read(keys)).works.map(({ title, abstract }) => `${title} ${abstract}`),
    papers: async (keys) => (await store.read(keys)).works,
  };
}

/** Names in a test collection, whose documents have an id and a title. */
export function documentNames(documents: readonly { readonly id: string; readonly title: string }[]): Names {
  const ids = new Set(documents.map(({ id }) => id));
  const titles = new Map<string, string[]>();
  for (const { id, title } of documents) {
    if (title === '') continue;
    const hash = titleHashOf(title);
    const same = titles.get(hash);
    if (same === undefined) titles.set(hash, [id]);
    else same.push(id);
  }
  return {
    named: async (text) => (ids.has(text.trim()) ? [text.trim()] : []),
    titled: async (text) => titles.get(titleHashOf(text)) ?? [],
    authorsOf: async (keys) => new Map(keys.map((key) => [key, []])),
    texts: async () => [],
    papers: async () => [],
  };
}
