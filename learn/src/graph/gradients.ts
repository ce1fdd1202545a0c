// Reverse-mode differentiation: adds to a graph the nodes that compute the gradient of a scalar. The gradient of an operation is made
// of the same operations, so that every executor that runs a graph also trains it.

import { EngineError } from '@quire/engine/core';
import {
  type Binary,
  type Dim,
  type Graph,
  type NodeId,
  type Op,
  type OpName,
  type OpTable,
  operandsOf,
  showShape,
  type Unary,
} from '@quire/engine/network';

export interface Gradients {
  /** Gradient of each parameter that the loss depends on and that is not frozen; of the parameter's shape. */
  readonly dense: ReadonlyMap<string, NodeId>;
  /** Gradients of tables that are read by row: one row for each different id, ascending. */
  readonly rows: ReadonlyMap<string, { readonly ids: string; readonly grad: NodeId }>;
  /** Gradients of the nodes in `wrt`. */
  readonly wrt: ReadonlyMap<NodeId, NodeId>;
}

export interface GradientOptions {
  /** Parameters without a gradient. Nothing is computed for them alone. */
  readonly frozen?: (name: string) => boolean;
  /** Other nodes whose gradient is wanted: inputs (soft prompts, attacks), or rows of an embedding. */
  readonly wrt?: readonly NodeId[];
}

/** Receives the gradient of an operand. */
type Give = (operand: NodeId, grad: NodeId) => void;
interface Step {
  readonly graph: Graph;
  /** The node itself. */
  readonly self: NodeId;
  /** The gradient of the node. */
  readonly dy: NodeId;
  readonly give: Give;
  /** Is the gradient of this operand needed at all? */
  readonly needs: (operand: NodeId) => boolean;
}

/** Adds the gradient of `loss`, a (1, 1) node, to its graph. */
export function gradients(graph: Graph, loss: NodeId, options: GradientOptions = {}): Gradients {
  const shape = graph.shape(loss);
  if (shape.rows !== 1 || shape.cols !== 1) {
    throw new EngineError('INVALID_ARGUMENT', `A loss is one number, and this node is ${showShape(shape)}`);
  }
  const wrt = new Set(options.wrt ?? []);
  const needed = neededNodes(graph, loss, (node, id) => {
    if (wrt.has(id)) return true;
    return node.op === 'parameter' && options.frozen?.(node.name) !== true;
  });
  const grads = new Map<NodeId, NodeId>([[loss, graph.fill(1, 1, 1)]]);
  const rows = new Map<string, { ids: string; grad: NodeId }>();
  const give: Give = (operand, grad) => {
    if (!needed.has(operand)) return;
    const before = grads.get(operand);
    grads.set(operand, before === undefined ? grad : graph.sum(before, grad));
  };
  for (let id: number = loss; id >= 0; id--) {
    const self = id as NodeId; // counts down through node numbers
    const dy = grads.get(self);
    if (dy === undefined) continue;
    const node = graph.node(self);
    if (node.op === 'gather' && isTable(graph, node.table)) giveRows(graph, node, dy, rows, needed);
    else back(node, { graph, self, dy, give, needs: (operand) => needed.has(operand) });
  }
  return {
    dense: denseOf(graph, grads, needed),
    rows,
    wrt: new Map([...wrt].map((id) => [id, grads.get(id) ?? zeros(graph, id)])),
  };
}

function isTable(graph: Graph, id: NodeId): boolean {
  return graph.node(id).op === 'parameter';
}

function giveRows(
  graph: Graph,
  node: Extract<Op, { op: 'gather' }>,
  dy: NodeId,
  rows: Map<string, { ids: string; grad: NodeId }>,
  needed: ReadonlySet<NodeId>,
): void {
  if (!needed.has(node.table)) return;
  const table = graph.node(node.table);
  const name = table.op === 'parameter' ? table.name : '';
  const before = rows.get(name);
  if (before !== undefined && before.ids !== node.ids) {
    throw new EngineError('UNSUPPORTED', `The table ${name} is read by the ids ${before.ids} and ${node.ids}`, {
      hint: 'Read it once, with all ids in one input, and take the rows apart afterwards.',
    });
  }
  const grad = graph.add({ op: 'sum-by-id', x: dy, ids: node.ids });
  rows.set(name, { ids: node.ids, grad: before === undefined ? grad : graph.sum(before.grad, grad) });
}

function denseOf(graph: Graph, grads: ReadonlyMap<NodeId, NodeId>, needed: ReadonlySet<NodeId>): Map<string, NodeId> {
  const dense = new Map<string, NodeId>();
  for (const [name, id] of graph.parameters) {
    const grad = grads.get(id);
    if (grad !== undefined && needed.has(id)) dense.set(name, grad);
  }
  return dense;
}

function zeros(graph: Graph, id: NodeId): NodeId {
  const { rows, cols } = graph.shape(id);
  return graph.fill(0, rows, cols);
}

/** The nodes between the loss and what is wanted: only their gradients are computed. */
function neededNodes(graph: Graph, loss: NodeId, isWanted: (node: Op, id: NodeId) => boolean): ReadonlySet<NodeId> {
  const needed = new Set<NodeId>();
  for (let id = 0; id <= loss; id++) {
    const node = graph.node(id as NodeId); // counts through node numbers
    const depends = node.op !== 'detach' && operandsOf(node).some((operand) => needed.has(operand));
    if (depends || isWanted(node, id as NodeId)) needed.add(id as NodeId);
  }
  return needed;
}

function back(node: Op, step: Step): void {
  // The member of the table for a node takes this very node.
  (BACK[node.op] as (node: Op, step: Step) => void)(node, step);
}

function undefinedFor(name: OpName | Unary | Binary): (node?: unknown) => never {
  return () => {
    throw new EngineError('UNSUPPORTED', `The gradient of ${name} is not defined`, {
      hint: 'Differentiate the loss before gradients were added, and keep row-max and slopes out of it.',
    });
  };
}

function untrained(name: OpName): () => never {
  return () => {
    throw new EngineError('UNSUPPORTED', `The gradient of ${name} is not defined`, {
      hint: 'int8 codes are for encoding: train with dense slots and tables, and quantise the weights.',
    });
  };
}

/** dy summed to the shape of a repeated operand. */
function unrepeat(graph: Graph, dy: NodeId, rows: Dim, cols: Dim): NodeId {
  const shape = graph.shape(dy);
  let grad = dy;
  if (cols === 1 && shape.cols !== 1) grad = graph.rowSum(grad);
  if (rows === 1 && shape.rows !== 1) grad = graph.columnSum(grad);
  return grad;
}

const BACK: OpTable<[Step], void> = {
  parameter: () => {},
  input: () => {},
  fill: () => {},
  matmul: (node, { graph, dy, give, needs }) => {
    const { a, b, transposeA, transposeB } = node;
    const product = (first: NodeId, second: NodeId, ta: boolean, tb: boolean) =>
      graph.add({ op: 'matmul', a: first, b: second, transposeA: ta, transposeB: tb });
    if (needs(a)) give(a, transposeA ? product(b, dy, transposeB, true) : product(dy, b, false, !transposeB));
    if (needs(b)) give(b, transposeB ? product(dy, a, true, transposeA) : product(a, dy, !transposeA, false));
  },
  'matmul-int8': untrained('matmul-int8'),
  unary: (node, { graph, self, dy, give }) => give(node.x, SLOPES[node.f](graph, node.x, self, dy)),
  binary: (node, { graph, dy, give, needs }) => {
    const { a, b } = node;
    const { rows, cols } = graph.shape(b);
    if (node.f === 'maximum') undefinedFor('maximum')();
    if (needs(a)) {
      const scaled = node.f === 'multiply' || node.f === 'divide' ? graph.binary(node.f, dy, b) : dy;
      give(a, scaled);
    }
    if (!needs(b)) return;
    const full = secondSlope(node.f, graph, a, b, dy);
    give(b, unrepeat(graph, full, rows, cols));
  },
  affine: (node, { graph, dy, give }) => give(node.x, graph.affine(dy, node.scale, 0, node.over)),
  detach: () => {},
  columns: (node, { graph, dy, give }) => {
    const { cols } = graph.shape(node.x);
    give(node.x, graph.add({ op: 'pad-columns', x: dy, start: node.start, cols: cols as number })); // checked by `columns`
  },
  'pad-columns': (node, { graph, dy, give }) => {
    give(node.x, graph.columns(dy, node.start, graph.shape(node.x).cols as number)); // checked by `pad-columns`
  },
  'row-sum': (node, { graph, dy, give }) => {
    const { rows, cols } = graph.shape(node.x);
    give(node.x, graph.product(graph.fill(1, rows, cols), dy));
  },
  'row-max': undefinedFor('row-max'),
  'row-dot': (node, { graph, dy, give, needs }) => {
    if (needs(node.a)) give(node.a, graph.product(node.b, dy));
    if (needs(node.b)) give(node.b, graph.product(node.a, dy));
  },
  'column-sum': (node, { graph, dy, give }) => {
    const { rows, cols } = graph.shape(node.x);
    give(node.x, graph.product(graph.fill(1, rows, cols), dy));
  },
  softmax: (node, { graph, self, dy, give }) =>
    give(node.x, graph.add({ op: 'softmax-grad', y: self, dy, log: node.log })),
  'softmax-grad': undefinedFor('softmax-grad'),
  'layer-norm': (node, { graph, dy, give, needs }) => {
    const { x, gain, bias, eps } = node;
    if (needs(x)) give(x, graph.add({ op: 'layer-norm-grad', x, gain, dy, eps }));
    if (needs(gain)) give(gain, graph.columnSum(graph.add({ op: 'layer-norm-scaled', x, dy, eps })));
    if (bias !== undefined && needs(bias)) give(bias, graph.columnSum(dy));
  },
  'layer-norm-grad': undefinedFor('layer-norm-grad'),
  'layer-norm-scaled': undefinedFor('layer-norm-scaled'),
  normalize: (node, { graph, dy, give }) =>
    give(node.x, graph.add({ op: 'normalize-grad', x: node.x, dy, eps: node.eps })),
  'normalize-grad': undefinedFor('normalize-grad'),
  gather: (node, { graph, dy, give }) => {
    give(node.table, graph.add({ op: 'scatter', x: dy, ids: node.ids, rows: graph.shape(node.table).rows }));
  },
  'gather-int8': untrained('gather-int8'),
  scatter: (node, { graph, dy, give }) => give(node.x, graph.gather(dy, node.ids, graph.shape(node.x).rows)),
  'sum-by-id': undefinedFor('sum-by-id'),
  pool: (node, { graph, dy, give }) =>
    give(node.x, graph.add({ op: 'pool-grad', x: node.x, dy, mode: node.mode, sequences: node.sequences })),
  'pool-grad': undefinedFor('pool-grad'),
  rotate: (node, { graph, dy, give }) => give(node.x, graph.add({ ...node, x: dy, sign: node.sign === 1 ? -1 : 1 })),
  'attention-weights': (node, { graph, self, dy, give, needs }) => {
    const { q, k, op: _, ...options } = node;
    const dscores = graph.add({ op: 'attention-softmax-grad', weights: self, dy, ...options });
    const grad = (other: NodeId, transposed: boolean) =>
      graph.add({ op: 'attention-scores-grad', dscores, other, transposed, ...options });
    if (needs(q)) give(q, grad(k, false));
    if (needs(k)) give(k, grad(q, true));
  },
  'attention-mix': (node, { graph, dy, give, needs }) => {
    const { weights, v, op: _, ...options } = node;
    if (needs(weights)) give(weights, graph.add({ op: 'attention-mix-grad-weights', v, dy, ...options }));
    if (needs(v)) give(v, graph.add({ op: 'attention-mix-grad-v', weights, dy, ...options }));
  },
  'attention-mix-grad-v': undefinedFor('attention-mix-grad-v'),
  'attention-mix-grad-weights': undefinedFor('attention-mix-grad-weights'),
  'attention-softmax-grad': undefinedFor('attention-softmax-grad'),
  'attention-scores-grad': undefinedFor('attention-scores-grad'),
};

/** d(a ∘ b)/db · dy, not yet summed over repetitions. */
function secondSlope(
  f: 'add' | 'subtract' | 'multiply' | 'divide' | 'maximum',
  graph: Graph,
  a: NodeId,
  b: NodeId,
  dy: NodeId,
): NodeId {
  switch (f) {
    case 'add':
      return dy;
    case 'subtract':
      return graph.affine(dy, -1);
    case 'multiply':
      return graph.product(dy, a);
    case 'divide': {
      const ratio = graph.binary('divide', graph.binary('divide', graph.product(dy, a), b), b);
      return graph.affine(ratio, -1);
    }
    default:
      throw new EngineError('UNSUPPORTED', `The gradient of ${f} is not defined`);
  }
}

/** f′(x)·dy from x, y = f(x) and dy. */
const SLOPES: Readonly<Record<Unary, (graph: Graph, x: NodeId, y: NodeId, dy: NodeId) => NodeId>> = {
  exp: (graph, _x, y, dy) => graph.product(dy, y),
  log: (graph, x, _y, dy) => graph.binary('divide', dy, x),
  gelu: (graph, x, _y, dy) => graph.product(graph.unary('gelu-slope', x), dy),
  'gelu-tanh': (graph, x, _y, dy) => graph.product(graph.unary('gelu-tanh-slope', x), dy),
  relu: (graph, x, _y, dy) => graph.product(graph.unary('step', x), dy),
  tanh: (graph, _x, y, dy) => graph.product(graph.affine(graph.product(y, y), -1, 1), dy),
  sigmoid: (graph, _x, y, dy) => graph.product(graph.product(graph.affine(y, -1, 1), y), dy),
  softplus: (graph, x, _y, dy) => graph.product(graph.unary('sigmoid', x), dy),
  reciprocal: (graph, _x, y, dy) => graph.affine(graph.product(graph.product(y, y), dy), -1),
  sqrt: (graph, _x, y, dy) => graph.affine(graph.binary('divide', dy, y), 0.5),
  step: (graph, x) => zeros(graph, x),
  'gelu-slope': undefinedFor('gelu-slope'),
  'gelu-tanh-slope': undefinedFor('gelu-tanh-slope'),
};
