// Vectors of many texts with the weights that an executor has now: for mining, live lists and measuring.

import { throwIfAborted } from '@quire/engine/core';
import { nextTurn } from '@quire/engine/internals';
import { type Executor, Graph, type NodeId } from '@quire/engine/network';
import { type TokenFeedOptions, tokenBatches, tokenFeeds } from '../data/token-feeds.ts';
import type { Ragged } from '../linear/ragged.ts';

const BATCH_TOKENS = 4096;

export class TextVectors {
  readonly #executor: Executor;
  readonly #graph = new Graph();
  readonly #vectors: NodeId;
  readonly #options: TokenFeedOptions;
  readonly dim: number;

  /** `network` adds one row a text to a graph. */
  constructor(executor: Executor, network: (graph: Graph) => NodeId, options: TokenFeedOptions) {
    this.#executor = executor;
    this.#vectors = network(this.#graph);
    this.#options = options;
    this.dim = this.#graph.shape(this.#vectors).cols as number; // vectors have a size
  }

  /** (which, dim), in the order of `which`. */
  async of(texts: Ragged, which: readonly number[], signal?: AbortSignal): Promise<Float32Array> {
    const out = new Float32Array(which.length * this.dim);
    let at = 0;
    for (const batch of tokenBatches(texts, which, BATCH_TOKENS)) {
      throwIfAborted(signal);
      const feeds = tokenFeeds(texts, batch, this.#options);
      const ran = await this.#executor.run(this.#graph, feeds, [this.#vectors]);
      out.set(ran.value(this.#vectors), at);
      at += batch.length * this.dim;
      await nextTurn();
    }
    return out;
  }
}
