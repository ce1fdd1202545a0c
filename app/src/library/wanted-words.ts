// What the words of a query ask the index for: weak words left out, other written forms beside each, words that no paper
// has replaced. Made once for a search; the search order (search.ts) uses its trees.

import type { LexicalQuery } from '@quire/engine/core';
import type { TermWeights } from './excerpt.ts';
import type { ReadQuery } from './query.ts';
import { anyOf } from './query.ts';
import { type QueryWord, replacementsOf, replaceTerms, runTree } from './query-words.ts';
import { CORRECTED_WORDS, isCorrectable, type Spelling, type Substitution, substituteTree } from './spelling.ts';
import type { WordStatistics } from './word-statistics.ts';

export interface WantedWords {
  /** The tree of the query for candidates; undefined: nothing is wanted by words. */
  readonly lexical: LexicalQuery | undefined;
  /** Any of the words, none required: what makes a hit one of words. */
  readonly any: LexicalQuery;
  /** One tree for each word; a paper that all match holds every word. */
  readonly every: readonly { readonly term: string; readonly tree: LexicalQuery }[];
  /** Some paper has one of the words, or of what stands in their place. */
  readonly anyIsKnown: boolean;
  readonly weights: TermWeights;
  readonly substitutions: readonly Substitution[];
  /** Words that no paper has, in no form, and that nothing stands in for. */
  readonly unknown: readonly QueryWord[];
  /** More words than are corrected looked misspelled. */
  readonly someNotCorrected: boolean;
}

export interface Reading {
  readonly query: ReadQuery;
  readonly statistics: WordStatistics;
  readonly spelling: Spelling;
  /** Words that are names as well, with their term in the field of authors. */
  readonly authors: ReadonlyMap<string, string>;
  /** Runs of signs that some paper contains, by the first sign. */
  readonly isRunKnown: (typed: string) => boolean;
  /** Words are searched as they are typed, also where no paper has them. */
  readonly isVerbatim: boolean;
}

/** Terms that a search has to count for its words. */
export function termsToCount({ words, compounds, runs }: ReadQuery['words']): readonly string[] {
  const forms = compounds.flatMap(({ together, apart }) => [together, ...apart]);
  return [...words.keys(), ...forms, ...runs.flatMap(({ terms }) => terms)];
}

/** The words that say something about a paper. */
export function contentOf({ words }: ReadQuery['words']): readonly QueryWord[] {
  return [...words.values()].filter(({ isWeak }) => !isWeak);
}

export async function wantedWords(reading: Reading): Promise<WantedWords> {
  const { query, statistics, spelling, authors, isVerbatim } = reading;
  const isKnown = (term: string) => statistics.frequency(term) > 0;
  const content = contentOf(query.words);
  const known = new Map([...replacementsOf(query.words, isKnown, new Map())].filter(([, tree]) => tree !== undefined));
  const absent = content.filter(({ term }) => statistics.isUnknown(term) && !known.has(term) && !authors.has(term));
  const substitutions = isVerbatim ? [] : await spelling.substitutions(absent);
  const near = new Map(substitutions.map((each) => [each.term, substituteTree(each)]));
  const replaced = new Map(replacementsOf(query.words, isKnown, near));
  for (const [term, name] of authors) {
    const itself: LexicalQuery = replaced.get(term) ?? { type: 'term', term };
    replaced.set(term, { type: 'or', clauses: [itself, inAuthors(name)] });
  }
  const runs = query.words.runs.filter(({ typed }) => reading.isRunKnown(typed));
  for (const run of query.words.runs) if (!runs.includes(run)) replaced.set(run.terms[0] ?? '', undefined);
  const signs = query.words.runs.flatMap(({ terms }) => terms);
  const kept = content.filter(({ term }) => !replaced.has(term) || replaced.get(term) !== undefined);
  const treeOf = (term: string): LexicalQuery => replaced.get(term) ?? { type: 'term', term };
  const unknown = absent.filter(({ term }) => !near.has(term));
  const present = kept.filter((word) => !unknown.includes(word));
  const lexical = query.loose.lexical && replaceTerms(query.loose.lexical, replaced);
  const isNothing =
    lexical !== undefined && lexical.type === 'or' && lexical.clauses.every(({ type }) => type === 'not');
  return {
    lexical: isNothing ? undefined : lexical,
    any: replaceTerms(anyOf([...query.words.words.keys(), ...signs]), replaced),
    every: [
      ...present.map(({ term }) => ({ term, tree: treeOf(term) })),
      ...runs.map((run) => ({ term: run.typed, tree: runTree(run) })),
    ],
    anyIsKnown: present.length > 0 || runs.length > 0,
    weights: weightsOf(reading, kept, substitutions),
    substitutions,
    unknown,
    someNotCorrected: !isVerbatim && absent.filter(({ term }) => isCorrectable(term)).length > CORRECTED_WORDS,
  };
}

export function inAuthors(name: string): LexicalQuery {
  return { type: 'field', field: 'authors', query: { type: 'term', term: name } };
}

/** Weights of the words that are kept and of what stands beside or for them. */
function weightsOf(
  { query, statistics }: Reading,
  kept: readonly QueryWord[],
  substitutions: readonly Substitution[],
): TermWeights {
  const terms = new Set(kept.map(({ term }) => term));
  for (const { at, together, apart, number } of query.words.compounds) {
    if (!terms.has(at)) continue;
    terms.add(together);
    if (number === undefined) terms.add(apart[0]);
  }
  for (const { terms: signs } of query.words.runs) for (const sign of signs) terms.add(sign);
  const counted = statistics.weights();
  const most = Math.log(1 + statistics.documents);
  const weights = new Map([...terms].map((term) => [term, counted.get(term) ?? most]));
  for (const { instead } of substitutions) for (const term of instead) weights.set(term, most);
  return weights;
}
