// Golden values of the STAR and ADORE papers through the losses that a recipe reaches.

import { Graph, runReference } from '@quire/engine/network';
import { describe, expect, it } from 'vitest';
import { gradients } from '../graph/gradients.ts';
import { adoreLoss, batchLoss, batchMasks, vectorScores } from './losses.ts';
import { pairsOf, queriesOf } from './objectives.ts';

/** Queries, positives, hard negatives of the check of STAR. */
const VECTORS = [1, 0, 0.5, 0, 1, -0.5, 0.9, 0.1, 0.2, 0.2, 0.8, 0, 0.7, 0.3, 0.1, 0.5, 0.6, -0.2];

describe('the losses of a batch', () => {
  const star = (relevant: readonly (readonly number[])[]) => {
    const graph = new Graph();
    const vectors = graph.parameter('vectors', 6, 3);
    const loss = batchLoss(graph, vectorScores(graph, graph.affine(vectors, 1)), { loss: 'star', scale: 1, margin: 0 });
    const masks = batchMasks([10, 11, 12, 13], relevant);
    const feeds = {
      ids: { queries: Uint32Array.of(0, 1), documents: Uint32Array.of(2, 3, 4, 5) },
      matrices: { own: masks.own, others: masks.others },
      dims: { pairs: masks.pairs },
    };
    const grad = gradients(graph, loss).dense.get('vectors')!;
    const found = runReference(graph, { vectors: VECTORS }, feeds, [loss, grad]);
    return { loss: found.get(loss)![0]!, grad: [...found.get(grad)!] };
  };
  it('star: the value and gradient of the paper', () => {
    const { loss, grad } = star([[10], [11]]);
    expect(loss).toBeCloseTo(0.47592, 6);
    const wanted = [-0.074387, 0.080292, -0.041254, 0.090409, -0.082492, 0.000598];
    for (const [i, value] of wanted.entries()) expect(grad[i]).toBeCloseTo(value, 5);
  });
  it('star: a hard negative that answers the query is masked', () => {
    expect(star([[10, 13], [11]]).loss).toBeCloseTo(0.483606, 6);
  });
  it('info-nce equals the log of the softmax, hinge counts the margin', () => {
    const value = (loss: 'info-nce' | 'hinge') => {
      const graph = new Graph();
      const scores = graph.input('scores', 'queries', 'documents');
      const node = batchLoss(graph, scores, { loss, scale: 2, margin: 0.5 });
      const masks = batchMasks([0, 1, 2], [[0], [1, 2]]);
      const matrices = { scores: Float32Array.of(1, 0.9, 0.2, 0.3, 0.8, 5), own: masks.own, others: masks.others };
      const feeds = { matrices, dims: { pairs: masks.pairs, queries: 2, documents: 3 } };
      return runReference(graph, {}, feeds, [node]).get(node)![0]!;
    };
    const nce = (own: number, ...others: number[]) =>
      Math.log([own, ...others].reduce((sum, s) => sum + Math.exp(s), 0)) - own;
    expect(value('info-nce')).toBeCloseTo((nce(2, 1.8, 0.4) + nce(1.6, 0.6)) / 2, 6);
    expect(value('hinge')).toBeCloseTo((0.5 - 0.2) / 3, 6);
  });
});

describe('ADORE', () => {
  const adore = (scores: readonly number[], relevant: readonly number[], cut: number, listed = scores.length) => {
    const { entries, pairs } = pairsOf(
      Uint32Array.from({ length: listed }, (_, i) => i),
      relevant,
      cut,
    );
    const graph = new Graph();
    // One query (1), and documents whose only number is their score.
    const loss = adoreLoss(graph, graph.parameter('query', 1, 1), 1);
    const feeds = {
      ids: {
        asked: new Uint32Array(entries.length),
        better: Uint32Array.from(pairs, (pair) => pair.better),
        worse: Uint32Array.from(pairs, (pair) => pair.worse),
      },
      matrices: {
        listed: Float32Array.from(entries, (ord) => scores[ord]!),
        weights: Float32Array.from(pairs, ({ weight }) => weight),
      },
      dims: { pairs: pairs.length },
    };
    return runReference(graph, { query: [1] }, feeds, [loss]).get(loss)![0]!;
  };
  it('has the values of the paper', () => {
    expect(adore([2, 1.5, 1, 0.2], [1], 200)).toBeCloseTo(0.208768, 5);
    expect(adore([2, 1.5, 1, 0.2], [1], 2)).toBeCloseTo(0.281527, 5);
  });
  it('appends what was missed behind the list', () => {
    expect(adore([2, 1.5, 1, 0.2, -0.3], [4], 4, 4)).toBeCloseTo(1.032306, 5);
    expect(pairsOf(Uint32Array.of(7, 8), [1, 2], 10)).toMatchObject({ entries: [7, 8, 1, 2], rank: 0 });
    expect(pairsOf(Uint32Array.of(7, 1), [1, 2], 10)).toMatchObject({ entries: [7, 1], rank: 2 });
  });
  it('has no pairs where everything retrieved is relevant', () => {
    expect(pairsOf(Uint32Array.of(1, 2), [1, 2], 10).pairs).toEqual([]);
  });
});

describe('the queries of a step', () => {
  it('are all queries once an epoch, in another order each time', () => {
    const epoch = (from: number) => [0, 1, 2].flatMap((i) => queriesOf(from + i, 12, 4, 9));
    expect([...epoch(0)].sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(epoch(3)).not.toEqual(epoch(0));
    expect(epoch(0)).toEqual(epoch(0));
    expect(queriesOf(7, 3, 50, 1)).toHaveLength(3);
  });
});
