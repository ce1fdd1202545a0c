// "papers like X": X is any name of a paper, its title, or the short title before its colon.

import type { Analyzer, LexicalQuery, Ranking } from '@quire/engine/core';
import { titleKey, type Work } from '../papers/index.ts';
import type { Names } from './names.ts';
import { phraseOf } from './query.ts';

const LIKE =
  /^(?:(?:find|show)\s+)?(?:(?:more|other)\s+)?(?:(?:papers?|works?|articles?|research|anything)\s+)?(?:like|similar\s+to|related\s+to)\s+(?:the\s+(?:paper|work|article)\s+)?(\S.*)$/is;
/** "like" alone, without "papers", is an ordinary word. */
const STARTS = /^(?:(?:find|show|more|other|papers?|works?|articles?|research|anything)\s|similar\s+to\s)/i;

/** What papers like it are asked for; undefined when the query asks for something else. */
export function likeWhat(text: string): string | undefined {
  if (!STARTS.test(text)) return undefined;
  const what = LIKE.exec(text)?.[1]
    ?.replace(/^["“”„«]|["“”»?.]+$/g, '')
    .trim();
  return what === '' ? undefined : what;
}

/** Titles that are looked through for a short one. */
const TITLES = 50;

/** The paper that is called so. */
export async function paperCalled(
  name: string,
  names: Names,
  ask: (query: LexicalQuery, k: number) => Promise<Ranking>,
  analyzer: Analyzer,
): Promise<Work | undefined> {
  const named = await names.named(name);
  const keys = named.length > 0 ? named : await names.titled(name);
  if (keys.length > 0) return (await names.papers(keys.slice(0, 1)))[0];
  const phrase = phraseOf(name, analyzer);
  if (phrase === undefined) return undefined;
  const hits = await ask({ type: 'field', field: 'title', query: phrase }, TITLES);
  const works = await names.papers(hits.map(({ id }) => id));
  return works.find(
    ({ title }) => title.includes(':') && titleKey(title.slice(0, title.indexOf(':'))) === titleKey(name),
  );
}
