// rerank: a more expensive scorer for the head of a ranking. Beyond `depth` the order stays, with scores shifted below
// the head's lowest: recall at large depths is unchanged, and the whole ranking has one total order. If a scorer fails,
// the run fails, or by option a trace event reports it; the scores are never replaced by zeros.

import { checkCount, checkList, checkMethods, checkObject, shown } from '../core/check.ts';
import { EngineError } from '../core/errors.ts';
import { compareHits } from '../core/order.ts';
import type { DocId, Evidence, Explanation, Hit, Ranking } from '../core/types.ts';
import { withScore } from './evidence.ts';
import { inOneRun, once, seenBy } from './run-scope.ts';
import { shiftBelow } from './shift-below.ts';
import { type Context, type Explanations, type Query, type Retriever, traced } from './stage.ts';

/** A finite score, higher is better, with or without what made it; undefined: the scorer has none for this document. */
export type DocumentScore = number | { readonly score: number; readonly evidence: readonly Evidence[] } | undefined;

export interface Scorer {
  readonly name: string;
  /**
   * One score a document, in the order of `ids`. The context has the snapshot and the texts of the run. Documents
   * without a score go below those with one and keep their order, which is reported as `rerank.unscored`.
   */
  score(query: Query, ids: readonly DocId[], context?: Context): Promise<readonly DocumentScore[]>;
  /** Why documents have these scores. Default: the score alone. */
  explain?(query: Query, ids: readonly DocId[], context?: Context): Promise<Explanations>;
}

export interface RerankOptions {
  /** When the scorer throws: `throw` (default), or `keep` the first ranking and report `rerank.failed`. */
  readonly onFailure?: 'throw' | 'keep';
}

/** The ranking to re-order, and the scores of its head; no scores if the scorer failed and the ranking is kept. */
interface Scores {
  readonly first: Ranking;
  readonly scores: readonly DocumentScore[] | undefined;
}

/** Re-orders the first `depth` hits of `retriever` by `scorer`; ties by id. A part is a scorer through `partScorer`. */
export function rerank(retriever: Retriever, scorer: Scorer, depth: number, options: RerankOptions = {}): Retriever {
  checkMethods('retriever', retriever, 'run', 'explain');
  checkMethods('scorer', scorer, 'score');
  checkCount('depth', depth);
  checkObject('options', options);
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
        const own = await scorer.explain?.(query, ids, seenBy(shared));
        return explainReranked({ scorer, depth, first, scores, whys: own === undefined ? [why] : [own, why] }, ids);
      }),
  };
}

/** The head by its new scores; below it, in their old order, the hits without a score and the tail. */
function rescore(first: Ranking, scores: readonly DocumentScore[]): Ranking {
  const head: Hit[] = [];
  const below: Hit[] = [];
  for (const [i, hit] of first.entries()) {
    const given = scores[i];
    if (given === undefined) below.push(hit);
    else if (typeof given === 'number') head.push(withScore(hit, given));
    else head.push(withScore(hit, given.score, given.evidence));
  }
  if (head.length === 0) return first;
  head.sort(compareHits);
  return [...head, ...shiftBelow(below, head.at(-1)!.score)];
}

interface Reranked {
  readonly scorer: Scorer;
  readonly depth: number;
  readonly first: Ranking;
  readonly scores: readonly DocumentScore[];
  /** Of the scorer, if it explains, and of the first ranking. */
  readonly whys: readonly Explanations[];
}

function explainReranked({ scorer, depth, first, scores, whys }: Reranked, ids: readonly DocId[]): Explanations {
  const final = new Map(rescore(first, scores).map((hit) => [hit.id, hit.score]));
  const ranks = new Map(first.map((hit, i) => [hit.id, i + 1]));
  const describe = (rank: number) => {
    if (scores[rank - 1] !== undefined) return `score of ${scorer.name}`;
    const why =
      rank > scores.length ? `beyond the ${depth} that ${scorer.name} scored` : `without a score of ${scorer.name}`;
    return `${why}: order kept, score shifted`;
  };
  const out = new Map<DocId, Explanation>();
  for (const id of ids) {
    const value = final.get(id);
    if (value === undefined) continue;
    const rank = ranks.get(id)!;
    const details = whys.flatMap((why) => why.get(id) ?? []);
    out.set(id, { value, description: describe(rank), facts: { rank, depth }, details });
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
): Promise<readonly DocumentScore[] | undefined> {
  try {
    const scores = await scorer.score(query, ids, seenBy(context));
    checkScores(scorer, ids, scores);
    const documents = scores.filter((score) => score === undefined).length;
    if (documents > 0) {
      context.trace?.({
        name: 'rerank.unscored',
        message: `${scorer.name} has no score for ${documents} documents`,
        facts: { documents },
      });
    }
    return scores;
  } catch (error) {
    const cancelled = error instanceof EngineError && error.code === 'CANCELLED';
    if (onFailure === 'throw' || cancelled || context.signal?.aborted === true) throw error;
    const message = error instanceof Error ? error.message : String(error);
    context.trace?.({ name: 'rerank.failed', message: `${scorer.name}: ${message}`, facts: { documents: ids.length } });
    return undefined;
  }
}

function checkScores(scorer: Scorer, ids: readonly DocId[], scores: readonly DocumentScore[]): void {
  checkList(`What ${scorer.name} gave`, scores);
  if (scores.length !== ids.length) {
    throw new EngineError(
      'INVALID_ARGUMENT',
      `${scorer.name} gave ${scores.length} scores for ${ids.length} documents`,
    );
  }
  for (const [i, given] of scores.entries()) {
    const score = typeof given === 'object' ? given?.score : given;
    if (given === undefined || Number.isFinite(score)) continue;
    throw new EngineError(
      'INVALID_ARGUMENT',
      `${scorer.name} gave document ${JSON.stringify(ids[i])} the score ${shown(score)}`,
      { hint: 'Scores must be finite; look for a NaN in the model or an empty document.' },
    );
  }
}
