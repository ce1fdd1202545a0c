// concatenate: the hits of one retriever, then those of the next that are not there yet, as PyTerrier's operator ^. What
// comes later stands below by rule: its scores are shifted, so the whole is in the one total order.

import { checkMethods } from '../core/check.ts';
import type { DocId, Explanation, Hit, Ranking } from '../core/types.ts';
import { keepEvidence, withScore } from './evidence.ts';
import { inOneRun, once } from './run-scope.ts';
import { shiftBelow } from './shift-below.ts';
import { type Context, type Query, type Retriever, traced } from './stage.ts';

/** All hits of the first retriever, then those of each later one that are new, below them. The first scores are kept. */
export function concatenate(...retrievers: readonly Retriever[]): Retriever {
  for (const retriever of retrievers) checkMethods('retriever', retriever, 'run', 'explain');
  const name = `concatenate(${retrievers.map((retriever) => retriever.name).join(', ')})`;
  const runAll = async (query: Query, context: Context) => {
    const rankings: Ranking[] = [];
    for (const retriever of retrievers) {
      rankings.push(await once(retriever, query, context, () => retriever.run(query, context)));
    }
    return rankings;
  };
  return {
    name,
    run: (query, context = {}) =>
      traced(
        'concatenate',
        context,
        () => inOneRun(context, async (shared) => concatenateRankings(await runAll(query, shared))),
        (ranking) => ({ stage: name, hits: ranking.length }),
      ),
    explain: (query, ids, context = {}) =>
      inOneRun(context, async (shared) => {
        const rankings = await runAll(query, shared);
        const scores = new Map(concatenateRankings(rankings).map(({ id, score }) => [id, score]));
        const left = new Set(ids);
        const out = new Map<DocId, Explanation>();
        for (const [i, retriever] of retrievers.entries()) {
          const own = rankings[i]!.map(({ id }) => id).filter((id) => left.delete(id));
          if (own.length === 0) continue;
          for (const [id, why] of await retriever.explain(query, own, shared)) {
            const description = `from ${retriever.name}, number ${i + 1} of ${retrievers.length} lists`;
            out.set(id, i === 0 ? why : { value: scores.get(id)!, description, details: [why] });
          }
        }
        return out;
      }),
  };
}

/**
 * The same on rankings at hand. A hit carries the evidence of its document from all of them.
 *
 * ```ts
 * import { concatenateRankings } from '@quire/engine/retrieval';
 *
 * const named = [{ id: 'b', score: 1 }];
 * const found = [{ id: 'a', score: 9 }, { id: 'b', score: 7 }];
 * console.assert(concatenateRankings([named, found]).map(({ id }) => id).join() === 'b,a');
 * ```
 */
export function concatenateRankings(rankings: readonly Ranking[]): Ranking {
  const known = new Set<DocId>();
  const out: Hit[] = [];
  for (const ranking of rankings) {
    const fresh = ranking.filter(({ id }) => !known.has(id));
    for (const { id } of fresh) known.add(id);
    const lowest = out.at(-1)?.score;
    out.push(...(lowest === undefined ? fresh.map((hit) => withScore(hit, hit.score)) : shiftBelow(fresh, lowest)));
  }
  const evidence = keepEvidence(rankings);
  return out.map((hit) => ({ ...hit, ...evidence(hit.id) }));
}
