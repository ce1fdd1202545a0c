// What one search scores with: idf, weights and length factors of each leaf, from the global statistics.

import type { Statistics } from '../../core/types.ts';
import { idf, inverseNorms, phraseIdf, weightOf } from './bm25.ts';
import { type Expanded, type Expansions, expand } from './expand.ts';
import type { ExpandLeaf, PhraseLeaf, TermLeaf } from './plan.ts';
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

/** Field numbers are places in `fields`. */
export class Scoring {
  readonly bm25: Bm25;
  readonly fields: readonly FieldKeys[];
  readonly #statistics: Statistics;
  readonly #norms: NormTables;
  readonly #expansions: Expansions;
  readonly #found: (FieldStatistics | undefined)[] = [];

  constructor(
    fields: readonly FieldKeys[],
    bm25: Bm25,
    statistics: Statistics,
    norms: NormTables,
    expansions: Expansions,
  ) {
    this.#expansions = expansions;
    this.fields = fields;
    this.bm25 = bm25;
    this.#statistics = statistics;
    this.#norms = norms;
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
    return this.#norms.of(this.bm25, this.field(number).averageLength);
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

  expand(leaf: ExpandLeaf): Expanded {
    const known = this.#expansions.get(this.#statistics) ?? new Map<ExpandLeaf, Expanded>();
    this.#expansions.set(this.#statistics, known);
    let found = known.get(leaf);
    if (found === undefined) {
      found = expand(leaf, this.#statistics, this.fields[leaf.field]!.dfPrefix, this.field(leaf.field).docs);
      known.set(leaf, found);
    }
    return found;
  }

  /** 0 for a term that only deleted documents hold, where the statistics leave those out. */
  #df(field: number, term: string): number {
    const df = this.#statistics.get(this.fields[field]!.dfPrefix + term) ?? 0;
    return Math.min(df, this.field(field).docs);
  }
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
