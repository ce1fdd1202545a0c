// The numbers that one search scores with: idf, weights and length factors of each leaf, from the global statistics.

import type { Statistics, Trace } from '../../core/types.ts';
import { idf, inverseNorms, phraseIdf, weightOf } from './bm25.ts';
import { type Expanded, expandAll, MAX_EXPANSIONS } from './expand.ts';
import { type ExpandLeaf, leavesOf, type PhraseLeaf, type Plan, type TermLeaf } from './plan.ts';
import { type FieldKeys, type FieldStatistics, fieldStatistics } from './statistics.ts';

export interface Bm25 {
  readonly k1: number;
  readonly b: number;
}

export interface Weighed {
  readonly df: readonly number[];
  readonly idf: number;
  readonly weight: number;
}

/** The expansions of the leaves of plans, by statistics: computed once a search, not once a segment. */
export type Expansions = WeakMap<Statistics, WeakMap<Plan, ReadonlyMap<ExpandLeaf, Expanded>>>;

export interface ScoringOptions {
  readonly bm25: Bm25;
  readonly norms: NormTables;
  /** The query. */
  readonly plan: Plan;
  readonly expansions: Expansions;
  /** Receives the number of candidates that are left out. */
  readonly trace: Trace | undefined;
}

/** Field numbers are places in `fields`. */
export class Scoring {
  readonly bm25: Bm25;
  readonly fields: readonly FieldKeys[];
  readonly #statistics: Statistics;
  readonly #options: ScoringOptions;
  readonly #found: (FieldStatistics | undefined)[] = [];

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

  /** Of a leaf of the plan. */
  expand(leaf: ExpandLeaf): Expanded {
    const { plan, expansions } = this.#options;
    const known = expansions.get(this.#statistics) ?? new WeakMap<Plan, ReadonlyMap<ExpandLeaf, Expanded>>();
    expansions.set(this.#statistics, known);
    let found = known.get(plan);
    if (found === undefined) {
      found = this.#expandAll(plan);
      known.set(plan, found);
    }
    return found.get(leaf)!; // a leaf of this plan
  }

  #expandAll(plan: Plan): ReadonlyMap<ExpandLeaf, Expanded> {
    const leaves = [...leavesOf(plan)].filter((leaf) => 'text' in leaf);
    const all = expandAll(leaves, this.#statistics, (number) => ({
      dfPrefix: this.fields[number]!.dfPrefix,
      docs: this.field(number).docs,
    }));
    let [found, kept] = [0, 0];
    for (const expanded of all.values()) {
      found += expanded.found;
      kept += expanded.expansions.length;
    }
    if (kept < found) {
      const facts = { leaves: leaves.length, found, kept, limit: MAX_EXPANSIONS };
      this.#options.trace?.({ name: 'inverted.expansions', message: 'Some near terms are not searched', facts });
    }
    return all;
  }

  /** 0 for a term that only deleted documents hold, if the statistics leave those out. */
  #df(field: number, term: string): number {
    const df = this.#statistics.get(this.fields[field]!.dfPrefix + term) ?? 0;
    return Math.min(df, this.field(field).docs);
  }
}

/** Cached tables of length factors: they change only when the statistics do. */
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
