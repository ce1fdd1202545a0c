// How well a student agrees with its teacher: the mean cosine of their vectors over some texts, with the weights that the executor has.

import { type Executor, type Feeds, Graph, type NodeId } from '@quire/engine/network';
import { type Ragged, rowOf } from '../linear/ragged.ts';

export interface AgreementOptions {
  readonly tokens: Ragged;
  readonly targets: Float32Array; // (texts, dim)
  readonly dim: number;
  /** The texts that are measured. */
  readonly texts: readonly number[];
  /** Tokens of a run. */
  readonly batchTokens: number;
  /** Adds the student's vectors, (texts of a run, dim), to a graph. */
  readonly build: (graph: Graph) => NodeId;
  readonly feeds: (texts: readonly number[]) => Feeds;
}

export type Agreement = () => Promise<number>;

export function agreementOf(executor: Executor, options: AgreementOptions): Agreement {
  const { targets, dim, texts, feeds } = options;
  const graph = new Graph();
  const vectors = options.build(graph);
  return async () => {
    let sum = 0;
    for (const batch of batchesOf(options)) {
      const values = (await executor.run(graph, feeds(batch), [vectors])).value(vectors);
      for (const [i, text] of batch.entries()) {
        sum += cosine(values.subarray(i * dim, (i + 1) * dim), targets.subarray(text * dim, (text + 1) * dim));
      }
    }
    return Math.fround(sum / texts.length); // a checkpoint holds it exactly
  };
}

function* batchesOf({ tokens, texts, batchTokens }: AgreementOptions): Generator<readonly number[]> {
  let batch: number[] = [];
  let size = 0;
  for (const text of texts) {
    const { length } = rowOf(tokens, text);
    if (batch.length > 0 && size + length > batchTokens) {
      yield batch;
      batch = [];
      size = 0;
    }
    batch.push(text);
    size += length;
  }
  if (batch.length > 0) yield batch;
}

/** 0 where a vector is zero. */
function cosine(a: Float32Array, b: Float32Array): number {
  let [product, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += a[i]! * b[i]!;
    aa += a[i]! * a[i]!;
    bb += b[i]! * b[i]!;
  }
  return aa === 0 || bb === 0 ? 0 : product / Math.sqrt(aa * bb);
}
