// Other queries near a query: keywords that several of its best hits have, and pairs of words that several of their
// titles share.

import type { Analyzer } from '@quire/engine/core';
import type { Work } from '../papers/index.ts';
import type { Answer } from './answer.ts';
import { isWeak } from './weak-words.ts';

/** Hits that are looked at, and queries that are given. */
const HITS = 20;
const GIVEN = 6;
/** Hits that must share a keyword or pair. */
const SHARED = 2;

/** Queries near that of `answer`, from the works of its hits. */
export function relatedTo({ query }: Answer, works: readonly Work[], analyzer: Analyzer): readonly string[] {
  const asked = new Set(query.words.words.keys());
  const isNew = (phrase: string) => analyzer.analyze(phrase).terms.some((term) => !asked.has(term));
  return asked.size === 0 && query.words.runs.length === 0 ? [] : relatedQueries(works, isNew);
}

/** @param isNew whether a phrase asks for something that the query does not ask for already */
function relatedQueries(works: readonly Work[], isNew: (phrase: string) => boolean): readonly string[] {
  const found = new Map<string, { readonly shown: string; times: number }>();
  for (const work of works.slice(0, HITS)) {
    for (const [key, shown] of phrasesOf(work)) {
      const known = found.get(key);
      if (known === undefined) found.set(key, { shown, times: 1 });
      else known.times++;
    }
  }
  return [...found.values()]
    .filter(({ shown, times }) => times >= SHARED && isNew(shown))
    .sort((a, b) => b.times - a.times || (a.shown < b.shown ? -1 : 1))
    .slice(0, GIVEN)
    .map(({ shown }) => shown);
}

/** The phrases of one work, each once, by their form in lower case. */
function phrasesOf({ keywords, title }: Work): ReadonlyMap<string, string> {
  const phrases = new Map<string, string>();
  for (const keyword of keywords) {
    const words = keyword.trim().split(/\s+/).length;
    if (words <= 3 && keyword.length <= 40) phrases.set(keyword.trim().toLowerCase(), keyword.trim());
  }
  for (const part of title.split(/[:,;.?!()[\]“”"]+/)) {
    const words = part.split(/\s+/).filter((word) => word !== '');
    for (const [i, word] of words.entries()) {
      const next = words[i + 1];
      if (next === undefined || isSmall(word) || isSmall(next)) continue;
      const pair = `${word} ${next}`.toLowerCase();
      if (!phrases.has(pair)) phrases.set(pair, pair);
    }
  }
  return phrases;
}

const SMALL = new Set(
  'a an and are as at be by for in is it of on or the to with via towards toward using not no'.split(' '),
);

function isSmall(word: string): boolean {
  return SMALL.has(word.toLowerCase()) || isWeak(word) || !/^\p{L}[\p{L}\p{N}-]{2,}$/u.test(word);
}
