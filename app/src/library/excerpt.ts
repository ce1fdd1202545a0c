// The sentence of an abstract that matches a query best, with the matching words marked.

import type { Analyzer } from '@quire/engine/core';
import { sentences } from '@quire/engine/text';

/** A piece of text and where to mark it: [start, end) in UTF-16 code units. */
export interface Excerpt {
  readonly text: string;
  readonly marks: readonly (readonly [start: number, end: number])[];
}

/** The weight of a query term; terms without information are left out. */
export type TermWeights = ReadonlyMap<string, number>;

/**
 * `terms` makes the terms of the query. `offsets` makes the same terms from the unchanged text, so that its ranges can
 * be marked.
 */
export interface ExcerptAnalyzers {
  readonly terms: Analyzer;
  readonly offsets: Analyzer;
}

/**
 * Finds the best sentence of a text: largest sum of the weights of the different terms in it, the earlier one at a tie.
 * Without any matching term the first sentence, unmarked. undefined for a text without words.
 */
export function excerpts(weights: TermWeights, analyzers: ExcerptAnalyzers): (text: string) => Excerpt | undefined {
  const beginnings = beginningsOf(weights.keys());
  return (text) => {
    const spans = sentences(text).map(({ start, end }) => [start, end] as const);
    if (spans.length === 0) return undefined;
    const marks: (readonly [number, number])[][] = spans.map(() => []);
    const found = spans.map(() => new Set<string>());
    let at = 0;
    for (const { term, start, end } of matches(text, weights, beginnings, analyzers)) {
      while (at < spans.length - 1 && start >= (spans[at]?.[1] ?? 0)) at++;
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
  };
}

interface Match {
  readonly term: string;
  readonly start: number;
  readonly end: number;
}

/**
 * The words of `text` whose terms have a weight. No word contains a blank, so only the blank-separated pieces in which
 * a word can begin are analyzed: a fifth of the work of analyzing twenty abstracts whole.
 */
function* matches(
  text: string,
  weights: TermWeights,
  beginnings: RegExp,
  analyzers: ExcerptAnalyzers,
): Generator<Match> {
  beginnings.lastIndex = 0;
  for (let match = beginnings.exec(text); match !== null; match = beginnings.exec(text)) {
    const last = beginnings.lastIndex - 1;
    let from = last;
    let to = last + 1;
    while (from > 0 && !isBlank(text.charCodeAt(from - 1))) from--;
    while (to < text.length && !isBlank(text.charCodeAt(to))) to++;
    const piece = text.slice(from, to);
    const tokens = analyzers.offsets.analyze(piece);
    for (let i = 0; i < tokens.length; i++) {
      const [start, end] = [tokens.starts[i] ?? 0, tokens.ends[i] ?? 0];
      const term = termOf(piece.slice(start, end), tokens.terms[i] ?? '', analyzers.terms);
      if (weights.has(term)) yield { term, start: from + start, end: from + end };
    }
    beginnings.lastIndex = to;
  }
}

/** Maximum number of letters compared between a word and its stem; more letters exclude hardly any word. */
const SHARED = 5;

/**
 * Matches where a word of one of these terms may begin. Stemming changes at most the last letter of the stem, so an
 * ASCII word begins like its term except for that letter. A word with other letters may have any term.
 */
function beginningsOf(terms: Iterable<string>): RegExp {
  const starts = new Set<string>();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  for (const term of terms) if (/^[\x00-\x7f]+$/.test(term)) starts.add(beginning(term));
  const escaped = [...starts].map((start) => start.replace(/[^a-z0-9]/gi, '\\$&'));
  const words = escaped.length === 0 ? '' : `(?<![a-z0-9])(?:${escaped.join('|')})|`;
  return new RegExp(`${words}[^\\x00-\\x7f]`, 'gi');
}

function beginning(term: string): string {
  return term.slice(0, Math.min(SHARED, Math.max(1, term.length - 1)));
}

/** Blanks that end every word. */
function isBlank(unit: number): boolean {
  return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
}

/** The index holds words without accents and TeX; a word of the shown text is compared in the same form. */
function termOf(word: string, term: string, papers: Analyzer): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  if (/^[\x00-\x7f]*$/.test(word)) return term;
  return papers.analyze(word).terms[0] ?? term;
}
