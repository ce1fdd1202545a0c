// The objectives of a retriever: batches of queries with documents, and ADORE's lists, which the model retrieves again at every step.

import { type Cancellable, EngineError } from '@quire/engine/core';
import { Rng } from '@quire/engine/internals';
import type { Feeds, Graph, NodeId } from '@quire/engine/network';
import { type TokenFeedOptions, tokenFeeds } from '../data/token-feeds.ts';
import type { Ragged } from '../linear/ragged.ts';
import { lambdaWeights } from '../losses/pairwise.ts';
import type { ChunkedFeeds } from '../trainers/gradient-cache.ts';
import type { ChunkedObjective, Objective } from '../trainers/trainer.ts';
import type { TextVectors } from './encoding.ts';
import { adoreLoss, type BatchLossOptions, batchLoss, batchMasks, vectorScores } from './losses.ts';
import { nearest } from './nearest.ts';
import { drawNegatives, type NegativeSource } from './negatives.ts';
import type { JudgedTexts } from './pairs.ts';

/** The network of a retriever, and its texts as tokens: all queries, then all documents. */
export interface RetrieverTexts {
  readonly judged: JudgedTexts;
  readonly tokens: Ragged;
  readonly feed: TokenFeedOptions;
  /** One row a text. */
  readonly network: (graph: Graph) => NodeId;
}

/** The queries of a step: every query once an epoch, in an order of (seed, epoch). */
export function queriesOf(step: number, count: number, size: number, seed: number): number[] {
  const batch = Math.min(size, count);
  const perEpoch = Math.floor(count / batch);
  const epoch = Math.floor(step / perEpoch);
  const rng = new Rng(seed ^ Math.imul(epoch + 1, 0x9e3779b1));
  const order = rng.shuffle(Array.from({ length: count }, (_, i) => i));
  const from = (step % perEpoch) * batch;
  return order.slice(from, from + batch);
}

export interface BatchObjectiveOptions extends BatchLossOptions {
  readonly name: string;
  readonly seed: number;
  readonly queries: number;
  readonly perQuery: number;
  /** Texts of a chunk of the gradient cache; 0: no cache. */
  readonly chunk: number;
  /** The sources of negatives at a step. */
  readonly sources: (step: number) => Promise<readonly NegativeSource[]>;
}

export function batchObjective(texts: RetrieverTexts, options: BatchObjectiveOptions): Objective | ChunkedObjective {
  const { judged, tokens, feed, network } = texts;
  let sources: readonly NegativeSource[] = [];
  const draw = (step: number, rng: Rng) => {
    const asked = queriesOf(step, judged.queries.length, options.queries, options.seed);
    const positives = asked.map((q) => rng.pick(judged.relevant[q]!));
    const negatives = asked.flatMap((q) => drawNegatives(q, options.perQuery, sources, judged, rng));
    const documents = [...positives, ...negatives];
    const masks = batchMasks(
      documents,
      asked.map((q) => judged.relevant[q]!),
    );
    const shift = judged.queries.length;
    const which = [...asked, ...documents.map((d) => d + shift)];
    const loss: Feeds = {
      ids: {
        queries: Uint32Array.from(asked, (_, i) => i),
        documents: Uint32Array.from(documents, (_, i) => asked.length + i),
      },
      matrices: { own: masks.own, others: masks.others },
      dims: { pairs: masks.pairs },
    };
    return { which, loss };
  };
  const prepare = async (step: number) => {
    sources = await options.sources(step);
  };
  const loss = (graph: Graph, vectors: NodeId) => batchLoss(graph, vectorScores(graph, vectors), options);
  const { name } = options;
  if (options.chunk > 0) {
    const inChunks = (step: number, rng: Rng): ChunkedFeeds => {
      const drawn = draw(step, rng);
      return {
        chunks: slices(drawn.which, options.chunk).map((part) => tokenFeeds(tokens, part, feed)),
        loss: drawn.loss,
      };
    };
    return { name, prepare, vectors: network, loss, inChunks };
  }
  return {
    name,
    prepare,
    build: (graph) => loss(graph, network(graph)),
    feeds: (step, rng) => {
      const drawn = draw(step, rng);
      const own = tokenFeeds(tokens, drawn.which, feed);
      return { ...own, ...drawn.loss, ids: { ...own.ids, ...drawn.loss.ids } };
    },
  };
}

function slices(items: readonly number[], size: number): number[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

export interface AdoreOptions extends Cancellable {
  readonly name: string;
  readonly seed: number;
  readonly queries: number;
  readonly scale: number;
  readonly depth: number;
  readonly cut: number;
  /** (documents, dim): never changed. */
  readonly documents: Float32Array;
  readonly vectors: TextVectors;
}

/** What the lists of a step say about the model: free, because they are retrieved anyway. */
export interface LiveLists {
  /** Mean over the queries of 1 / rank of the first relevant document up to rank 10. */
  readonly mrr: number;
  /** Queries without a relevant document in their list. */
  readonly missed: number;
}

export function adoreObjective(
  texts: RetrieverTexts,
  options: AdoreOptions,
): Objective & { readonly lists: () => LiveLists } {
  const { judged, tokens, feed, network } = texts;
  const { documents, vectors, depth, cut, scale, name } = options;
  let asked: readonly number[] = [];
  let lists: readonly ListPairs[] = [];
  return {
    name,
    lists: () => ({
      mrr:
        lists.reduce((sum, { rank }) => sum + (rank > 0 && rank <= 10 ? 1 / rank : 0), 0) / Math.max(1, lists.length),
      missed: lists.filter(({ rank }) => rank === 0).length,
    }),
    prepare: async (step) => {
      asked = queriesOf(step, judged.queries.length, options.queries, options.seed);
      const now = await vectors.of(tokens, asked, options.signal);
      lists = nearest(now, documents, vectors.dim, depth).map(({ ords }, i) =>
        pairsOf(ords, judged.relevant[asked[i]!]!, cut),
      );
    },
    build: (graph) => adoreLoss(graph, network(graph), scale),
    feeds: () => adoreFeeds(lists, { documents, dim: vectors.dim, own: tokenFeeds(tokens, asked, feed) }),
  };
}

/** The list of one query and the pairs of it that the loss compares. */
interface ListPairs {
  readonly entries: readonly number[];
  /** Rank of the first relevant document that was retrieved; 0: none was. */
  readonly rank: number;
  readonly pairs: readonly { readonly better: number; readonly worse: number; readonly weight: number }[];
}

/** Where no relevant document was retrieved, all of them stand behind the list, as in the reference. */
export function pairsOf(ords: Uint32Array, relevant: readonly number[], cut: number): ListPairs {
  const answers = new Set(relevant);
  const first = ords.findIndex((ord) => answers.has(ord));
  const entries = first < 0 ? [...ords, ...relevant] : [...ords];
  const relevance = entries.map((ord) => Number(answers.has(ord)));
  const weights = lambdaWeights(relevance, cut);
  const pairs: { better: number; worse: number; weight: number }[] = [];
  let row = 0;
  for (const [better, grade] of relevance.entries()) {
    if (grade === 0) continue;
    for (let worse = 0; worse < entries.length; worse++) {
      if (relevance[worse] === 0) pairs.push({ better, worse, weight: weights[row * entries.length + worse]! });
    }
    row++;
  }
  return { entries, rank: first + 1, pairs };
}

function adoreFeeds(
  lists: readonly ListPairs[],
  { documents, dim, own }: { readonly documents: Float32Array; readonly dim: number; readonly own: Feeds },
): Feeds {
  const total = lists.reduce((sum, { entries }) => sum + entries.length, 0);
  const count = Math.max(
    1,
    lists.reduce((sum, { pairs }) => sum + pairs.length, 0),
  );
  const listed = new Float32Array(total * dim);
  const asked = new Uint32Array(total);
  const [better, worse] = [new Uint32Array(count), new Uint32Array(count)];
  const weights = new Float32Array(count); // without any pair: one of weight 0
  let [at, pair] = [0, 0];
  for (const [q, { entries, pairs }] of lists.entries()) {
    for (const [i, ord] of entries.entries()) {
      listed.set(documents.subarray(ord * dim, (ord + 1) * dim), (at + i) * dim);
      asked[at + i] = q;
    }
    for (const { better: b, worse: w, weight } of pairs) {
      better[pair] = at + b;
      worse[pair] = at + w;
      weights[pair++] = weight / lists.length;
    }
    at += entries.length;
  }
  if (total === 0) throw new EngineError('INVALID_ARGUMENT', 'There are no documents to retrieve');
  return { ...own, ids: { ...own.ids, asked, better, worse }, matrices: { listed, weights }, dims: { pairs: count } };
}
