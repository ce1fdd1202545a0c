// A lexical query prepared for one index: fields resolved, boosts moved to the leaves, nested clauses flattened and
// repeated ones joined as in Lucene's BooleanQuery.rewrite, because each nesting rounds a sum to float32.

import { shown } from '../../core/check.ts';
import { EngineError } from '../../core/errors.ts';
import type { LexicalQuery } from '../../core/types.ts';

export interface TermLeaf {
  readonly type: 'term';
  readonly field: number;
  readonly term: string;
  readonly boost: number;
}
export interface PhraseLeaf {
  readonly type: 'phrase';
  readonly field: number;
  readonly terms: readonly string[];
  /** Relative positions, the smallest 0. */
  readonly positions: readonly number[];
  readonly boost: number;
}
/** A prefix or fuzzy leaf: the global statistics determine its expansions (expand.ts). */
export interface ExpandLeaf {
  readonly type: 'prefix' | 'fuzzy';
  readonly field: number;
  readonly text: string;
  /** Edits allowed; 0 for a prefix. */
  readonly distance: number;
  /** Leading code points that must agree; all of them for a prefix. */
  readonly exact: number;
  readonly limit: number;
  readonly boost: number;
}
export type Leaf = TermLeaf | PhraseLeaf | ExpandLeaf;
export interface Inner {
  readonly type: 'and' | 'or';
  readonly clauses: readonly Plan[];
  readonly excluded: readonly Plan[];
  /** The boost of the group: Lucene rounds a boosted group by itself. undefined: one leaf over several fields. */
  readonly boost: number | undefined;
}
export type Plan = Leaf | Inner;

export interface PlanFields {
  readonly names: readonly string[];
  readonly weights: readonly number[];
  readonly positions: boolean;
}

/** Default limit of expansions of a prefix or fuzzy leaf. */
const DEFAULT_LIMIT = 64;
/** Deeper trees are refused, because they would overflow the stack. */
const MAX_DEPTH = 200;
const MAX_BOOST = 1e30;

/** Throws INVALID_QUERY. */
export function planQuery(query: LexicalQuery, fields: PlanFields): Plan {
  const plan = visit(query, { fields, field: undefined, boost: 1, depth: 0 });
  if ('not' in plan) throw pureNot();
  return plan;
}

/** Every leaf, excluded ones included. */
export function leavesOf(plan: Plan): readonly Leaf[] {
  const leaves: Leaf[] = [];
  addLeaves(plan, leaves);
  return leaves;
}

function addLeaves(plan: Plan, leaves: Leaf[]): void {
  if ('clauses' in plan) {
    for (const clause of plan.clauses) addLeaves(clause, leaves);
    for (const clause of plan.excluded) addLeaves(clause, leaves);
  } else leaves.push(plan);
}

interface Context {
  readonly fields: PlanFields;
  readonly field: number | undefined; // undefined: every field
  readonly boost: number;
  readonly depth: number;
}

function visit(query: LexicalQuery, context: Context): Plan | { readonly not: Plan } {
  if (context.depth > MAX_DEPTH) throw invalid(`The query is nested more than ${MAX_DEPTH} deep`, 'Flatten the tree.');
  if (typeof query !== 'object' || query === null)
    throw invalid(`A query node is ${shown(query)}`, 'See LexicalQuery.');
  const inner = { ...context, depth: context.depth + 1 };
  switch (query.type) {
    case 'term':
      checkTerm(query.type, query.term);
      return inFields(context, (field, boost) => ({ type: 'term', field, term: query.term, boost }));
    case 'phrase':
      return phrase(query, context);
    case 'prefix':
    case 'fuzzy':
      return expansion(query, context);
    case 'and':
    case 'or':
      return group(query.type, query.clauses, inner);
    case 'not': {
      const plan = visit(query.clause, inner);
      if ('not' in plan) throw pureNot();
      return { not: plan };
    }
    case 'field':
      return visit(query.query, { ...inner, field: fieldNumber(query.field, context.fields) });
    case 'boost':
      if (!(query.boost >= 0 && query.boost < Infinity)) {
        throw invalid(`A boost is ${query.boost}`, 'Pass a finite number ≥ 0; use `not` to exclude.');
      }
      return visit(query.query, { ...inner, boost: Math.fround(context.boost * Math.fround(query.boost)) });
    default:
      query satisfies never;
      throw invalid(`Unknown query node ${JSON.stringify((query as { type?: unknown }).type)}`, 'See LexicalQuery.');
  }
}

/** One leaf in one field, or an `or` over all fields with their weights. */
function inFields(context: Context, leaf: (field: number, boost: number) => Leaf): Plan {
  if (context.field !== undefined) return leaf(context.field, checkBoost(context.boost));
  const leaves = context.fields.weights.map((weight, field) =>
    leaf(field, checkBoost(Math.fround(context.boost * Math.fround(weight)))),
  );
  return leaves.length === 1 ? leaves[0]! : { type: 'or', clauses: leaves, excluded: [], boost: undefined };
}

/** Boosts and field weights multiply. A score must be finite in float32, else ∞ − ∞ could be a score. */
function checkBoost(boost: number): number {
  if (boost <= MAX_BOOST) return boost;
  throw invalid(`Boosts and field weights multiply to ${boost}`, `Keep their product at or below ${MAX_BOOST}.`);
}

function phrase(query: LexicalQuery & { type: 'phrase' }, context: Context): Plan {
  const { terms } = query;
  if (!Array.isArray(terms)) throw invalid(`A phrase has the terms ${shown(terms)}`, 'Pass a list of strings.');
  for (const term of terms) checkTerm(query.type, term);
  if (terms.length === 0) throw invalid('A phrase has no terms', 'Drop the clause.');
  const given = query.positions ?? terms.map((_, i) => i);
  if (given.length !== terms.length) {
    throw invalid(`A phrase has ${terms.length} terms and ${given.length} positions`, 'Give one position a term.');
  }
  if (!given.every((position) => Number.isInteger(position) && position >= 0 && position < 2 ** 31)) {
    throw invalid(`A phrase has positions ${given.join(', ')}`, 'Positions are integers from 0 to 2147483647.');
  }
  if (terms.length === 1) {
    return inFields(context, (field, boost) => ({ type: 'term', field, term: terms[0]!, boost }));
  }
  if (!context.fields.positions) {
    throw invalid('A phrase needs positions, which this index does not keep', 'Create it with `positions: true`.');
  }
  const first = Math.min(...given);
  const positions = given.map((position) => position - first);
  return inFields(context, (field, boost) => ({ type: 'phrase', field, terms, positions, boost }));
}

function expansion(query: LexicalQuery & { type: 'prefix' | 'fuzzy' }, context: Context): Plan {
  const text = query.type === 'prefix' ? query.prefix : query.term;
  checkTerm(query.type, text);
  if (text === '') throw invalid(`A ${query.type} query has no text`, 'Drop the clause.');
  const limit = query.limit ?? DEFAULT_LIMIT;
  if (!(Number.isInteger(limit) && limit >= 1))
    throw invalid(`A ${query.type} limit is ${limit}`, 'Pass an integer ≥ 1.');
  const distance = query.type === 'prefix' ? 0 : query.distance;
  const exact = query.type === 'prefix' ? [...text].length : (query.exact ?? 1);
  if (query.type === 'fuzzy' && distance !== 1 && distance !== 2) {
    throw invalid(`A fuzzy distance is ${String(distance)}`, 'Pass 1 or 2.');
  }
  if (!(Number.isInteger(exact) && exact >= 0)) throw invalid(`A fuzzy prefix is ${exact}`, 'Pass an integer ≥ 0.');
  return inFields(context, (field, boost) => ({ type: query.type, field, text, distance, exact, limit, boost }));
}

function group(type: 'and' | 'or', queries: readonly LexicalQuery[], context: Context): Plan {
  if (!Array.isArray(queries)) throw invalid(`The clauses of an \`${type}\` are ${shown(queries)}`, 'Pass a list.');
  const clauses: Plan[] = [];
  const excluded: Plan[] = [];
  for (const query of queries) {
    const plan = visit(query, context);
    if ('not' in plan) excluded.push(plan.not);
    else if (type === 'or' && dissolves(plan, context.boost)) for (const clause of plan.clauses) clauses.push(clause);
    else clauses.push(plan);
  }
  if (clauses.length === 0 && excluded.length > 0) throw pureNot();
  const joined = joinRepeated(clauses);
  if (joined.length === 1 && excluded.length === 0) return joined[0]!;
  return { type, clauses: joined, excluded, boost: context.boost };
}

/** An `or` inside an `or` under the same boost is merged into it. (An `and` inside an `and` stays, as in Lucene.) */
function dissolves(plan: Plan, boost: number): plan is Inner {
  if (plan.type !== 'or' || plan.excluded.length > 0) return false;
  return plan.boost === undefined || plan.boost === boost;
}

/** Equal leaves become one whose boost is the sum: a repeated query term counts, as in Lucene's rewrite. */
function joinRepeated(clauses: readonly Plan[]): readonly Plan[] {
  const sums = new Map<string, number>();
  for (const clause of clauses) {
    if ('clauses' in clause) continue;
    const key = keyOf(clause);
    sums.set(key, (sums.get(key) ?? 0) + clause.boost);
  }
  const joined: Plan[] = [];
  for (const clause of clauses) {
    if ('clauses' in clause) joined.push(clause);
    else {
      const key = keyOf(clause);
      const sum = sums.get(key);
      if (sum !== undefined) joined.push(sum === clause.boost ? clause : { ...clause, boost: Math.fround(sum) });
      sums.delete(key); // the first one represents all
    }
  }
  return joined;
}

/** Equal for leaves that differ only in boost. */
export function keyOf(leaf: Leaf): string {
  return leaf.type === 'term' ? `${leaf.field} ${leaf.term}` : JSON.stringify({ ...leaf, boost: 0 });
}

function checkTerm(type: string, text: unknown): void {
  if (typeof text !== 'string') throw invalid(`The text of a ${type} is ${shown(text)}`, 'Pass a string.');
}

function fieldNumber(name: string, fields: PlanFields): number {
  const number = fields.names.indexOf(name);
  if (number < 0) {
    throw invalid(`The index has no field ${JSON.stringify(name)}`, `Its fields are ${fields.names.join(', ')}.`);
  }
  return number;
}

function pureNot(): EngineError {
  return invalid('A `not` stands alone', 'Put it beside at least one positive clause of an `and` or `or`.');
}
function invalid(message: string, hint: string): EngineError {
  return new EngineError('INVALID_QUERY', message, { hint });
}
