// The step that is measured: the model, its batch and its loss, as a graph of ours.
import { Rng } from '../../engine/dist/internals/index.js';
import { Graph, normal, TRANSFORMER_DEFAULTS, Transformer, textVectors } from '../../engine/dist/network/index.js';
import { contrastive, gradients } from '../../learn/dist/index.js';

export const TEXTS = 64;
export const LENGTH = 48;
export const WIDTH = 256;
export const HEADS = 4;
export const LAYERS = 2;
export const INNER = 1024;
const VOCABULARY = 8192;
const PAIRS = TEXTS / 2;

export function workload() {
  const model = new Transformer({
    ...TRANSFORMER_DEFAULTS,
    ...{ vocabulary: VOCABULARY, width: WIDTH, layers: LAYERS, heads: HEADS, inner: INNER, positions: 'none' },
  });
  const rng = new Rng(7);
  const weights = model.initialise(rng);
  for (const values of Object.values(weights)) for (let i = 0; i < values.length; i++) values[i] += 0.02 * normal(rng);
  const graph = new Graph();
  const rows = model.forward(graph, 'tokens');
  const vectors = textVectors(graph, rows, 'tokens', { pooling: 'mean', normalize: true });
  const half = (which) => graph.gather(vectors, which, 'pairs');
  const loss = contrastive(graph, {
    queries: half('first'),
    positives: half('second'),
    others: graph.input('others', 'pairs', 'pairs'),
    temperature: 0.05,
  });
  const { dense, rows: tables } = gradients(graph, loss);
  const outputs = [loss, ...dense.values(), ...[...tables.values()].map(({ grad }) => grad)];
  const starts = Uint32Array.from({ length: TEXTS + 1 }, (_, i) => i * LENGTH);
  const feeds = {
    ids: {
      tokens: Uint32Array.from({ length: TEXTS * LENGTH }, () => rng.below(VOCABULARY)),
      first: Uint32Array.from({ length: PAIRS }, (_, i) => i),
      second: Uint32Array.from({ length: PAIRS }, (_, i) => PAIRS + i),
    },
    sequences: { tokens: starts },
    matrices: { others: Float32Array.from({ length: PAIRS ** 2 }, (_, i) => Number(i % (PAIRS + 1) !== 0)) },
    dims: { pairs: PAIRS },
  };
  return { graph, loss, outputs, weights, feeds };
}

/** The shapes of the products of the step, with how often each occurs. */
export function productsOf(graph, sizeOf) {
  const found = new Map();
  for (const node of graph.nodes) {
    if (node.op !== 'matmul') continue;
    const [a, b] = [node.a, node.b].map((id) => [graph.shape(id).rows, graph.shape(id).cols].map(sizeOf));
    const key = JSON.stringify([a, b, node.transposeA, node.transposeB]);
    found.set(key, (found.get(key) ?? 0) + 1);
  }
  return [...found].map(([key, count]) => ({ key: JSON.parse(key), count }));
}
