// rerank: a more expensive scorer for the head of a ranking. Beyond `depth` the order stays, with scores shifted below
// the head's lowest: recall at large depths is unchanged, and the whole ranking has one total order. If a scorer fails,
// the run fails, or by option a trace event reports it; the scores are never replaced by zeros.

import { checkCount } from '../core/check.ts';
import { EngineError } from '../core/errors.ts';
import { compareHits } from '../core/order.ts';
import type { DocId, Explanation, Hit, Ranking } from '../core/types.ts';
import { inOneRun, once, seenBy } from './run-scope.ts';
import { shiftBelow } from './shift-below.ts';
import { type Context, type Explanations, type Query, type Retriever, traced } from './stage.ts';

export interface Scorer {
  readonly name: string;
  /**
   * One finite score a document, in the order of `ids`; higher is better. The context has the snapshot and the texts of
   * the run.
   */
  score(query: Query, ids: readonly DocId[], context?: Context): Promise<readonly number[]>;
}

export interface RerankOptions {
  /** When the scorer throws: `throw` (default), or `keep` the first ranking and report `rerank.failed`. */
  readonly onFailure?: 'throw' | 'keep';
}

/** The ranking to re-order, and the scores of its head; no scores if the scorer failed and the ranking is kept. */
interface Scores {
  readonly first: Ranking;
  readonly scores: readonly number[] | undefined;
}

/** Re-orders the first `depth` hits of `retriever` by `scorer`; ties by id. */
export function rerank(retriever: Retriever, scorer: Scorer, depth: number, options: RerankOptions = {}): Retriever {
  checkCount('depth', depth);
  const name = `rerank(${retriever.name}, ${scorer.name}, ${depth})`;
  const both = async (query: Query, context: Context): Promise<Scores> => {
    const first = await retriever.run(query, context);
    const ids = first.slice(0, depth).map((hit) => hit.id);
    const scores = ids.length === 0 ? [] : await scoresOf(scorer, query, ids, context, options);
    return { first, scores };
  };
  const me = {};
  const scored = (query: Query, context: Context) => once(me, query, context, () => both(query, context));
  return {
    name,
    run: (query, context = {}) =>
      traced(
        'rerank',
        context,
        () =>
          inOneRun(context, async (shared) => {
            const { first, scores } = await scored(query, shared);
            return scores === undefined ? first : rescore(first, scores);
          }),
        (ranking) => ({ stage: name, hits: ranking.length }),
      ),
    explain: (query, ids, context = {}) =>
      inOneRun(context, async (shared) => {
        const { first, scores } = await scored(query, shared);
        const why = await retriever.explain(query, ids, shared);
        if (scores === undefined) return why;
        return explainReranked({ scorer, depth, first, scores, why }, ids);
      }),
  };
}

/** The head by its new scores, then the tail in its old order, below it. */
export function rescore(first: Ranking, scores: readonly number[]): Ranking {
  const head = first.slice(0, scores.length).map(({ id }, i): Hit => ({ id, score: scores[i]! }));
  head.sort(compareHits);
  const tail = first.slice(scores.length);
  const lowest = head.at(-1)?.score;
  if (lowest === undefined || tail.length === 0) return head.length === 0 ? first : head;
  return [...head, ...shiftBelow(tail, lowest)];
}

interface Reranked {
  readonly scorer: Scorer;
  readonly depth: number;
  readonly first: Ranking;
  readonly scores: readonly number[];
  readonly why: Explanations;
}

function explainReranked({ scorer, depth, first, scores, why }: Reranked, ids: readonly DocId[]): Explanations {
  const final = new Map(rescore(first, scores).map((hit) => [hit.id, hit.score]));
  const ranks = new Map(first.map((hit, i) => [hit.id, i + 1]));
  const out = new Map<DocId, Explanation>();
  for (const id of ids) {
    const value = final.get(id);
    if (value === undefined) continue;
    const rank = ranks.get(id)!;
    const scored = rank <= scores.length;
    const description = scored
      ? `score of ${scorer.name}`
      : `beyond the ${depth} that ${scorer.name} scored: order kept, score shifted`;
    out.set(id, { value, description, facts: { rank, depth }, details: why.has(id) ? [why.get(id)!] : [] });
  }
  return out;
}

/** undefined: the scorer failed and the caller chose to keep the first ranking. */
async function scoresOf(
  scorer: Scorer,
  query: Query,
  ids: readonly DocId[],
  context: Context,
  { onFailure = 'throw' }: RerankOptions,
): Promise<readonly number[] | undefined> {
  try {
    const scores = await scorer.score(query, ids, seenBy(context));
    checkScores(scorer, ids, scores);
    return scores;
  } catch (error) {
    const cancelled = error instanceof EngineError && error.code === 'CANCELLED';
    if (onFailure === 'throw' || cancelled || context.signal?.aborted === true) throw error;
    const message = error instanceof Error ? error.message : String(error);
    context.trace?.({ name: 'rerank.failed', message: `${scorer.name}: ${message}`, facts: { documents: ids.length } });
    return undefined;
  }
}

function checkScores(scorer: Scorer, ids: readonly DocId[], scores: readonly number[]): void {
  if (scores.length !== ids.length) {
    throw new EngineError(
      'INVALID_ARGUMENT',
      `${scorer.name} gave ${scores.length} scores for ${ids.length} documents`,
    );
  }
  const bad = scores.findIndex((score) => !Number.isFinite(score));
  if (bad < 0) return;
  throw new EngineError(
    'INVALID_ARGUMENT',
    `${scorer.name} gave document ${JSON.stringify(ids[bad])} the score ${scores[bad]}`,
    {
      hint: 'Scores must be finite; look for a NaN in the model or an empty document.',
    },
  );
}
