// From any name of a paper to its work: work keys, arXiv ids, DOIs, addresses, and sources' own ids.

import { identify } from '../papers/index.ts';
import type { Store } from '../store/index.ts';
import { namesInAddress } from './missing.ts';

/** Keys of the works that `text` names, best first, each once; [] when it names none here. */
export async function worksNamed(store: Store, text: string): Promise<readonly string[]> {
  const name = text.trim();
  if (text === '' || text.length > NAME_LIMIT) return [];
  const { arxiv, doi } = identify(name);
  const found = new Set<string>();
  // A source's id may be any text, blanks around it included.
  const exact = new Set([text, name]);
  for (const key of exact) if (key !== '' && (await store.hasWork(key))) found.add(key);
  const identities = [arxiv && `arxiv:${arxiv.id}`, doi && `doi:${doi}`, KEY.test(name) ? name : undefined];
  for (const identity of identities) {
    for (const key of identity === undefined ? [] : await store.worksByIdentity(identity)) found.add(key);
  }
  for (const id of exact) for (const key of await store.worksBySourceId(id)) found.add(key);
  if (found.size > 0) return [...found];
  // Nothing is called by the address: its source may call the paper by a part of it.
  for (const id of namesInAddress(name)) for (const key of await store.worksBySourceId(id)) found.add(key);
  return [...found];
}

/** Longest id that a record may have is 1,000 characters. */
const NAME_LIMIT = 1_000;
/** A work's key, also one that it had before it grew. */
const KEY = /^(?:arxiv|doi|t|r):/;
