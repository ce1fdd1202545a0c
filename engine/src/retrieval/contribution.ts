// What one retriever adds to a fused score: what every fusion (rrf.ts, weighted-sum.ts) computes for each of its hits.

/** What one retriever adds to a document's fused score. */
export interface Contribution {
  readonly value: number;
  readonly facts: Readonly<Record<string, number>>;
}
