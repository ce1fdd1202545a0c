// Runs a retriever over the queries of a test collection and returns a run for evaluation.

import { throwIfAborted } from '../core/errors.ts';
import { nextTurn } from '../core/turn.ts';
import type { Context, Query, Stage } from '../retrieval/stage.ts';
import { separateTies } from './score-ties.ts';
import type { Run, RunHit } from './types.ts';

export interface RunQueriesOptions {
  /** Snapshot, filter, signal, trace. Progress is reported as `evaluate.query`. */
  readonly context?: Context;
  /** Ids of the queries to run. Default: all. Pass the ids that have judgements. */
  readonly ids?: Iterable<string>;
  /** Scores as Anserini writes them (`separateTies`), to reproduce published numbers. Default false. */
  readonly separate?: boolean;
  /** Remove the document whose id equals the query's (ArguAna, SCIDOCS). Default false. */
  readonly removeQuery?: boolean;
}

/**
 * One ranking a query, in the order of the ids. An id without a query is searched as empty text and reported as
 * `evaluate.no-text`.
 */
export async function runQueries(
  retriever: Stage<Query, readonly RunHit[]>,
  queries: ReadonlyMap<string, string>,
  options: RunQueriesOptions = {},
): Promise<Run> {
  const { context = {}, separate = false, removeQuery = false } = options;
  const ids = [...(options.ids ?? queries.keys())];
  const run = new Map<string, readonly RunHit[]>();
  for (const [done, id] of ids.entries()) {
    if (context.signal !== undefined) await nextTurn(); // lets the event loop deliver an abort
    throwIfAborted(context.signal);
    if (!queries.has(id))
      context.trace?.({ name: 'evaluate.no-text', message: `There is no query ${JSON.stringify(id)}` });
    const found = await retriever.run({ text: queries.get(id) ?? '' }, context);
    const hits = removeQuery ? found.filter((hit) => hit.id !== id) : found;
    run.set(id, separate ? separateTies(hits) : hits.map((hit) => ({ id: hit.id, score: hit.score })));
    context.trace?.({ name: 'evaluate.query', done: done + 1, total: ids.length });
  }
  return run;
}
