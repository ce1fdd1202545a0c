// Test support: one small graph for every operation, with feeds and parameters at random. The suites of the gradients and of the
// executors run over the same cases, and a test asserts that no operation is missing.

import { Rng } from '@quire/engine/internals';
import {
  type Attention,
  BINARY,
  type Codes,
  type Feeds,
  Graph,
  type NodeId,
  normal,
  POOLING,
  type Shape,
  UNARY,
} from '@quire/engine/network';

export interface Case {
  readonly name: string;
  readonly graph: Graph;
  /** The node under test. */
  readonly out: NodeId;
  readonly parameters: Readonly<Record<string, Float32Array>>;
  readonly feeds: Feeds;
  /** int8 codes by name. */
  readonly codes: Codes;
}

const STARTS = Uint32Array.of(0, 5, 6, 6, 15);
const IDS = Uint32Array.of(3, 0, 3, 6, 1, 1, 3, 2, 0, 5, 4, 6, 6, 1, 0);
const FEEDS: Feeds = { sequences: { tokens: STARTS }, ids: { tokens: IDS }, dims: { pairs: 7 } };
const TOKENS = 15;

const SIZES: Readonly<Record<string, number>> = { 'tokens.rows': TOKENS, 'tokens.count': 4, pairs: 7 };
const sizeOf = (dim: string | number) => (typeof dim === 'number' ? dim : SIZES[dim]!);

interface Draft {
  readonly graph: Graph;
  /** A parameter with normal values times `spread` plus `shift`. */
  weights(name: string, rows: string | number, cols: number, spread?: number, shift?: number): NodeId;
  /** Random codes of that name. */
  codes(name: string, rows: number, cols: number): string;
  readonly tokens: string;
}

const ATTENTION: Attention = { heads: 2, dim: 6, scale: 0.4, window: 0, causal: false, sequences: 'tokens' };

const BUILDERS: Readonly<Record<string, (draft: Draft) => NodeId>> = {
  matmul: ({ graph, weights }) => graph.matmul(weights('a', 'pairs', 5), weights('b', 5, 9)),
  'matmul, B transposed': ({ graph, weights }) => graph.matmulT(weights('a', 'pairs', 5), weights('b', 9, 5)),
  'matmul, A transposed': ({ graph, weights }) =>
    graph.add({ op: 'matmul', a: weights('a', 5, 7), b: weights('b', 5, 9), transposeA: true, transposeB: false }),
  'matmul, both transposed': ({ graph, weights }) =>
    graph.add({ op: 'matmul', a: weights('a', 5, 7), b: weights('b', 9, 5), transposeA: true, transposeB: true }),
  'matmul of one row': ({ graph, weights }) => graph.matmulT(weights('a', 1, 300), weights('b', 1, 300)),
  'matmul-int8': ({ graph, weights, codes }) =>
    graph.matmulInt8(weights('x', 'pairs', 21), codes('w', 9, 21), weights('scales', 9, 1, 0.01, 0.02), undefined),
  'matmul-int8 with bias': ({ graph, weights, codes }) =>
    graph.matmulInt8(weights('x', 'pairs', 5), codes('w', 4, 5), weights('scales', 4, 1, 0.01), weights('bias', 1, 4)),
  ...Object.fromEntries(
    UNARY.map((f) => [
      f,
      ({ graph, weights }: Draft) =>
        graph.unary(
          f,
          ['log', 'sqrt', 'reciprocal'].includes(f) ? weights('x', 'pairs', 5, 0.2, 2) : weights('x', 'pairs', 5),
        ),
    ]),
  ),
  ...Object.fromEntries(
    BINARY.flatMap((f) =>
      (
        [
          ['a matrix', 'pairs', 5],
          ['a row', 1, 5],
          ['a column', 'pairs', 1],
          ['a number', 1, 1],
        ] as const
      ).map(([what, rows, cols]) => [
        `${f} ${what}`,
        ({ graph, weights }: Draft) => graph.binary(f, weights('a', 'pairs', 5), weights('b', rows, cols, 0.3, 2)),
      ]),
    ),
  ),
  affine: ({ graph, weights }) => graph.affine(weights('x', 'pairs', 5), 3, 0.5, ['pairs', 5]),
  columns: ({ graph, weights }) => graph.columns(weights('x', 'pairs', 9), 2, 5),
  'pad-columns': ({ graph, weights }) =>
    graph.add({ op: 'pad-columns', x: weights('x', 'pairs', 3), start: 2, cols: 9 }),
  'row-sum': ({ graph, weights }) => graph.rowSum(weights('x', 'pairs', 9)),
  'row-max': ({ graph, weights }) => graph.add({ op: 'row-max', x: weights('x', 'pairs', 9) }),
  'row-dot': ({ graph, weights }) => graph.rowDot(weights('a', 'pairs', 9), weights('b', 'pairs', 9)),
  'column-sum': ({ graph, weights }) => graph.columnSum(weights('x', 'pairs', 9)),
  fill: ({ graph }) => graph.fill(2.5, 'pairs', 3),
  mean: ({ graph, weights }) => graph.mean(weights('x', 'pairs', 9)),
  softmax: ({ graph, weights }) => graph.softmax(weights('x', 'pairs', 9)),
  'log softmax': ({ graph, weights }) => graph.logSoftmax(weights('x', 'pairs', 9, 5)),
  'softmax of one column': ({ graph, weights }) => graph.softmax(weights('x', 'pairs', 1)),
  'layer-norm': ({ graph, weights }) =>
    graph.layerNorm(weights('x', 'pairs', 9, 2, 1), weights('gain', 1, 9, 0.3, 1), weights('bias', 1, 9), 1e-5),
  'layer-norm without bias': ({ graph, weights }) =>
    graph.layerNorm(weights('x', 'pairs', 9), weights('gain', 1, 9), undefined, 1e-5),
  normalize: ({ graph, weights }) => graph.normalize(weights('x', 'pairs', 9)),
  'gather from a table': ({ graph, weights }) => graph.gather(weights('table', 8, 5), 'tokens'),
  'gather from values': ({ graph, weights }) => graph.gather(graph.unary('tanh', weights('table', 8, 5)), 'tokens'),
  'gather-int8': ({ graph, weights, codes }) =>
    graph.gatherInt8(codes('table', 8, 5), weights('scales', 8, 1, 0.01), 5, 'tokens'),
  scatter: ({ graph, weights }) =>
    graph.add({ op: 'scatter', x: weights('x', 'tokens.rows', 5), ids: 'tokens', rows: 8 }),
  ...Object.fromEntries(
    POOLING.map((mode) => [
      `pool ${mode}`,
      ({ graph, weights }: Draft) => graph.pool(mode, weights('x', 'tokens.rows', 5), 'tokens'),
    ]),
  ),
  rotate: ({ graph, weights }) => graph.rotate(weights('x', 'tokens.rows', 12), 6, 100, 'tokens'),
  attention: ({ graph, weights }) => attend(graph, weights, ATTENTION),
  'attention, causal': ({ graph, weights }) => attend(graph, weights, { ...ATTENTION, causal: true }),
  'attention, window': ({ graph, weights }) => attend(graph, weights, { ...ATTENTION, window: 2 }),
};

function attend(graph: Graph, weights: Draft['weights'], options: Attention): NodeId {
  const [q, k, v] = ['q', 'k', 'v'].map((name) => weights(name, 'tokens.rows', 12));
  return graph.attention(q!, k!, v!, options);
}

/** Every operation, some in several forms. */
export function operationCases(seed: number): readonly Case[] {
  return Object.entries(BUILDERS).map(([name, build]) => {
    const rng = new Rng(seed);
    const graph = new Graph();
    const parameters: Record<string, Float32Array> = {};
    const weights: Draft['weights'] = (parameter, rows, cols, spread = 1, shift = 0) => {
      parameters[parameter] = Float32Array.from({ length: sizeOf(rows) * cols }, () => normal(rng) * spread + shift);
      return graph.parameter(parameter, rows, cols);
    };
    const own: Record<string, Int8Array> = {};
    const codes: Draft['codes'] = (key, rows, cols) => {
      own[key] = Int8Array.from({ length: rows * cols }, () => rng.below(255) - 127);
      return key;
    };
    const out = build({ graph, weights, codes, tokens: 'tokens' });
    return { name, graph, out, parameters, feeds: FEEDS, codes: own };
  });
}

/** Sum of the node times fixed random weights: a loss whose gradient tells every element apart. */
export function weighted(
  graph: Graph,
  out: NodeId,
  seed: number,
): { readonly loss: NodeId; readonly matrix: (shape: Shape) => Float32Array } {
  const { rows, cols } = graph.shape(out);
  const input = graph.input('loss-weights', rows, cols);
  const loss = graph.total(graph.product(out, input));
  const matrix = (shape: Shape) => {
    const rng = new Rng(seed);
    return Float32Array.from({ length: caseSize(shape.rows) * caseSize(shape.cols) }, () => normal(rng));
  };
  return { loss, matrix };
}

function caseSize(dim: string | number): number {
  if (dim === 'tokens.cells×2') return 2 * (25 + 1 + 81);
  return sizeOf(dim);
}
