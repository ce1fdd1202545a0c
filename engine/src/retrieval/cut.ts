// cut and filter: fewer hits. A cut keeps the best k; a filter restricts every retriever inside it.

import { checkCount } from '../core/check.ts';
import type { Filter } from '../core/types.ts';
import type { Context, Retriever } from './stage.ts';

/** The first `k` hits of `retriever`. */
export function cut(retriever: Retriever, k: number): Retriever {
  checkCount('k', k);
  return {
    name: `cut(${retriever.name}, ${k})`,
    run: async (query, context) => (await retriever.run(query, context)).slice(0, k),
    explain: (query, ids, context) => retriever.explain(query, ids, context),
  };
}

/** `retriever` over the documents that pass `filter`: ranks and normalisation inside it include only these. */
export function filter(retriever: Retriever, condition: Filter): Retriever {
  // One filter object for each given one: an explanation must find the results cached under it (run-scope.ts).
  const known = new WeakMap<Filter, Filter>();
  const both = (given: Filter): Filter => {
    const filter = known.get(given) ?? { op: 'and', filters: [given, condition] };
    known.set(given, filter);
    return filter;
  };
  const narrowed = (context: Context = {}): Context => ({
    ...context,
    filter: context.filter === undefined ? condition : both(context.filter),
  });
  return {
    name: `filter(${retriever.name})`,
    run: (query, context) => retriever.run(query, narrowed(context)),
    explain: (query, ids, context) => retriever.explain(query, ids, narrowed(context)),
  };
}
