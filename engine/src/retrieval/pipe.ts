// pipe: stages in sequence; each takes the output of the one before. A pipe that ends in a retriever is a retriever.

import { once } from './run-scope.ts';
import type { Context, Explanations, Query, Retriever, Stage } from './stage.ts';

/**
 * `pipe(parse, retriever)`: the output type of each stage must be the input type of the next, or it does not compile.
 */
export function pipe<A>(first: Stage<A, Query>, last: Retriever): ExplainedStage<A>;
export function pipe<A, B, C>(first: Stage<A, B>, second: Stage<B, C>): Stage<A, C>;
export function pipe<A, B, C, D>(first: Stage<A, B>, second: Stage<B, C>, third: Stage<C, D>): Stage<A, D>;
export function pipe(...stages: readonly Stage<unknown, unknown>[]): Stage<unknown, unknown> {
  const run = async (input: unknown, context: Context = {}): Promise<unknown> => {
    let value = input;
    for (const stage of stages) value = await step(stage, value, context);
    return value;
  };
  const name = stages.map((stage) => stage.name).join(' | ');
  const last = stages.at(-1);
  if (stages.length !== 2 || last === undefined || !('explain' in last)) return { name, run };
  const explain = async (input: unknown, ids: readonly string[], context: Context = {}) =>
    (last as Retriever).explain((await step(stages[0]!, input, context)) as Query, ids, context);
  return { name, run, explain } as ExplainedStage<unknown>;
}

/** The output of a stage, computed once in a run: an explanation is of the same query that was searched. */
function step(stage: Stage<unknown, unknown>, input: unknown, context: Context): Promise<unknown> {
  return once(stage, input, context, () => stage.run(input, context));
}

/** A retriever whose input is not a Query. */
export interface ExplainedStage<A> extends Stage<A, Awaited<ReturnType<Retriever['run']>>> {
  explain(input: A, ids: readonly string[], context?: Context): Promise<Explanations>;
}
