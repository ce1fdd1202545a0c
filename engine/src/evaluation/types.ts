// The vocabulary of evaluation (a catalogue): runs, judgements, and the results of `evaluate`.

import type { DocId } from '../core/types.ts';

/** One retrieved document. The hits of a Ranking have this shape too. */
export interface RunHit {
  readonly id: DocId;
  /** Any number except NaN; ±Infinity is legal. */
  readonly score: number;
}

/** The documents that a system returned for each query, in any order: evaluation sorts them. Keys are query ids. */
export type Run = ReadonlyMap<string, readonly RunHit[]>;

/**
 * Judgements: query id → document id → relevance, an integer. 0 = judged not relevant; a negative value = in the pool
 * but not judged; a document that is absent is not in the pool.
 */
export type Qrels = ReadonlyMap<string, ReadonlyMap<DocId, number>>;

/**
 * Which release of trec_eval to equal. `f32` (9.0.8): scores compare as 32-bit floats, recall levels round up.
 * `f64` (10.0): scores compare as doubles, recall levels round to nearest.
 */
export type ScoreType = 'f32' | 'f64';

export interface EvaluateOptions {
  /**
   * Measures as trec_eval takes or prints them (`map`, `P.5,10`, `ndcg_cut_10`), sets of them (`official`, `set`,
   * `all_trec`), or short names (`nDCG@10`, `R@100`, `MRR@10`, `unjudged@10`). Default `['official']`.
   */
  readonly measures?: readonly string[];
  /** trec_eval's -c: divide by the number of judged queries; one that the run lacks counts as 0. Default false. */
  readonly complete?: boolean;
  /** Default `f32`, the version that published numbers were computed with. */
  readonly scoreType?: ScoreType;
  /** Smallest relevance that counts as relevant, ≥ 1. Gains (nDCG, G) ignore it. Default 1. */
  readonly level?: number;
  /** trec_eval's -J: drop documents without a judgement before ranking. Default false. */
  readonly judgedOnly?: boolean;
  /** trec_eval's -M: look at no more than this many documents a query. Default: all. */
  readonly depth?: number;
}

/** Values by measure name. */
export type Values = Readonly<Record<string, number>>;

export interface Evaluation {
  /** Values of each query that is in both the run and the qrels, ascending by id. Logarithms for the gm_ measures. */
  readonly perQuery: ReadonlyMap<string, Values>;
  /** trec_eval's "all" lines: means; sums for num_*; geometric means for gm_*. */
  readonly mean: Values;
  /** Relevance of the first documents as characters, when `relstring` was asked for. */
  readonly relstrings: ReadonlyMap<string, string>;
  /** Queries that the means divide by. */
  readonly queries: number;
  /** Judged queries that the run lacks. */
  readonly missing: readonly string[];
}
