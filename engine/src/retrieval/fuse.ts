// fuse: one ranking from several, by ranks (rrf.ts) or by normalised scores (weighted-sum.ts). Raw scores of different
// indexes are never added: they have no common scale. The result does not depend on the order of the retrievers; ties
// are by id; a weight of 0 switches a retriever off.

import { checkList, checkMethods, shown } from '../core/check.ts';
import { EngineError } from '../core/errors.ts';
import { assertRankable, compareHits } from '../core/order.ts';
import type { DocId, Explanation, Hit, Ranking } from '../core/types.ts';
import type { Contribution } from './contribution.ts';
import { keepEvidence } from './evidence.ts';
import { DEFAULT_K0, rrf } from './rrf.ts';
import { inOneRun, once } from './run-scope.ts';
import { type Context, type Explanations, type Query, type Retriever, traced } from './stage.ts';
import { minmax, zscore } from './weighted-sum.ts';

export interface FuseOptions {
  readonly by: 'rrf' | 'minmax' | 'zscore';
  /** One a retriever, ≥ 0, not all 0. Default 1 each. */
  readonly weights?: readonly number[];
  /** RRF's constant, > 0. Default 60. */
  readonly k0?: number;
}

/** Runs the retrievers concurrently. If one fails, the fusion fails: a ranking without its list would be wrong. */
export function fuse(options: FuseOptions, ...retrievers: readonly Retriever[]): Retriever {
  for (const retriever of retrievers) checkMethods('retriever', retriever, 'run', 'explain');
  const weights = checkedWeights(options, retrievers.length);
  const active = retrievers
    .map((retriever, i) => ({ retriever, weight: weights[i]! }))
    .filter(({ weight }) => weight > 0);
  const name = `fuse ${options.by}(${retrievers.map((retriever) => retriever.name).join(', ')})`;
  const runAll = (query: Query, context: Context) =>
    Promise.all(active.map(({ retriever }) => once(retriever, query, context, () => retriever.run(query, context))));
  const activeOptions = { ...options, weights: active.map(({ weight }) => weight) };
  return {
    name,
    run: (query, context = {}) =>
      traced(
        'fuse',
        context,
        () => inOneRun(context, async (shared) => fuseRankings(await runAll(query, shared), activeOptions)),
        (ranking) => ({ stage: name, hits: ranking.length }),
      ),
    explain: (query, ids, context = {}) =>
      inOneRun(context, async (shared) => {
        const lists = contributions(await runAll(query, shared), activeOptions);
        const parts = await Promise.all(active.map(({ retriever }) => retriever.explain(query, ids, shared)));
        const names = active.map(({ retriever }) => retriever.name);
        return explainFused(ids, lists, parts, names, options.by);
      }),
  };
}

/**
 * The same for given rankings; one that is not in order (a run from a file) is sorted first. Throws INVALID_ARGUMENT
 * for weights that do not fit, a NaN, or a document twice in a list.
 *
 * ```ts
 * const lexical = [{ id: 'a', score: 12 }, { id: 'b', score: 3 }];
 * const dense = [{ id: 'b', score: 0.8 }];
 * console.assert(fuseRankings([lexical, dense], { by: 'rrf' })[0]?.id === 'b');
 * ```
 */
export function fuseRankings(rankings: readonly Ranking[], options: FuseOptions): Ranking {
  const values = new Map<DocId, number[]>();
  for (const list of contributions(rankings, options)) {
    for (const [id, { value }] of list) {
      const known = values.get(id);
      if (known === undefined) values.set(id, [value]);
      else known.push(value);
    }
  }
  const evidence = keepEvidence(rankings.filter((_, i) => options.weights?.[i] !== 0));
  return [...values].map(([id, parts]): Hit => ({ id, score: sum(parts), ...evidence(id) })).sort(compareHits);
}

function contributions(
  rankings: readonly Ranking[],
  options: FuseOptions,
): readonly ReadonlyMap<DocId, Contribution>[] {
  const weights = checkedWeights(options, rankings.length);
  const lists: ReadonlyMap<DocId, Contribution>[] = [];
  rankings.forEach((ranking, i) => {
    for (const hit of ranking) assertRankable(hit.score, hit.id);
    if (weights[i] === 0) return;
    const list = normalise(inOrder(ranking), weights[i]!, options);
    if (list.size !== ranking.length) {
      throw new EngineError(
        'INVALID_ARGUMENT',
        `A ranking to fuse has ${ranking.length} hits of ${list.size} documents`,
        {
          hint: 'Collapse passages to documents before fusing.',
        },
      );
    }
    lists.push(list);
  });
  return lists;
}

function normalise(ranking: Ranking, weight: number, options: FuseOptions): ReadonlyMap<DocId, Contribution> {
  switch (options.by) {
    case 'rrf':
      return rrf(ranking, weight, options.k0 ?? DEFAULT_K0);
    case 'minmax':
      return minmax(ranking, weight);
    case 'zscore':
      return zscore(ranking, weight);
    default:
      options.by satisfies never;
      throw unknownFusion(options.by);
  }
}

/** Sorts a list that is not in order: score descending, id ascending. Ranks are defined only in that order. */
function inOrder(ranking: Ranking): Ranking {
  const sorted = ranking.every((hit, i) => i === 0 || compareHits(ranking[i - 1]!, hit) <= 0);
  return sorted ? ranking : [...ranking].sort(compareHits);
}

/** Adds the smallest first, so that the sum does not depend on the order of the lists. */
const sum = (parts: number[]) => parts.sort((a, b) => a - b).reduce((total, value) => total + value, 0);

function explainFused(
  ids: readonly DocId[],
  lists: readonly ReadonlyMap<DocId, Contribution>[],
  parts: readonly Explanations[],
  names: readonly string[],
  by: FuseOptions['by'],
): Explanations {
  const out = new Map<DocId, Explanation>();
  for (const id of ids) {
    const details = lists.flatMap((list, i): Explanation[] => {
      const contribution = list.get(id);
      if (contribution === undefined) return [];
      const why = parts[i]!.get(id);
      const description = `${DESCRIPTIONS[by]} in ${names[i]}`;
      return [
        { value: contribution.value, description, facts: contribution.facts, details: why === undefined ? [] : [why] },
      ];
    });
    if (details.length === 0) continue;
    out.set(id, {
      value: sum(details.map((detail) => detail.value)),
      description: `sum over ${lists.length} lists (${by})`,
      details,
    });
  }
  return out;
}

const DESCRIPTIONS = {
  rrf: 'weight / (k0 + rank)',
  minmax: 'weight · (score − min) / (max − min)',
  zscore: 'weight · (score − min) / standard deviation',
} as const satisfies Record<FuseOptions['by'], string>;

function checkedWeights(options: FuseOptions, lists: number): readonly number[] {
  checkMethods('options', options);
  const { by, weights, k0 = DEFAULT_K0 } = options;
  if (!Object.hasOwn(DESCRIPTIONS, by)) throw unknownFusion(by);
  if (!isFiniteNumber(k0) || k0 <= 0) {
    throw new EngineError('INVALID_ARGUMENT', `k0 is ${shown(k0)}`, {
      hint: 'Pass a number above 0; 60 is the usual one.',
    });
  }
  if (weights !== undefined) checkList('weights', weights);
  const all = weights ?? new Array<number>(lists).fill(1);
  const legal = all.length === lists && all.every((weight) => isFiniteNumber(weight) && weight >= 0);
  if (legal && (lists === 0 || all.some((weight) => weight > 0))) return all;
  throw new EngineError('INVALID_ARGUMENT', `The weights of ${lists} lists are [${all.map(shown).join(', ')}]`, {
    hint: 'Pass one finite number ≥ 0 a list, at least one of them above 0.',
  });
}

const isFiniteNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function unknownFusion(by: unknown): EngineError {
  return new EngineError('INVALID_ARGUMENT', `There is no fusion by ${shown(by)}`, {
    hint: 'Use rrf, minmax or zscore. Raw scores of different indexes have no common scale and are not added.',
  });
}
