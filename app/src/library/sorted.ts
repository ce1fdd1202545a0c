// An answer in another order than relevance: the papers that it is about as a set, by date or votes. Hits by some of the
// words or by meaning alone are not among them where some papers hold every word: the newest of them say nothing.

import type { Answer, Found } from './answer.ts';
import type { PaperSnapshot } from './paper-index.ts';
import { orderOf, type SortOrder } from './sort-order.ts';

export async function sorted(
  answer: Answer,
  sort: Exclude<SortOrder, 'relevance'>,
  wanted: number,
  snapshot: PaperSnapshot,
): Promise<Answer> {
  const { matching, found } = answer;
  // Conditions alone are in the order asked for already.
  if (matching === undefined || matching.total !== undefined) return answer;
  const known = new Map(found.map((hit) => [hit.key, hit]));
  const filter = { op: 'ids', ids: matching.keys } as const;
  const keys = await snapshot.sorted(orderOf(sort), { descending: true, filter, limit: wanted });
  const hits = keys.map((key): Found => known.get(key) ?? { key, reason: 'text', score: 0 });
  return { ...answer, found: hits, total: matching.keys.length, more: matching.isPart };
}
