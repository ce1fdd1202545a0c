// The operations on sequences as ONNX nodes: pooling, rotary positions, attention.

import type { Attention, NodeId, OpOf } from '@quire/engine/network';
import type { Emission, Form } from './emission.ts';

const rows = (name: string): Form => ({ form: 'rows', name });
/** Stands for −∞ where a sum must stay finite. */
const HIDDEN = -1e30;

/** `x` and one row of zeros behind it, by the numbers `which`. */
function takeOrZero(e: Emission, x: string, which: string): string {
  const longer = e.node('Pad', [x, e.file.integers([0, 0, 1, 0])]);
  return e.node('Gather', [longer, which], { axis: { int: 0 } });
}

/** Padded values with `HIDDEN` at padding, (sequences, longest, cols). */
function hidden(e: Emission, x: NodeId, sequences: string): string {
  const { filled } = e.tables.sequences(sequences);
  const shift = e.once(`${sequences} hidden`, () =>
    e.node('Mul', [e.node('Sub', [e.file.number(1), filled]), e.file.number(HIDDEN)]),
  );
  return e.once(`${x} hidden ${sequences}`, () =>
    e.node('Add', [e.node('Mul', [e.padded(x, sequences), filled]), shift]),
  );
}

/** Mask of the scores of a layer: padding, and what lies outside the window or behind the position. */
function scoreBias(e: Emission, { sequences, window, causal }: Attention): string {
  const { keyBias, shape } = e.tables.sequences(sequences);
  if (window === 0 && !causal) return keyBias;
  return e.once(`${sequences} bias ${window} ${causal}`, () => {
    const longest = e.node('Reshape', [
      e.node('Slice', [shape, e.file.integers([1]), e.file.integers([2])]),
      e.file.integers([]),
    ]);
    const [zero, one] = [0, 1].map((value) => e.node('Reshape', [e.file.integers([value]), e.file.integers([])]));
    const places = e.node('Range', [zero!, longest, one!]);
    const down = e.node('Reshape', [places, e.file.integers([-1, 1])]);
    const apart = e.node('Sub', [down, e.node('Reshape', [places, e.file.integers([1, -1])])]);
    let unseen: string | undefined;
    if (window > 0) unseen = e.node('Greater', [e.node('Abs', [apart]), e.file.integers([window])]);
    if (causal) {
      const behind = e.node('Less', [apart, e.file.integers([0])]);
      unseen = unseen === undefined ? behind : e.node('Or', [unseen, behind]);
    }
    const bias = e.node('Mul', [e.node('Cast', [unseen!], { to: { int: 1 } }), e.file.number(HIDDEN)]);
    return e.node('Add', [keyBias, bias]);
  });
}

const swap = (e: Emission, squares: string) => e.node('Transpose', [squares], { perm: { ints: [0, 1, 3, 2] } });

export const SEQUENCES = {
  pool: ({ x, mode, sequences }: OpOf<'pool'>, e: Emission): Form => {
    const tables = e.tables.sequences(sequences);
    if (mode === 'first' || mode === 'last') return rows(takeOrZero(e, e.rows(x), tables[mode]));
    if (mode === 'mean') {
      const own = e.node('Mul', [e.padded(x, sequences), tables.filled]);
      const sums = e.node('ReduceSum', [own, e.file.integers([1])], { keepdims: { int: 0 } });
      return rows(e.node('Mul', [sums, tables.inverseLengths]));
    }
    const most = e.node('ReduceMax', [hidden(e, x, sequences)], { axes: { ints: [1] }, keepdims: { int: 0 } });
    const isFilled = e.node('Sign', [tables.inverseLengths]);
    return rows(e.node('Mul', [most, isFilled]));
  },
  'pool-grad': ({ x, dy, mode, sequences }: OpOf<'pool-grad'>, e: Emission): Form => {
    const tables = e.tables.sequences(sequences);
    const spread = (grad: string) => e.node('Gather', [grad, tables.sequenceOf], { axis: { int: 0 } });
    if (mode === 'mean') return rows(spread(e.node('Mul', [e.rows(dy), tables.inverseLengths])));
    if (mode !== 'max') {
      const mask = mode === 'first' ? tables.isFirst : tables.isLast;
      return rows(e.node('Mul', [spread(e.rows(dy)), mask]));
    }
    // The first of equal values, as our kernels choose.
    const where = e.node('ArgMax', [hidden(e, x, sequences)], { axis: { int: 1 }, keepdims: { int: 1 } });
    const chosen = tables.rows(
      e.node('Mul', [
        e.node('Cast', [e.node('Equal', [placesOf(e, sequences), where])], { to: { int: 1 } }),
        tables.filled,
      ]),
    );
    return rows(e.node('Mul', [spread(e.rows(dy)), chosen]));
  },
  rotate: ({ x, dim, theta, sign, sequences }: OpOf<'rotate'>, e: Emission): Form => {
    const cols = e.graph.shape(x).cols as number; // its shape was checked
    const half = dim / 2;
    const part = (value: string, axis: number, from: number, to: number) =>
      e.node('Slice', [value, ...[[from], [to], [axis]].map((values) => e.file.integers(values))]);
    const [cos, sin] = [0, half].map((from) =>
      e.once(`${sequences} angles ${dim} ${theta} ${from}`, () => {
        const { positions } = e.tables.sequences(sequences);
        const angles = e.node('Gather', [e.tables.angles(dim, theta, sequences), positions], { axis: { int: 0 } });
        return e.node('Reshape', [part(angles, 1, from, from + half), e.file.integers([-1, 1, half])]);
      }),
    );
    const shaped = e.node('Reshape', [e.rows(x), e.file.integers([-1, cols / dim, dim])]);
    const [u, v] = [part(shaped, 2, 0, half), part(shaped, 2, half, dim)];
    const [add, subtract] = sign === 1 ? ['Add', 'Sub'] : ['Sub', 'Add'];
    const first = e.node(subtract!, [e.node('Mul', [u, cos!]), e.node('Mul', [v, sin!])]);
    const second = e.node(add!, [e.node('Mul', [v, cos!]), e.node('Mul', [u, sin!])]);
    const joined = e.node('Concat', [first, second], { axis: { int: 2 } });
    return rows(e.node('Reshape', [joined, e.file.integers([-1, cols])]));
  },
  'attention-weights': (node: OpOf<'attention-weights'>, e: Emission): Form => {
    const products = e.node('MatMul', [e.heads(node.q, node), swap(e, e.heads(node.k, node))]);
    const scores = e.node('Mul', [products, e.file.number(node.scale)]);
    const weights = e.node('Softmax', [e.node('Add', [scores, scoreBias(e, node)])], { axis: { int: 3 } });
    return { form: 'squares', name: weights, sequences: node.sequences, heads: node.heads };
  },
  'attention-mix': (node: OpOf<'attention-mix'>, e: Emission): Form =>
    e.joinHeads(e.node('MatMul', [e.squares(node.weights, node), e.heads(node.v, node)]), node),
  'attention-mix-grad-v': (node: OpOf<'attention-mix-grad-v'>, e: Emission): Form =>
    e.joinHeads(e.node('MatMul', [swap(e, e.squares(node.weights, node)), e.heads(node.dy, node)]), node),
  'attention-mix-grad-weights': (node: OpOf<'attention-mix-grad-weights'>, e: Emission): Form => {
    const products = e.node('MatMul', [e.heads(node.dy, node), swap(e, e.heads(node.v, node))]);
    return { form: 'squares', name: products, sequences: node.sequences, heads: node.heads };
  },
  'attention-softmax-grad': (node: OpOf<'attention-softmax-grad'>, e: Emission): Form => {
    const [weights, dy] = [e.squares(node.weights, node), e.squares(node.dy, node)];
    const sums = e.node('ReduceSum', [e.node('Mul', [weights, dy]), e.file.integers([3])], { keepdims: { int: 1 } });
    const slopes = e.node('Mul', [weights, e.node('Sub', [dy, sums])]);
    const scaled = e.node('Mul', [slopes, e.file.number(node.scale)]);
    return { form: 'squares', name: scaled, sequences: node.sequences, heads: node.heads };
  },
  'attention-scores-grad': (node: OpOf<'attention-scores-grad'>, e: Emission): Form => {
    const own = e.squares(node.dscores, node);
    const turned = node.transposed ? swap(e, own) : own;
    return e.joinHeads(e.node('MatMul', [turned, e.heads(node.other, node)]), node);
  },
};

/** 0 … longest − 1 as int64 (1, longest, 1). */
function placesOf(e: Emission, sequences: string): string {
  return e.once(`${sequences} places`, () => {
    const { shape } = e.tables.sequences(sequences);
    const end = e.node('Slice', [shape, e.file.integers([1]), e.file.integers([2])]);
    const number = (value: string) => e.node('Reshape', [value, e.file.integers([])]);
    const range = e.node('Range', [number(e.file.integers([0])), number(end), number(e.file.integers([1]))]);
    return e.node('Reshape', [range, e.file.integers([1, -1, 1])]);
  });
}
