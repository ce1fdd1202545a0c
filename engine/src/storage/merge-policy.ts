// Which segments to merge next: tiers of similar size, as in log-structured merge trees (O'Neil et al., 1996; Lucene's
// TieredMergePolicy is a relative). A document is rewritten once a tier, so log₈(N / 1000) times; a search visits at
// most MERGE_FACTOR − 1 segments a tier. Depends on sizes and deletes alone: same commits, same merges.

/** What the policy looks at. */
export interface MergeCandidate {
  readonly size: number;
  readonly deleted: number;
}

export const MERGE_FACTOR = 8;
/** Segments of fewer live documents are one tier. */
const SMALLEST_TIER = 1000;
/** A segment with more deleted than this share is rewritten alone. */
const MAX_DELETED_SHARE = 0.4;

/** Positions of the segments to merge into one; undefined when all is well. */
export function chooseMerge(segments: readonly MergeCandidate[]): readonly number[] | undefined {
  const tiers = new Map<number, number[]>();
  for (const [s, segment] of segments.entries()) {
    const tier = tierOf(segment.size - segment.deleted);
    const own = tiers.get(tier) ?? [];
    own.push(s);
    tiers.set(tier, own);
  }
  for (const tier of [...tiers.keys()].sort((a, b) => a - b)) {
    const own = tiers.get(tier)!;
    if (own.length >= MERGE_FACTOR) return own;
  }
  const worst = segments.findIndex((s) => s.deleted > s.size * MAX_DELETED_SHARE);
  return worst < 0 ? undefined : [worst];
}

function tierOf(live: number): number {
  let tier = 0;
  for (let limit = SMALLEST_TIER; live >= limit; limit *= MERGE_FACTOR) tier++;
  return tier;
}
