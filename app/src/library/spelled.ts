// Substituted terms as words: a stem is nothing to show to a reader.

import type { Analyzer } from '@quire/engine/core';
import { editDistance } from '@quire/engine/internals';
import { plain, type Work } from '../papers/index.ts';
import type { Answer } from './answer.ts';
import type { Substitution } from './spelling.ts';

/** Each word that no paper has, with what was searched in its place. */
export function replacedBy(
  { substitutions }: Answer,
  works: readonly Work[],
  analyzer: Analyzer,
): readonly { readonly typed: string; readonly instead: readonly string[] }[] {
  return substitutions.map(({ typed, instead }) => ({
    typed,
    instead: instead.map((term) => spelled(term, typed, works, analyzer)),
  }));
}

/** A term as a word: as a hit writes it, of several forms the one nearest to what was typed. */
function spelled(term: string, typed: string, works: readonly Work[], analyzer: Analyzer): string {
  const forms = new Set<string>();
  const start = term.slice(0, 3);
  for (const { title, abstract } of works) {
    for (const [word] of plain(`${title} ${abstract}`).matchAll(/\p{L}+/gu))
      if (word.startsWith(start)) forms.add(word);
  }
  const same = [...forms].filter((word) => analyzer.analyze(word).terms[0] === term);
  const points = (word: string) => Array.from(word, (point) => point.codePointAt(0) ?? 0);
  const edits = (word: string) => editDistance(points(word), points(typed), typed.length);
  return same.sort((a, b) => edits(a) - edits(b) || (a < b ? -1 : 1))[0] ?? term;
}

/** The query with its suspected words spelled as the common ones. */
export function suggestionOf(
  { query, suspicions }: Answer,
  works: readonly Work[],
  analyzer: Analyzer,
): string | undefined {
  if (suspicions.length === 0) return undefined;
  return suspicions.reduce((text, { typed, instead }: Substitution) => {
    const [best = typed] = instead;
    return text.replace(new RegExp(`(?<!\\p{L})${typed}(?!\\p{L})`, 'giu'), spelled(best, typed, works, analyzer));
  }, query.text);
}
