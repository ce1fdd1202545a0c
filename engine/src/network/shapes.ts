// The shape of every operation, from the shapes of what it reads. A mismatch is an error that names the operation and the shapes.

import { EngineError } from '../core/errors.ts';
import { MOST_INPUTS } from './int8.ts';
import { type Dim, type NodeId, type Op, type OpName, type OpTable, operandsOf, type Shape } from './ops.ts';

/** The number of cells of all squares of attention of a sequences input, as a dimension. */
export function cellsOf(sequences: string, heads: number): Dim {
  return `${sequences}.cells×${heads}`;
}
/** The number of sequences. */
export function countOf(sequences: string): Dim {
  return `${sequences}.count`;
}
/** The number of rows of all sequences, and of the entries of an ids input of the same name. */
export function rowsOf(name: string): Dim {
  return `${name}.rows`;
}
/** The number of different entries of an ids input. */
export function uniqueOf(ids: string): Dim {
  return `${ids}.unique`;
}

type ShapeOf = (id: NodeId) => Shape;

/** The shape of `node`. Throws INVALID_ARGUMENT where the operands do not fit. */
export function shapeOf(node: Op, shape: ShapeOf): Shape {
  // The member of the table for a node takes this very node.
  return (SHAPES[node.op] as (node: Op, shape: ShapeOf) => Shape)(node, shape);
}

export function showShape({ rows, cols }: Shape): string {
  return `(${rows}, ${cols})`;
}

function fail(node: Op, shape: ShapeOf, why: string): never {
  const operands = operandsOf(node).map((id) => showShape(shape(id)));
  throw new EngineError('INVALID_ARGUMENT', `${node.op} of ${operands.join(' and ')}: ${why}`);
}

const keep = (node: Op & { readonly x: NodeId }, shape: ShapeOf): Shape => shape(node.x);

function same(node: Op, shape: ShapeOf, a: NodeId, b: NodeId): Shape {
  const [first, second] = [shape(a), shape(b)];
  if (first.rows !== second.rows || first.cols !== second.cols) fail(node, shape, 'the shapes must be equal');
  return first;
}

function row(node: Op, shape: ShapeOf, id: NodeId | undefined, cols: Dim): void {
  if (id === undefined) return;
  const { rows, cols: own } = shape(id);
  if (rows !== 1 || own !== cols) fail(node, shape, `gain and bias must be (1, ${cols})`);
}

function tokens(node: Op & { readonly sequences: string }, shape: ShapeOf, id: NodeId): Shape {
  const found = shape(id);
  const wanted = rowsOf(node.sequences);
  if (found.rows !== wanted) fail(node, shape, `the rows must be ${wanted}`);
  return found;
}

function heads(
  node: Op & { readonly sequences: string; readonly heads: number; readonly dim: number },
  shape: ShapeOf,
  ids: readonly NodeId[],
): Shape {
  const wanted = node.heads * node.dim;
  for (const id of ids) {
    if (tokens(node, shape, id).cols !== wanted) fail(node, shape, `the columns must be ${node.heads} × ${node.dim}`);
  }
  return { rows: rowsOf(node.sequences), cols: wanted };
}

function cells(
  node: Op & { readonly sequences: string; readonly heads: number },
  shape: ShapeOf,
  ids: readonly NodeId[],
): Shape {
  const wanted = { rows: cellsOf(node.sequences, node.heads), cols: 1 };
  for (const id of ids) {
    const { rows, cols } = shape(id);
    if (rows !== wanted.rows || cols !== 1) fail(node, shape, `weights must be ${showShape(wanted)}`);
  }
  return wanted;
}

function leaf(node: Op & { readonly op: OpName; readonly shape: Shape }): Shape {
  for (const size of [node.shape.rows, node.shape.cols]) {
    if (typeof size === 'string' ? size !== '' : Number.isInteger(size) && size > 0) continue;
    throw new EngineError('INVALID_ARGUMENT', `${node.op} has the shape ${showShape(node.shape)}`, {
      hint: 'A dimension is a whole number of at least 1 or a name.',
    });
  }
  return node.shape;
}

/** The rows of a matrix of codes: one scale each. */
function scalesRows(node: Op & { readonly scales: NodeId }, shape: ShapeOf): Dim {
  const { rows, cols } = shape(node.scales);
  if (cols !== 1) fail(node, shape, 'the scales must be one column');
  return rows;
}

const SHAPES: OpTable<[ShapeOf], Shape> = {
  parameter: leaf,
  input: leaf,
  fill: leaf,
  matmul: (node, shape) => {
    const [a, b] = [shape(node.a), shape(node.b)];
    const [m, k] = node.transposeA ? [a.cols, a.rows] : [a.rows, a.cols];
    const [inner, n] = node.transposeB ? [b.cols, b.rows] : [b.rows, b.cols];
    if (k !== inner) fail(node, shape, `the inner dimensions are ${k} and ${inner}`);
    return { rows: m, cols: n };
  },
  'matmul-int8': (node, shape) => {
    const { rows, cols } = shape(node.x);
    const outputs = scalesRows(node, shape);
    if (typeof cols !== 'number' || cols > MOST_INPUTS) fail(node, shape, `x must have at most ${MOST_INPUTS} columns`);
    row(node, shape, node.bias, outputs);
    return { rows, cols: outputs };
  },
  unary: keep,
  binary: (node, shape) => {
    const [a, b] = [shape(node.a), shape(node.b)];
    if ((b.rows === a.rows || b.rows === 1) && (b.cols === a.cols || b.cols === 1)) return a;
    return fail(node, shape, 'the second must be of the same shape, one row, one column or one number');
  },
  affine: keep,
  detach: keep,
  columns: (node, shape) => {
    const { rows, cols } = shape(node.x);
    const fits = typeof cols === 'number' && node.start >= 0 && node.width > 0 && node.start + node.width <= cols;
    if (!fits) fail(node, shape, `there are no columns ${node.start} to ${node.start + node.width - 1}`);
    return { rows, cols: node.width };
  },
  'pad-columns': (node, shape) => {
    const { rows, cols } = shape(node.x);
    if (typeof cols !== 'number' || node.start + cols > node.cols)
      fail(node, shape, `${node.cols} columns are too few`);
    return { rows, cols: node.cols };
  },
  'row-sum': (node, shape) => ({ rows: shape(node.x).rows, cols: 1 }),
  'row-max': (node, shape) => ({ rows: shape(node.x).rows, cols: 1 }),
  'row-dot': (node, shape) => ({ rows: same(node, shape, node.a, node.b).rows, cols: 1 }),
  'column-sum': (node, shape) => ({ rows: 1, cols: shape(node.x).cols }),
  softmax: keep,
  'softmax-grad': (node, shape) => same(node, shape, node.y, node.dy),
  'layer-norm': (node, shape) => {
    const x = shape(node.x);
    row(node, shape, node.gain, x.cols);
    row(node, shape, node.bias, x.cols);
    return x;
  },
  'layer-norm-grad': (node, shape) => {
    row(node, shape, node.gain, shape(node.x).cols);
    return same(node, shape, node.x, node.dy);
  },
  'layer-norm-scaled': (node, shape) => same(node, shape, node.x, node.dy),
  normalize: keep,
  'normalize-grad': (node, shape) => same(node, shape, node.x, node.dy),
  gather: (node, shape) => ({ rows: node.rows, cols: shape(node.table).cols }),
  'gather-int8': (node, shape) => {
    scalesRows(node, shape);
    return leaf({ ...node, shape: { rows: node.rows, cols: node.cols } });
  },
  scatter: (node, shape) => ({ rows: node.rows, cols: shape(node.x).cols }),
  'sum-by-id': (node, shape) => ({ rows: uniqueOf(node.ids), cols: shape(node.x).cols }),
  pool: (node, shape) => ({ rows: countOf(node.sequences), cols: tokens(node, shape, node.x).cols }),
  'pool-grad': (node, shape) => {
    const x = tokens(node, shape, node.x);
    const dy = shape(node.dy);
    if (dy.rows !== countOf(node.sequences) || dy.cols !== x.cols) fail(node, shape, 'one gradient row a sequence');
    return x;
  },
  rotate: (node, shape) => {
    const x = tokens(node, shape, node.x);
    const fits = node.dim % 2 === 0 && typeof x.cols === 'number' && x.cols % node.dim === 0;
    if (!fits) fail(node, shape, `the columns must be whole heads of ${node.dim}, an even number`);
    return x;
  },
  'attention-weights': (node, shape) => {
    heads(node, shape, [node.q, node.k]);
    return cells(node, shape, []);
  },
  'attention-mix': (node, shape) => {
    cells(node, shape, [node.weights]);
    return heads(node, shape, [node.v]);
  },
  'attention-mix-grad-v': (node, shape) => {
    cells(node, shape, [node.weights]);
    return heads(node, shape, [node.dy]);
  },
  'attention-mix-grad-weights': (node, shape) => {
    heads(node, shape, [node.v, node.dy]);
    return cells(node, shape, []);
  },
  'attention-softmax-grad': (node, shape) => cells(node, shape, [node.weights, node.dy]),
  'attention-scores-grad': (node, shape) => {
    cells(node, shape, [node.dscores]);
    return heads(node, shape, [node.other]);
  },
};
