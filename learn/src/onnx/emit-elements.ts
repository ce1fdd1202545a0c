// The operations on elements, rows and products as ONNX nodes. Everything here is of the form `rows`.

import type { NodeId, OpOf, Unary } from '@quire/engine/network';
import type { Emission, Form } from './emission.ts';

const rows = (name: string): Form => ({ form: 'rows', name });

type Apply = (e: Emission, x: string) => string;

const SQRT2 = Math.SQRT2;
const TANH_A = Math.sqrt(2 / Math.PI);
const TANH_B = 0.044715;

const call =
  (type: string): Apply =>
  (e, x) =>
    e.node(type, [x]);

/** (1 + erf(x/√2)): the shape that runtimes recognise as GELU when x/2 follows. */
const onePlusErf: Apply = (e, x) =>
  e.node('Add', [e.node('Erf', [e.node('Div', [x, e.file.number(SQRT2)])]), e.file.number(1)]);

/** tanh(√(2/π)·(x + b·x³)) */
const bentTanh: Apply = (e, x) => {
  const cube = e.node('Mul', [e.node('Mul', [x, x]), x]);
  const bent = e.node('Add', [x, e.node('Mul', [cube, e.file.number(TANH_B)])]);
  return e.node('Tanh', [e.node('Mul', [bent, e.file.number(TANH_A)])]);
};

const UNARIES: Readonly<Record<Unary, Apply>> = {
  exp: call('Exp'),
  log: call('Log'),
  gelu: (e, x) => e.node('Mul', [e.node('Mul', [x, onePlusErf(e, x)]), e.file.number(0.5)]),
  'gelu-tanh': (e, x) =>
    e.node('Mul', [e.node('Mul', [x, e.file.number(0.5)]), e.node('Add', [bentTanh(e, x), e.file.number(1)])]),
  relu: call('Relu'),
  tanh: call('Tanh'),
  sigmoid: call('Sigmoid'),
  softplus: call('Softplus'),
  reciprocal: call('Reciprocal'),
  sqrt: call('Sqrt'),
  step: (e, x) => e.node('Cast', [e.node('Greater', [x, e.file.number(0)])], { to: { int: 1 } }),
  'gelu-slope': (e, x) => {
    const half = e.node('Mul', [onePlusErf(e, x), e.file.number(0.5)]);
    const power = e.node('Exp', [e.node('Mul', [e.node('Mul', [x, x]), e.file.number(-0.5)])]);
    const gauss = e.node('Mul', [power, e.file.number(1 / Math.sqrt(2 * Math.PI))]);
    return e.node('Add', [half, e.node('Mul', [x, gauss])]);
  },
  'gelu-tanh-slope': (e, x) => {
    const t = bentTanh(e, x);
    const half = e.node('Mul', [e.node('Add', [t, e.file.number(1)]), e.file.number(0.5)]);
    const sech2 = e.node('Sub', [e.file.number(1), e.node('Mul', [t, t])]);
    const square = e.node('Mul', [e.node('Mul', [x, x]), e.file.number(3 * TANH_B)]);
    const inner = e.node('Mul', [e.node('Add', [square, e.file.number(1)]), e.file.number(TANH_A / 2)]);
    return e.node('Add', [half, e.node('Mul', [e.node('Mul', [x, sech2]), inner])]);
  },
};

const BINARIES = { add: 'Add', subtract: 'Sub', multiply: 'Mul', divide: 'Div', maximum: 'Max' } as const;

const sumOf = (e: Emission, x: string, axis: number) =>
  e.node('ReduceSum', [x, e.file.integers([axis])], { keepdims: { int: 1 } });
const along = (type: 'ReduceMean' | 'ReduceMax' | 'ReduceL2', e: Emission, x: string) =>
  e.node(type, [x], { axes: { ints: [1] }, keepdims: { int: 1 } });

/** (x − mean)·r and r = 1/√(variance + eps), by row; made once for a value. */
function standardised(e: Emission, id: NodeId, eps: number): { readonly h: string; readonly r: string } {
  const key = `${id} standardised ${eps}`;
  const x = e.rows(id);
  const centred = e.once(`${key} centred`, () => e.node('Sub', [x, along('ReduceMean', e, x)]));
  const r = e.once(`${key} r`, () => {
    const variance = along('ReduceMean', e, e.node('Mul', [centred, centred]));
    return e.node('Reciprocal', [e.node('Sqrt', [e.node('Add', [variance, e.file.number(eps)])])]);
  });
  return { h: e.once(`${key} h`, () => e.node('Mul', [centred, r])), r };
}

/** The length of each row, at least eps. */
function lengths(e: Emission, id: NodeId, eps: number): { readonly length: string; readonly by: string } {
  const length = e.once(`${id} length`, () => along('ReduceL2', e, e.rows(id)));
  return { length, by: e.once(`${id} length ${eps}`, () => e.node('Max', [length, e.file.number(eps)])) };
}

/** A vector of cols from (1, cols), as LayerNormalization takes it. */
const flat = (e: Emission, id: NodeId) => e.node('Reshape', [e.rows(id), e.file.integers([-1])]);

export const ELEMENTS = {
  parameter: (node: OpOf<'parameter'>, e: Emission): Form => {
    const { rows: r, cols: c } = node.shape;
    const values = e.stored.weights[node.name];
    const isStored = values !== undefined && typeof r === 'number' && typeof c === 'number';
    return rows(isStored ? e.file.constant(node.name, values, [r, c]) : e.file.input(node.name, 'float', [r, c]));
  },
  input: (node: OpOf<'input'>, e: Emission): Form =>
    rows(e.file.input(node.name, 'float', [node.shape.rows, node.shape.cols])),
  fill: (node: OpOf<'fill'>, e: Emission): Form => {
    const shape = e.node('Concat', [e.size(node.shape.rows), e.size(node.shape.cols)], { axis: { int: 0 } });
    return rows(e.node('Expand', [e.file.number(node.value), shape]));
  },
  matmul: ({ a, b, transposeA, transposeB }: OpOf<'matmul'>, e: Emission): Form =>
    rows(
      e.node('Gemm', [e.rows(a), e.rows(b)], {
        transA: { int: Number(transposeA) },
        transB: { int: Number(transposeB) },
      }),
    ),
  'matmul-int8': ({ x, codes, scales, bias }: OpOf<'matmul-int8'>, e: Emission): Form => {
    const outputs = e.graph.shape(scales).rows as number; // codes have sizes
    const inputs = e.graph.shape(x).cols as number; // its shape was checked
    const rounded = quantised(e, x);
    const weights = e.once(`${codes} turned`, () =>
      e.node('Transpose', [codesOf(e, codes, outputs, inputs)], { perm: { ints: [1, 0] } }),
    );
    const sums = e.node('Cast', [e.node('MatMulInteger', [rounded.codes, weights])], { to: { int: 1 } });
    const own = e.node('Reshape', [e.rows(scales), e.file.integers([1, -1])]);
    const product = e.node('Mul', [e.node('Mul', [sums, rounded.scales]), own]);
    return rows(bias === undefined ? product : e.node('Add', [product, e.rows(bias)]));
  },
  unary: (node: OpOf<'unary'>, e: Emission): Form => rows(UNARIES[node.f](e, e.rows(node.x))),
  binary: (node: OpOf<'binary'>, e: Emission): Form => rows(e.node(BINARIES[node.f], [e.rows(node.a), e.rows(node.b)])),
  affine: (node: OpOf<'affine'>, e: Emission): Form => {
    let scale = node.scale;
    let y = e.rows(node.x);
    for (const dim of node.over) {
      if (typeof dim === 'number') scale /= dim;
      else y = e.node('Div', [y, e.node('Cast', [e.size(dim)], { to: { int: 1 } })]);
    }
    if (scale !== 1) y = e.node('Mul', [y, e.file.number(scale)]);
    return rows(node.shift === 0 ? y : e.node('Add', [y, e.file.number(node.shift)]));
  },
  detach: (node: OpOf<'detach'>, e: Emission): Form => rows(e.rows(node.x)),
  columns: ({ x, start, width }: OpOf<'columns'>, e: Emission): Form =>
    rows(e.node('Slice', [e.rows(x), ...[[start], [start + width], [1]].map((values) => e.file.integers(values))])),
  'pad-columns': ({ x, start, cols }: OpOf<'pad-columns'>, e: Emission): Form => {
    const width = e.graph.shape(x).cols as number; // its shape was checked
    return rows(e.node('Pad', [e.rows(x), e.file.integers([0, start, 0, cols - start - width])]));
  },
  'row-sum': ({ x }: OpOf<'row-sum'>, e: Emission): Form => rows(sumOf(e, e.rows(x), 1)),
  'row-max': ({ x }: OpOf<'row-max'>, e: Emission): Form => rows(along('ReduceMax', e, e.rows(x))),
  'row-dot': ({ a, b }: OpOf<'row-dot'>, e: Emission): Form => rows(sumOf(e, e.node('Mul', [e.rows(a), e.rows(b)]), 1)),
  'column-sum': ({ x }: OpOf<'column-sum'>, e: Emission): Form => rows(sumOf(e, e.rows(x), 0)),
  softmax: ({ x, log }: OpOf<'softmax'>, e: Emission): Form =>
    rows(e.node(log ? 'LogSoftmax' : 'Softmax', [e.rows(x)], { axis: { int: 1 } })),
  'softmax-grad': ({ y, dy, log }: OpOf<'softmax-grad'>, e: Emission): Form => {
    const [value, grad] = [e.rows(y), e.rows(dy)];
    if (log) {
      const share = e.node('Mul', [e.node('Exp', [value]), sumOf(e, grad, 1)]);
      return rows(e.node('Sub', [grad, share]));
    }
    const sum = sumOf(e, e.node('Mul', [grad, value]), 1);
    return rows(e.node('Mul', [value, e.node('Sub', [grad, sum])]));
  },
  'layer-norm': ({ x, gain, bias, eps }: OpOf<'layer-norm'>, e: Emission): Form => {
    const inputs = [e.rows(x), flat(e, gain), ...(bias === undefined ? [] : [flat(e, bias)])];
    return rows(e.node('LayerNormalization', inputs, { axis: { int: -1 }, epsilon: { float: eps } }));
  },
  'layer-norm-grad': ({ x, gain, dy, eps }: OpOf<'layer-norm-grad'>, e: Emission): Form => {
    const { h, r } = standardised(e, x, eps);
    const g = e.node('Mul', [e.rows(dy), e.rows(gain)]);
    const projected = e.node('Mul', [h, along('ReduceMean', e, e.node('Mul', [g, h]))]);
    const centred = e.node('Sub', [e.node('Sub', [g, along('ReduceMean', e, g)]), projected]);
    return rows(e.node('Mul', [r, centred]));
  },
  'layer-norm-scaled': ({ x, dy, eps }: OpOf<'layer-norm-scaled'>, e: Emission): Form =>
    rows(e.node('Mul', [e.rows(dy), standardised(e, x, eps).h])),
  normalize: ({ x, eps }: OpOf<'normalize'>, e: Emission): Form =>
    rows(e.node('Div', [e.rows(x), lengths(e, x, eps).by])),
  'normalize-grad': ({ x, dy, eps }: OpOf<'normalize-grad'>, e: Emission): Form => {
    const { length, by } = lengths(e, x, eps);
    const dot = sumOf(e, e.node('Mul', [e.rows(dy), e.rows(x)]), 1);
    const isLong = e.node('Cast', [e.node('Greater', [length, e.file.number(eps)])], { to: { int: 1 } });
    const share = e.node('Mul', [e.node('Div', [e.node('Div', [dot, by]), by]), isLong]);
    return rows(e.node('Div', [e.node('Sub', [e.rows(dy), e.node('Mul', [e.rows(x), share])]), by]));
  },
  gather: ({ table, ids }: OpOf<'gather'>, e: Emission): Form =>
    rows(e.node('Gather', [e.rows(table), e.tables.ids(ids)], { axis: { int: 0 } })),
  'gather-int8': ({ codes, scales, cols, ids }: OpOf<'gather-int8'>, e: Emission): Form => {
    const taken = (name: string) => e.node('Gather', [name, e.tables.ids(ids)], { axis: { int: 0 } });
    const count = e.graph.shape(scales).rows as number; // codes have sizes
    const wide = e.node('Cast', [taken(codesOf(e, codes, count, cols))], { to: { int: 1 } });
    return rows(e.node('Mul', [wide, taken(e.rows(scales))]));
  },
  scatter: ({ x, ids, rows: count }: OpOf<'scatter'>, e: Emission): Form =>
    rows(scattered(e, x, e.tables.ids(ids), e.size(count))),
  'sum-by-id': ({ x, ids }: OpOf<'sum-by-id'>, e: Emission): Form =>
    rows(scattered(e, x, e.tables.groups(ids), e.tables.size(`${ids}.unique`))),
};

function codesOf(e: Emission, name: string, r: number, c: number): string {
  const values = e.stored.codes[name];
  return values === undefined ? e.file.input(name, 'int8', [r, c]) : e.file.constant(name, values, [r, c]);
}

/** Each row as codes −127 … 127 and one scale; a row of zeros has the scale 0 and the codes 0. */
function quantised(e: Emission, id: NodeId): { readonly codes: string; readonly scales: string } {
  const x = e.rows(id);
  const scales = e.once(`${id} scales`, () =>
    e.node('Div', [along('ReduceMax', e, e.node('Abs', [x])), e.file.number(127)]),
  );
  const codes = e.once(`${id} codes`, () => {
    // A scale of 0 would divide 0 by 0: any other divisor gives the codes 0.
    const isZero = e.node('Cast', [e.node('Equal', [scales, e.file.number(0)])], { to: { int: 1 } });
    const ratio = e.node('Div', [x, e.node('Add', [scales, isZero])]);
    const cut = e.node('Min', [e.node('Max', [e.node('Round', [ratio]), e.file.number(-127)]), e.file.number(127)]);
    return e.node('Cast', [cut], { to: { int: 3 } });
  });
  return { codes, scales };
}

/**
 * Rows of x added up at their targets, (count, cols). ScatterElements, because ScatterND with more than one thread has given wrong sums
 * (onnxruntime issue 18048).
 */
function scattered(e: Emission, x: NodeId, targets: string, count: string): string {
  const values = e.rows(x);
  const shape = e.node('Shape', [values]);
  const cols = e.node('Slice', [shape, ...[[1], [2]].map((ends) => e.file.integers(ends))]);
  const zeros = e.node('Expand', [e.file.number(0), e.node('Concat', [count, cols], { axis: { int: 0 } })]);
  const column = e.node('Reshape', [targets, e.file.integers([-1, 1])]);
  const indices = e.node('Expand', [column, shape]);
  return e.file.node('ScatterElements', [zeros, indices, values], { axis: { int: 0 }, reduction: { text: 'add' } });
}
