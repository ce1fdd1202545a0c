// The words of a query and the other forms in which papers write them: llama3 and "llama 3", GPT-4 and gpt4, Chinese and
// Japanese as pairs of neighbouring signs.

import type { Analyzer, LexicalQuery } from '@quire/engine/core';
import { plain } from '../papers/index.ts';
import { isWeak } from './weak-words.ts';

/** A different term of the query. */
export interface QueryWord {
  readonly term: string;
  /** As typed, but for TeX and accents. */
  readonly typed: string;
  /** Says nothing about a paper (weak-words.ts). */
  readonly isWeak: boolean;
}

/** Two words that are also written as one, or one that is also written as two. */
export interface Compound {
  /** The term that stands for both forms. */
  readonly at: string;
  readonly together: string;
  readonly apart: readonly [string, string];
  /** The second term where it is a number, which says nothing alone. */
  readonly number?: string;
}

/** Signs of a script without blanks, one after another. */
export interface Run {
  readonly terms: readonly string[];
  readonly typed: string;
}

export interface QueryWords {
  /** By term, in the order of the query; the signs of runs are not among them. */
  readonly words: ReadonlyMap<string, QueryWord>;
  readonly compounds: readonly Compound[];
  readonly runs: readonly Run[];
}

interface Token {
  readonly term: string;
  readonly typed: string;
  readonly position: number;
  readonly start: number;
  readonly end: number;
}

/** Longer queries are texts: what they write apart is not looked up together. */
const COMPOUND_WORDS = 12;

export function queryWords(texts: readonly string[], analyzer: Analyzer): QueryWords {
  const words = new Map<string, QueryWord>();
  const compounds: Compound[] = [];
  const runs: Run[] = [];
  for (const text of texts) {
    const typed = plain(text);
    const tokens = tokensOf(typed, analyzer);
    const found = runsOf(tokens);
    const inRun = new Set(found.flat());
    runs.push(
      ...found.map((run) => ({ terms: run.map(({ term }) => term), typed: run.map((each) => each.typed).join('') })),
    );
    for (const token of tokens) {
      if (inRun.has(token)) continue;
      const isWeakHere = isWeak(token.typed);
      const known = words.get(token.term);
      if (known === undefined || (known.isWeak && !isWeakHere)) {
        words.set(token.term, { term: token.term, typed: token.typed, isWeak: isWeakHere });
      }
    }
    if (tokens.length <= COMPOUND_WORDS) compounds.push(...compoundsOf(tokens, typed, analyzer));
  }
  return { words, compounds, runs };
}

function tokensOf(typed: string, analyzer: Analyzer): readonly Token[] {
  const { terms, positions, starts, ends } = analyzer.analyze(typed);
  return terms.map((term, i) => {
    const [start, end] = [starts[i] ?? 0, ends[i] ?? 0];
    return { term, typed: typed.slice(start, end), position: positions[i] ?? 0, start, end };
  });
}

const SIGN = /^[\p{Script=Han}\p{Script=Hiragana}]$/u;

function runsOf(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const runs: Token[][] = [];
  let before: Token | undefined;
  for (const token of tokens) {
    const isSign = SIGN.test(token.term);
    if (isSign && before !== undefined && before.end === token.start) runs.at(-1)?.push(token);
    else if (isSign) runs.push([token]);
    before = isSign ? token : undefined;
  }
  return runs.filter((run) => run.length > 1);
}

/** Letters, then a part that begins with a digit: llama3, gpt4o, qwen2.5. */
const WITH_NUMBER = /^(\p{L}+)(\d[\p{L}\d.]*)$/u;
const NUMBER = /^\d[\p{L}\d.]*$/u;
const LETTERS = /^\p{L}{2,}$/u;

function compoundsOf(tokens: readonly Token[], typed: string, analyzer: Analyzer): readonly Compound[] {
  const termOf = (text: string) => {
    const { terms } = analyzer.analyze(text);
    return terms.length === 1 ? terms[0] : undefined;
  };
  const compounds: Compound[] = [];
  for (const [i, token] of tokens.entries()) {
    const [, letters = '', number = ''] = WITH_NUMBER.exec(token.typed) ?? [];
    const [first, second] = letters === '' ? [] : [termOf(letters), termOf(number)];
    if (first !== undefined && second !== undefined) {
      compounds.push({ at: token.term, together: token.term, apart: [first, second] });
    }
    const next = tokens[i + 1];
    if (next === undefined || next.position !== token.position + 1 || !LETTERS.test(token.typed)) continue;
    if (!/^[\s-]?$/.test(typed.slice(token.end, next.start))) continue;
    const isNumber = NUMBER.test(next.typed);
    const together = isNumber || LETTERS.test(next.typed) ? termOf(token.typed + next.typed) : undefined;
    if (together === undefined) continue;
    const apart = [token.term, next.term] as const;
    compounds.push({ at: token.term, together, apart, ...(isNumber && { number: next.term }) });
  }
  return compounds;
}

/** What stands for a term in the tree of a query: another tree, or nothing. */
export type Replacements = ReadonlyMap<string, LexicalQuery | undefined>;

const phrase = (terms: readonly string[]): LexicalQuery => ({ type: 'phrase', terms });
const term = (text: string): LexicalQuery => ({ type: 'term', term: text });

/** The whole of a run, as it stands. */
export function runPhrase({ terms }: Run): LexicalQuery {
  return phrase(terms);
}

/** A run as one tree: papers with the whole of it first, then those with more of its pairs. */
export function runTree({ terms }: Run): LexicalQuery {
  const pairs = terms.slice(1).map((second, i) => phrase([terms[i] ?? '', second]));
  return { type: 'or', clauses: pairs.length === 1 ? pairs : [...pairs, phrase(terms)] };
}

/**
 * The other forms of the words. `isKnown`: some paper has the term. `near`: what is searched in place of words that no
 * paper has.
 */
export function replacementsOf(
  { words, compounds, runs }: QueryWords,
  isKnown: (term: string) => boolean,
  near: ReadonlyMap<string, LexicalQuery>,
): Replacements {
  const replaced = new Map<string, LexicalQuery | undefined>(near);
  for (const { term: weak, isWeak: left } of words.values()) if (left) replaced.set(weak, undefined);
  const forms = new Map<string, LexicalQuery[]>();
  for (const { at, together, apart, number } of compounds) {
    const isOneWord = at === together;
    if (!isOneWord && number === undefined && !isKnown(together)) continue;
    const others: LexicalQuery[] = [];
    if (isKnown(together) && !isOneWord) others.push(term(together));
    if ((isOneWord || number !== undefined) && apart.every(isKnown)) others.push(phrase(apart));
    if (others.length === 0) continue;
    forms.set(at, [...(forms.get(at) ?? []), ...others]);
    if (number !== undefined) replaced.set(number, undefined);
  }
  for (const [at, others] of forms) {
    const itself = replaced.get(at) ?? (isKnown(at) ? term(at) : undefined);
    replaced.set(at, { type: 'or', clauses: itself === undefined ? others : [itself, ...others] });
  }
  for (const run of runs) {
    for (const each of run.terms) replaced.set(each, undefined);
    replaced.set(run.terms[0] ?? '', runTree(run));
  }
  return replaced;
}

/**
 * `query` with the terms outside phrases and exclusions replaced. A term without a replacement tree goes where it is
 * optional; where it must occur it stays.
 */
export function replaceTerms(query: LexicalQuery, replaced: Replacements): LexicalQuery {
  switch (query.type) {
    case 'term':
      return replaced.get(query.term) ?? query;
    case 'or': {
      const kept = query.clauses.filter((clause) => !isLeftOut(clause, replaced));
      return { ...query, clauses: kept.map((clause) => replaceTerms(clause, replaced)) };
    }
    case 'and': {
      const clauses = query.clauses.map((clause) => replaceTerms(clause, replaced));
      return { ...query, clauses: clauses.filter((clause) => clause.type !== 'or' || clause.clauses.length > 0) };
    }
    case 'field':
    case 'boost':
      return { ...query, query: replaceTerms(query.query, replaced) };
    default:
      return query;
  }
}

function isLeftOut(clause: LexicalQuery, replaced: Replacements): boolean {
  if (clause.type === 'boost') return isLeftOut(clause.query, replaced);
  return clause.type === 'term' && replaced.has(clause.term) && replaced.get(clause.term) === undefined;
}
