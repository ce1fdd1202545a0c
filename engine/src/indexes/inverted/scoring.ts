// The numbers that one search scores with: idf, weights and length factors of each leaf, from the global statistics.

import type { QueryBudget } from '../../core/query-budget.ts';
import type { Statistics, Trace } from '../../core/types.ts';
import { idf, inverseNorms, phraseIdf, weightOf } from './bm25.ts';
import { type Budgeted, type Cut, isExpanding, limitPostings, traceCuts } from './budget.ts';
import { type Expanded, expandAll } from './expand.ts';
import { type ExpandLeaf, type Leaf, leavesOf, type PhraseLeaf, type Plan, type TermLeaf } from './plan.ts';
import { type FieldKeys, type FieldStatistics, fieldStatistics } from './statistics.ts';

const NO_EXPANSIONS: ReadonlyMap<ExpandLeaf, Expanded> = new Map();
/** A posting of a phrase or an expansion is read with more work than one of a term, which the kernels skip over. */
const READS_OF_OTHERS = 4;

export interface Bm25 {
  readonly k1: number;
  readonly b: number;
}

export interface Weighed {
  readonly df: readonly number[];
  readonly idf: number;
  readonly weight: number;
}

/** A query as one search answers it. */
export interface Prepared {
  /** Within the budget. */
  readonly plan: Plan;
  /** What its prefix and fuzzy leaves stand for. */
  readonly expansions: ReadonlyMap<ExpandLeaf, Expanded>;
}

/** The last query that was prepared with some statistics: found once a search, not once a segment. */
export type PreparedQueries = WeakMap<Statistics, { readonly query: Budgeted; readonly found: Prepared }>;

export interface ScoringOptions {
  readonly bm25: Bm25;
  readonly norms: NormTables;
  /** The query, within the limits on its words. */
  readonly query: Budgeted;
  readonly prepared: PreparedQueries;
  readonly budget: QueryBudget;
  /** Receives what is left out. */
  readonly trace: Trace | undefined;
}

/** Field numbers are places in `fields`. */
export class Scoring {
  readonly bm25: Bm25;
  readonly fields: readonly FieldKeys[];
  readonly #statistics: Statistics;
  readonly #options: ScoringOptions;
  readonly #found: (FieldStatistics | undefined)[] = [];
  #prepared: Prepared | undefined;

  constructor(fields: readonly FieldKeys[], statistics: Statistics, options: ScoringOptions) {
    this.fields = fields;
    this.bm25 = options.bm25;
    this.#statistics = statistics;
    this.#options = options;
  }

  field(number: number): FieldStatistics {
    let found = this.#found[number];
    if (found === undefined) {
      found = fieldStatistics(this.#statistics, this.fields[number]!);
      this.#found[number] = found;
    }
    return found;
  }

  /** 1 / (k1 · (1 − b + b · length / average)) by length byte. */
  inverseNorms(number: number): Float32Array {
    return this.#options.norms.of(this.bm25, this.field(number).averageLength);
  }

  term(leaf: TermLeaf): Weighed {
    const df = this.#df(leaf.field, leaf.term);
    const value = idf(df, this.field(leaf.field).docs);
    return { df: [df], idf: value, weight: weightOf(leaf.boost, value) };
  }

  phrase(leaf: PhraseLeaf): Weighed {
    const df = leaf.terms.map((term) => this.#df(leaf.field, term));
    const value = phraseIdf(df.map((n) => idf(n, this.field(leaf.field).docs)));
    return { df, idf: value, weight: weightOf(leaf.boost, value) };
  }

  /** What is searched. */
  get plan(): Plan {
    return this.#query().plan;
  }

  /** Of a leaf of the plan. */
  expand(leaf: ExpandLeaf): Expanded {
    return this.#query().expansions.get(leaf)!; // a leaf of this very plan
  }

  #query(): Prepared {
    if (this.#prepared !== undefined) return this.#prepared;
    const { query, prepared } = this.#options;
    const known = prepared.get(this.#statistics);
    const found = known?.query === query ? known.found : this.#prepare(query);
    if (found !== known?.found) prepared.set(this.#statistics, { query, found });
    this.#prepared = found;
    return found;
  }

  #prepare({ plan, cuts }: Budgeted): Prepared {
    const { budget, trace } = this.#options;
    const expansions = this.#expandAll(plan);
    const within = limitPostings(plan, (leaf) => this.#postings(leaf, expansions), budget);
    traceCuts(trace, [...cuts, ...cutExpansions(expansions, budget), ...within.cuts]);
    return { plan: within.plan, expansions };
  }

  #expandAll(plan: Plan): ReadonlyMap<ExpandLeaf, Expanded> {
    const leaves = leavesOf(plan).filter(isExpanding);
    if (leaves.length === 0) return NO_EXPANSIONS;
    const field = (number: number) => ({
      dfPrefix: this.fields[number]!.dfPrefix,
      docs: this.field(number).docs,
    });
    const all = expandAll(leaves, this.#statistics, field, this.#options.budget.expansions);
    let [found, kept] = [0, 0];
    for (const expanded of all.values()) {
      found += expanded.found;
      kept += expanded.expansions.length;
    }
    if (kept < found) {
      const facts = { leaves: leaves.length, found, kept, limit: this.#options.budget.expansions };
      this.#options.trace?.({ name: 'inverted.expansions', message: 'Some near terms are not searched', facts });
    }
    return all;
  }

  #postings(leaf: Leaf, expansions: ReadonlyMap<ExpandLeaf, Expanded>): number {
    if (leaf.type === 'term') return this.#df(leaf.field, leaf.term);
    const terms = leaf.type === 'phrase' ? leaf.terms : expandedTerms(leaf, expansions.get(leaf)!);
    return READS_OF_OTHERS * terms.reduce((sum, term) => sum + this.#df(leaf.field, term), 0);
  }

  /** 0 for a term that only deleted documents hold, where the statistics leave those out. */
  #df(field: number, term: string): number {
    const df = this.#statistics.get(this.fields[field]!.dfPrefix + term) ?? 0;
    return Math.min(df, this.field(field).docs);
  }
}

function expandedTerms({ text }: ExpandLeaf, { expansions }: Expanded): readonly string[] {
  return [text, ...expansions.map(({ term }) => term)];
}

/** Leaves whose own limit would let them stand for more terms than the budget does. */
function cutExpansions(all: ReadonlyMap<ExpandLeaf, Expanded>, { expansions: limit }: QueryBudget): readonly Cut[] {
  let [wanted, kept] = [0, 0];
  for (const [leaf, { found, expansions }] of all) {
    wanted += Math.min(leaf.limit, found);
    kept += expansions.length;
  }
  return kept < wanted ? [{ what: 'expansions', limit, found: wanted }] : [];
}

/** Length factor tables, remembered: they change only when the statistics do. */
export class NormTables {
  readonly #tables = new Map<number, Float32Array>();
  #bm25: Bm25 | undefined;

  of(bm25: Bm25, average: number): Float32Array {
    if (this.#bm25 !== bm25 || this.#tables.size > 64) this.#tables.clear();
    this.#bm25 = bm25;
    let table = this.#tables.get(average);
    if (table === undefined) {
      table = inverseNorms(bm25.k1, bm25.b, average);
      this.#tables.set(average, table);
    }
    return table;
  }
}
