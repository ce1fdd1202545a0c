// Words that no paper has are replaced by their neighbours in spelling, at half the weight.

import type { LexicalQuery } from '@quire/engine/core';
import { mapTerms } from './query.ts';

/** Shorter words have too many neighbours in spelling. */
const FUZZY_LENGTH = 4;
/** Words from this length on may have two mistakes. */
const TWO_MISTAKES_LENGTH = 8;

/** Whether words spelled like `term` are searched where no paper has it. */
export function isCorrected(term: string): boolean {
  return term.length >= FUZZY_LENGTH;
}

export interface Corrected {
  readonly lexical: LexicalQuery;
  /** The terms that no paper has. */
  readonly unknown: ReadonlySet<string>;
}

export function correctSpelling(query: LexicalQuery, isUnknown: (term: string) => boolean): Corrected {
  const unknown = new Set<string>();
  const lexical = mapTerms(query, (term) => {
    if (!isUnknown(term)) return undefined;
    unknown.add(term);
    if (!isCorrected(term)) return undefined;
    const distance = term.length >= TWO_MISTAKES_LENGTH ? 2 : 1;
    return { type: 'boost', boost: 0.5, query: { type: 'fuzzy', term, distance } };
  });
  return { lexical, unknown };
}
