// The sentence of an abstract that answers a query best, with the words that match marked.

import type { Analyzer } from '@quire/engine/core';
import { sentences } from '@quire/engine/text';
import type { Excerpt } from '../server/services.ts';

/** How much a query term says; terms that say nothing are left out. */
export type TermWeights = ReadonlyMap<string, number>;

/** `terms` makes the terms of the query; `offsets` is the same without changes to the text, so that places can be marked. */
export interface ExcerptAnalyzers {
  readonly terms: Analyzer;
  readonly offsets: Analyzer;
}

/**
 * The best sentence of `text`: largest sum of the weights of the different terms in it, the earlier one at a tie.
 * Without any matching term the first sentence, unmarked. undefined for a text without words.
 */
export function bestSentence(text: string, weights: TermWeights, analyzers: ExcerptAnalyzers): Excerpt | undefined {
  const tokens = analyzers.offsets.analyze(text);
  const spans = sentences(text).map(({ start, end }) => [start, end] as const);
  if (spans.length === 0) return undefined;
  const marks: (readonly [number, number])[][] = spans.map(() => []);
  const found = spans.map(() => new Set<string>());
  let at = 0;
  for (let i = 0; i < tokens.length; i++) {
    const [start, end] = [tokens.starts[i] ?? 0, tokens.ends[i] ?? 0];
    while (at < spans.length - 1 && start >= (spans[at]?.[1] ?? 0)) at++;
    const term = termOf(text.slice(start, end), tokens.terms[i] ?? '', analyzers.terms);
    if (!weights.has(term)) continue;
    found[at]?.add(term);
    marks[at]?.push([start, end]);
  }
  const scores = found.map((terms) => [...terms].reduce((sum, term) => sum + (weights.get(term) ?? 0), 0));
  const best = scores.indexOf(Math.max(...scores));
  const [from, to] = spans[best] ?? [0, 0];
  return {
    text: text.slice(from, to),
    marks: (marks[best] ?? []).filter(([, end]) => end <= to).map(([start, end]) => [start - from, end - from]),
  };
}

/** The index holds words without accents and TeX; a word of the shown text is compared in the same form. */
function termOf(word: string, term: string, papers: Analyzer): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  if (/^[\x00-\x7f]*$/.test(word)) return term;
  return papers.analyze(word).terms[0] ?? term;
}
