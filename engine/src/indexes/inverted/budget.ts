// A plan made to fit a budget (core/query-budget.ts). Only what cannot add a wrong hit is left out: clauses of an `or`
// that nothing requires. Required and excluded words are always searched; a query with too many of them is refused.

import { shown } from '../../core/check.ts';
import { EngineError } from '../../core/errors.ts';
import { type BudgetedWork, budgetEvent, type QueryBudget } from '../../core/query-budget.ts';
import type { Trace } from '../../core/types.ts';
import { type ExpandLeaf, type Inner, type Leaf, leavesOf, type Plan, type TermLeaf } from './plan.ts';

/** A limit that a query reached. */
export interface Cut {
  readonly what: BudgetedWork;
  readonly limit: number;
  readonly found: number;
}

export interface Budgeted {
  readonly plan: Plan;
  readonly cuts: readonly Cut[];
}

export function traceCuts(trace: Trace | undefined, cuts: readonly Cut[]): void {
  for (const { what, limit, found } of cuts) trace?.(budgetEvent(what, limit, found));
}

/** The limits that depend on the query alone. Throws INVALID_QUERY when the required and excluded words exceed them. */
export function limitWords(plan: Plan, budget: QueryBudget): Budgeted {
  const cuts: Cut[] = [];
  const words = wordsOf(plan);
  let kept = plan;
  if (words.size > budget.terms) {
    kept = firstWords(plan, budget.terms);
    cuts.push({ what: 'terms', limit: budget.terms, found: words.size });
  }
  const expanding = unitsOf(expandLeaves(kept));
  if (expanding > budget.expanding) {
    kept = firstExpanding(kept, budget.expanding);
    cuts.push({ what: 'expanding', limit: budget.expanding, found: expanding });
  }
  return { plan: kept, cuts };
}

/**
 * The limit that the statistics decide: `postings` gives the postings of a leaf. The most frequent clauses of an `or`
 * are left out first, because they say least about a document; one clause always stays.
 */
export function limitPostings(plan: Plan, postings: (leaf: Leaf) => number, budget: QueryBudget): Budgeted {
  const costs = new Map<Plan, number>();
  const costOf = (clause: Plan): number => {
    let sum = 0;
    for (const leaf of leavesOf(clause)) sum += postings(leaf);
    return sum;
  };
  const total = costOf(plan);
  const limit = postingsBeside(unitsOf(expandLeaves(plan)), budget);
  if (total <= limit) return { plan, cuts: [] };
  for (const clause of optional(plan)) {
    const cost = costOf(clause);
    if (cost > 0) costs.set(clause, cost); // a clause without documents costs nothing
  }
  const dropped = new Set<Plan>();
  let left = total;
  const descending = [...costs].sort((a, b) => b[1] - a[1]);
  for (const [clause, cost] of descending) {
    if (left <= limit) break;
    dropped.add(clause);
    left -= cost;
  }
  const cheapest = descending.map(([clause]) => clause).reverse();
  const kept = withClauses(plan, (clauses) => {
    const rest = clauses.filter((clause) => !dropped.has(clause));
    if (rest.some((clause) => costs.has(clause) || isOr(clause))) return rest;
    const last = cheapest.find((clause) => clauses.includes(clause));
    return last === undefined ? clauses : [...rest, last];
  });
  return { plan: kept, cuts: [{ what: 'postings', limit, found: total }] };
}

/** The walks over the dictionaries cost time too: a query that uses all its units has half of the postings. */
function postingsBeside(units: number, { postings, expanding }: QueryBudget): number {
  return Math.floor(postings * (1 - Math.min(1, units / expanding) / 2));
}

/**
 * One leaf, or one leaf over several fields, or a group that is searched as a whole: clauses of an `or` that may go.
 */
function* optional(plan: Plan): Generator<Plan> {
  if (!('clauses' in plan)) return;
  for (const clause of plan.clauses) {
    if (plan.type === 'or' && !isOr(clause)) yield clause;
    yield* optionalBelow(plan, clause);
  }
}

/** Below an `and` that may go as a whole nothing else is chosen. */
function* optionalBelow(parent: Inner, clause: Plan): Generator<Plan> {
  if (parent.type === 'and' || isOr(clause)) yield* optional(clause);
}

/** A group whose clauses may go one by one; one leaf over several fields is no such group. */
function isOr(plan: Plan): plan is Inner {
  return plan.type === 'or' && plan.boost !== undefined;
}

/** The plan with the clauses of every reachable `or` replaced; excluded clauses stay. Leaves keep their identity. */
function withClauses(plan: Plan, keep: (clauses: readonly Plan[]) => readonly Plan[]): Plan {
  if (!('clauses' in plan)) return plan;
  const chosen = plan.type === 'or' ? keep(plan.clauses) : plan.clauses;
  const clauses = chosen.map((clause) => (plan.type === 'and' || isOr(clause) ? withClauses(clause, keep) : clause));
  return clauses.length === 1 && plan.excluded.length === 0 ? clauses[0]! : { ...plan, clauses };
}

/** What must be searched, then clauses in the order of the query while their words fit. */
function firstWords(plan: Plan, limit: number): Plan {
  const taken = required(plan);
  if (taken.size > limit) throw tooMany('requires or excludes', taken.size, 'words', limit);
  return withClauses(plan, (clauses) => {
    const kept = clauses.filter((clause) => {
      if (isOr(clause)) return true; // its own clauses are chosen next
      const more = [...wordsOf(clause)].filter((word) => !taken.has(word));
      if (taken.size + more.length > limit) return false;
      for (const word of more) taken.add(word);
      return true;
    });
    return kept.length > 0 ? kept : clauses.slice(0, 1);
  });
}

/** Words of clauses that must be searched. */
function required(plan: Plan, out = new Set<string>()): Set<string> {
  const isUnit = plan.type === 'or' && !isOr(plan);
  if (!('clauses' in plan) || isUnit) {
    for (const leaf of leavesOf(plan)) addWords(leaf, out);
    return out;
  }
  for (const excluded of plan.excluded) for (const leaf of leavesOf(excluded)) addWords(leaf, out);
  for (const clause of plan.clauses) if (plan.type === 'and' || isOr(clause)) required(clause, out);
  return out;
}

/**
 * Excluded leaves expand first: searched as spelled they would exclude less. The others follow in the order of the
 * query.
 */
function firstExpanding(plan: Plan, limit: number): Plan {
  const excluded = expandLeavesExcluded(plan);
  let left = limit - unitsOf(excluded);
  if (left < 0) throw tooMany('excludes', limit - left, 'units of prefix and fuzzy words', limit);
  const taken = new Set(excluded.map(spelling));
  for (const leaf of expandLeaves(plan)) {
    if (taken.has(spelling(leaf)) || unitsOf([leaf]) > left) continue;
    taken.add(spelling(leaf));
    left -= unitsOf([leaf]);
  }
  return mapLeaves(plan, (leaf) => (isExpanding(leaf) && !taken.has(spelling(leaf)) ? asSpelled(leaf) : leaf));
}

function mapLeaves(plan: Plan, change: (leaf: Leaf) => Leaf): Plan {
  if (!('clauses' in plan)) return change(plan);
  const each = (clauses: readonly Plan[]) => clauses.map((clause) => mapLeaves(clause, change));
  return { ...plan, clauses: each(plan.clauses), excluded: each(plan.excluded) };
}

function asSpelled({ field, text, boost }: ExpandLeaf): TermLeaf {
  return { type: 'term', field, term: text, boost };
}

export function isExpanding(leaf: Leaf): leaf is ExpandLeaf {
  return leaf.type === 'prefix' || leaf.type === 'fuzzy';
}

function expandLeaves(plan: Plan): readonly ExpandLeaf[] {
  return leavesOf(plan).filter(isExpanding);
}

function expandLeavesExcluded(plan: Plan): readonly ExpandLeaf[] {
  if (!('clauses' in plan)) return [];
  return [...plan.excluded.flatMap(expandLeaves), ...plan.clauses.flatMap(expandLeavesExcluded)];
}

/**
 * What different leaves cost together: their share of a dictionary. A prefix of one character is a letter of it; each
 * further one is about a quarter or less. A fuzzy leaf passes over most terms of the first letter, and of all without a fixed
 * one.
 */
function unitsOf(leaves: readonly ExpandLeaf[]): number {
  if (leaves.length === 0) return 0;
  const units = new Map<string, number>();
  for (const leaf of leaves) {
    const fixed = Math.min(4, leaf.exact);
    units.set(spelling(leaf), leaf.type === 'prefix' ? [24, 24, 16, 2, 1][fixed]! : fixed === 0 ? 16 : 8);
  }
  return [...units.values()].reduce((sum, each) => sum + each, 0);
}

/** Equal for the leaves of one word in several fields. */
function spelling({ type, text, distance, exact }: ExpandLeaf): string {
  return `${type} ${distance} ${exact} ${text}`;
}

function wordsOf(plan: Plan): Set<string> {
  const out = new Set<string>();
  for (const leaf of leavesOf(plan)) addWords(leaf, out);
  return out;
}

function addWords(leaf: Leaf, out: Set<string>): Set<string> {
  if (leaf.type === 'term') return out.add(leaf.term);
  if (leaf.type !== 'phrase') return out.add(leaf.text);
  for (const term of leaf.terms) out.add(term);
  return out;
}

function tooMany(verb: string, count: number, what: string, limit: number): EngineError {
  return new EngineError('INVALID_QUERY', `The query ${verb} ${shown(count)} ${what}`, {
    hint: `Require and exclude at most ${limit}, or raise the budget of the index.`,
  });
}
