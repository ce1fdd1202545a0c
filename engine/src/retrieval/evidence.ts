// Evidence through combinators: a hit with another score keeps what it carried, and the hit of a fused ranking carries
// what its hits in the fused lists carried, each piece once, in an order that does not depend on the order of the lists.

import { canonicalJson } from '../core/hash.ts';
import type { DocId, Evidence, Hit, Ranking } from '../core/types.ts';

/** The hit with another score. Its `why` is left out: that explains the old score. */
export function withScore({ id, evidence }: Hit, score: number, found: readonly Evidence[] = []): Hit {
  const all = [...(evidence ?? []), ...found];
  return all.length === 0 ? { id, score } : { id, score, evidence: all };
}

/** Gives the `evidence` property that the hit of a document has in the union of `rankings`; nothing where no list has any. */
export function keepEvidence(rankings: readonly Ranking[]): (id: DocId) => Pick<Hit, 'evidence'> {
  const pieces = new Map<DocId, Map<string, Evidence>>();
  for (const { id, evidence } of rankings.flat()) {
    if (evidence === undefined || evidence.length === 0) continue;
    const known = pieces.get(id) ?? new Map<string, Evidence>();
    for (const piece of evidence) known.set(canonicalJson(piece), piece);
    pieces.set(id, known);
  }
  return (id) => {
    const found = pieces.get(id);
    if (found === undefined) return {};
    return { evidence: [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, piece]) => piece) };
  };
}
