// cut, atLeast and filter: fewer hits. A cut keeps the best k, atLeast the scores from a floor on; a filter restricts every
// retriever inside it.

import { checkCount, checkMethods, checkNumber } from '../core/check.ts';
import type { Filter } from '../core/types.ts';
import type { Context, Retriever } from './stage.ts';

/** The first `k` hits of `retriever`. */
export function cut(retriever: Retriever, k: number): Retriever {
  checkMethods('retriever', retriever, 'run', 'explain');
  checkCount('k', k);
  return {
    name: `cut(${retriever.name}, ${k})`,
    run: async (query, context) => (await retriever.run(query, context)).slice(0, k),
    explain: (query, ids, context) => retriever.explain(query, ids, context),
  };
}

/**
 * The hits of `retriever` whose score is `floor` or more. For scores that mean the same for every query, as a cosine does;
 * BM25 scores of two queries cannot be compared.
 */
export function atLeast(retriever: Retriever, floor: number): Retriever {
  checkNumber('floor', floor);
  return {
    name: `atLeast(${retriever.name}, ${floor})`,
    run: async (query, context) => (await retriever.run(query, context)).filter(({ score }) => score >= floor),
    explain: (query, ids, context) => retriever.explain(query, ids, context),
  };
}

/** `retriever` over the documents that pass `filter`: ranks and normalisation inside it include only these. */
export function filter(retriever: Retriever, condition: Filter): Retriever {
  checkMethods('retriever', retriever, 'run', 'explain');
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
