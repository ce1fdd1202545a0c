// Words that no paper has: what is searched in their place, and whether a rare word looks like a mistake for a common
// one. The words come from the index itself.

import type { IndexReader, LexicalQuery } from '@quire/engine/core';
import type { TermsEncoder } from '@quire/engine/encoders';
import { dfPrefix } from '@quire/engine/indexes';
import { editDistance } from '@quire/engine/internals';
import { anyOf } from './query.ts';
import type { QueryWord } from './query-words.ts';
import type { WordStatistics } from './word-statistics.ts';

/** Shorter words have too many neighbours in spelling. */
const SHORTEST = 4;
/** Words from this length on may have two mistakes. */
const TWO_MISTAKES_LENGTH = 8;
/** Words of one query that are corrected: each costs a walk over the dictionary. */
export const CORRECTED_WORDS = 3;
/** Words that may stand in place of one. */
const MOST_INSTEAD = 3;
/** Of two words as near, one this much rarer is left out. */
const RARE = 0.1;
/** A word of at most so many papers may be a mistake for one of at least so many times more. */
const RARE_WORD = 2;
const TIMES_MORE = 50;
/** The text fields: names are not corrected by words, nor words by names. */
const TEXT_FIELDS = ['title', 'abstract'];

/** A word and the terms that are searched, or could be, in its place. */
export interface Substitution {
  readonly term: string;
  readonly typed: string;
  /** Best first. */
  readonly instead: readonly string[];
}

export class Spelling {
  readonly #reader: IndexReader<'terms'>;
  readonly #encoder: TermsEncoder;

  constructor(reader: IndexReader<'terms'>, encoder: TermsEncoder) {
    this.#reader = reader;
    this.#encoder = encoder;
  }

  /** What to search in place of `words`, which no paper has. Those without a neighbour are left out. */
  async substitutions(words: readonly QueryWord[]): Promise<readonly Substitution[]> {
    const long = words.filter(({ term }) => isCorrectable(term)).slice(0, CORRECTED_WORDS);
    const found = await this.#frequencies(long);
    return long
      .map(({ term, typed }) => ({ term, typed, instead: nearest(term, found) }))
      .filter(({ instead }) => instead.length > 0);
  }

  /** Rare words that may be mistakes: one term each that far more papers have. */
  async suspicions(words: readonly QueryWord[], statistics: WordStatistics): Promise<readonly Substitution[]> {
    const rare = words.filter(({ term }) => {
      const times = statistics.frequency(term);
      return isCorrectable(term) && times > 0 && times <= RARE_WORD && statistics.inField('authors', term) === 0;
    });
    if (rare.length === 0 || rare.length > CORRECTED_WORDS) return [];
    const found = await this.#frequencies(rare);
    return rare.flatMap(({ term, typed }) => {
      const [best] = nearest(term, found, 1);
      const isCommon = best !== undefined && (found.get(best) ?? 0) >= TIMES_MORE * statistics.frequency(term);
      return isCommon ? [{ term, typed, instead: [best] }] : [];
    });
  }

  /** Papers that have each term near one of `words`, in the field where it occurs most. */
  async #frequencies(words: readonly QueryWord[]): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>();
    if (words.length === 0) return found;
    const fuzzy = words.map(({ term }): LexicalQuery => ({ type: 'fuzzy', term, distance: mistakes(term) }));
    const clauses = TEXT_FIELDS.map(
      (field): LexicalQuery => ({ type: 'field', field, query: { type: 'or', clauses: fuzzy } }),
    );
    const statistics = await this.#reader.statistics(this.#encoder.query({ type: 'or', clauses }));
    const prefixes = TEXT_FIELDS.map(dfPrefix);
    for (const [name, times] of statistics) {
      const prefix = prefixes.find((each) => name.startsWith(each));
      if (prefix === undefined) continue;
      const term = name.slice(prefix.length);
      found.set(term, Math.max(times, found.get(term) ?? 0));
    }
    return found;
  }
}

/** What is searched in place of a word, at half its weight. */
export function substituteTree({ instead }: Substitution): LexicalQuery {
  return { type: 'boost', boost: 0.5, query: anyOf(instead) };
}

export function isCorrectable(term: string): boolean {
  return term.length >= SHORTEST && /^\p{L}+$/u.test(term);
}

function mistakes(term: string): 1 | 2 {
  return term.length >= TWO_MISTAKES_LENGTH ? 2 : 1;
}

/** The terms fewest mistakes away, the common ones first. */
function nearest(term: string, frequencies: ReadonlyMap<string, number>, limit = mistakes(term)): readonly string[] {
  const points = pointsOf(term);
  let least = limit + 1;
  let best: { readonly near: string; readonly times: number }[] = [];
  for (const [near, times] of frequencies) {
    if (near === term || times === 0) continue;
    const distance = editDistance(points, pointsOf(near), limit);
    if (distance > limit || distance > least) continue;
    if (distance < least) best = [];
    least = distance;
    best.push({ near, times });
  }
  best.sort((a, b) => b.times - a.times || (a.near < b.near ? -1 : 1));
  const enough = (best[0]?.times ?? 0) * RARE;
  return best
    .filter(({ times }) => times >= enough)
    .slice(0, MOST_INSTEAD)
    .map(({ near }) => near);
}

const pointsOf = (text: string) => Array.from(text, (point) => point.codePointAt(0) ?? 0);
