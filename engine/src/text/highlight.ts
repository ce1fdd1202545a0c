// Finds the ranges of a text that match a query, and the passage with most of them. It returns offsets and no markup,
// so that the renderer escapes each piece of text.

import type { Analyzer, TokenStream } from '../core/index.ts';
import { sentences, type TextRange } from './sentences.ts';

export interface HighlightOptions {
  /** UTF-16 units of the passage at most (one token may exceed it). Default 300. */
  readonly maxLength?: number;
  /** The weight of a term when passages are compared, by term; idf is a good choice. Default 1 each. */
  readonly weight?: (term: string) => number;
}

export interface Highlight {
  /** Every matching token of the text, ascending; adjacent tokens form one range. */
  readonly ranges: readonly TextRange[];
  /**
   * The sentence with the highest total weight of different terms, the earliest of several, cut at tokens to
   * `maxLength`. The beginning of the text if nothing matches; empty for an empty text.
   */
  readonly passage: TextRange;
}

export const PASSAGE_LENGTH = 300;

/**
 * Finds `terms` (as the analyzer makes them, not as the user typed them) in a text.
 *
 * ```ts
 * const { ranges } = highlight('We study dense retrieval.', english(), ['retriev']);
 * console.assert(ranges[0]?.start === 15 && ranges[0].end === 24);
 * ```
 */
export function highlight(
  text: string,
  analyzer: Analyzer,
  terms: Iterable<string>,
  { maxLength = PASSAGE_LENGTH, weight = () => 1 }: HighlightOptions = {},
): Highlight {
  const wanted = new Set(terms);
  const tokens = analyzer.analyze(text);
  const hits: number[] = [];
  for (let i = 0; i < tokens.length; i++) if (wanted.has(tokens.terms[i]!)) hits.push(i);
  return { ranges: joinTouching(tokens, hits), passage: bestPassage(text, tokens, hits, maxLength, weight) };
}

function joinTouching(tokens: TokenStream, hits: readonly number[]): readonly TextRange[] {
  const ranges: { start: number; end: number }[] = [];
  for (const i of hits) {
    const last = ranges.at(-1);
    if (last !== undefined && tokens.starts[i]! <= last.end) last.end = tokens.ends[i]!;
    else ranges.push({ start: tokens.starts[i]!, end: tokens.ends[i]! });
  }
  return ranges;
}

function bestPassage(
  text: string,
  tokens: TokenStream,
  hits: readonly number[],
  maxLength: number,
  weight: (term: string) => number,
): TextRange {
  const all = sentences(text);
  let best = all.length === 0 ? { start: 0, end: 0 } : clip(text, all[0]!, all[0]!.start, tokens, maxLength);
  let bestValue = 0;
  let next = 0; // index into hits
  for (const sentence of all) {
    const inside: number[] = [];
    for (; next < hits.length && tokens.starts[hits[next]!]! < sentence.end; next++) inside.push(hits[next]!);
    const { first, value } = bestWindow(tokens, inside, maxLength, weight);
    if (first === undefined || value <= bestValue) continue;
    bestValue = value;
    const whole = sentence.end - sentence.start <= maxLength;
    best = whole ? sentence : clip(text, sentence, tokens.starts[first]!, tokens, maxLength);
  }
  return best;
}

/** The window of `hits` that fits into `maxLength` and has the highest total weight of different terms. */
function bestWindow(
  tokens: TokenStream,
  hits: readonly number[],
  maxLength: number,
  weight: (term: string) => number,
): { first: number | undefined; value: number } {
  const counts = new Map<string, number>();
  let value = 0;
  let left = 0;
  let best: { first: number | undefined; value: number } = { first: undefined, value: 0 };
  for (const hit of hits) {
    const term = tokens.terms[hit]!;
    const before = counts.get(term) ?? 0;
    counts.set(term, before + 1);
    if (before === 0) value += weight(term);
    while (hits[left]! < hit && tokens.ends[hit]! - tokens.starts[hits[left]!]! > maxLength) {
      const gone = tokens.terms[hits[left++]!]!;
      const rest = counts.get(gone)! - 1;
      counts.set(gone, rest);
      if (rest === 0) value -= weight(gone);
    }
    if (best.first === undefined || value > best.value) best = { first: hits[left], value };
  }
  return best;
}

/** At most `maxLength` units of `range` from `from` on, moved back to use the whole length, cut at token ends. */
function clip(text: string, range: TextRange, from: number, tokens: TokenStream, maxLength: number): TextRange {
  if (range.end - range.start <= maxLength) return range;
  const earliest = Math.max(range.start, Math.min(from, range.end - maxLength));
  let start = from;
  let end = from;
  for (let i = firstFrom(tokens, earliest); i < tokens.length; i++) {
    const tokenStart = tokens.starts[i]!;
    const tokenEnd = tokens.ends[i]!;
    if (tokenStart >= range.end) break;
    if (tokenStart < start) start = tokenStart;
    if (tokenEnd - start > maxLength && end > start) break;
    if (tokenEnd > end) end = tokenEnd;
  }
  return end > start ? { start, end } : { start: range.start, end: beforePair(text, range.start + maxLength) };
}

/** A cut in a text without tokens, never inside a surrogate pair. */
function beforePair(text: string, at: number): number {
  return at > 0 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800 ? at - 1 : at;
}

/** The first token that starts at or after `offset` (binary search). */
function firstFrom(tokens: TokenStream, offset: number): number {
  let low = 0;
  let high = tokens.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (tokens.starts[middle]! < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
