// partScorer: an index as the scorer of rerank. It scores the documents that another ranking found and searches nothing.

import type { Encoder, Kind } from '../core/types.ts';
import type { Scorer } from './rerank.ts';
import { checkSource, explainIn, labelOf, searchedRep, searchOptions, withReader } from './retrieve.ts';
import type { ReaderSource } from './stage.ts';

/**
 * A part as the scorer of `rerank`: the scores that searching it gives, of the documents of another ranking. A document
 * that the part does not have, or that does not match, has no score; so has every document for a query without text or
 * with a vector of zeros.
 */
export function partScorer<Q extends Kind, D extends Kind>(
  encoder: Encoder<Q, D>,
  source: ReaderSource<NoInfer<Q>, Kind>,
): Scorer {
  checkSource(encoder, source);
  return {
    name: `partScorer(${encoder.name}, ${labelOf(source)})`,
    score: (query, ids, context = {}) =>
      withReader(source, context, async (reader) => {
        const rep = await searchedRep(encoder, reader, query, context);
        if (rep === undefined) return ids.map(() => undefined);
        return reader.score(rep, ids, searchOptions(query, context));
      }),
    explain: (query, ids, context = {}) => explainIn(encoder, source, query, ids, context),
  };
}
