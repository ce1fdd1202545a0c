// A graph under construction. Every method adds one node and gives its number; shapes are checked at once. Not an executor: a graph
// holds no numbers but sizes, so that it can be run by any executor, written to a file and differentiated.

import { EngineError } from '../core/errors.ts';
import type { Attention, Binary, Dim, NodeId, Op, Pooling, Shape, Unary } from './ops.ts';
import { rowsOf, shapeOf, showShape } from './shapes.ts';

export class Graph {
  readonly #nodes: Op[] = [];
  readonly #shapes: Shape[] = [];
  readonly #parameters = new Map<string, NodeId>();
  readonly #inputs = new Map<string, NodeId>();

  get nodes(): readonly Op[] {
    return this.#nodes;
  }
  /** By name, in the order in which they were first asked for. */
  get parameters(): ReadonlyMap<string, NodeId> {
    return this.#parameters;
  }
  get inputs(): ReadonlyMap<string, NodeId> {
    return this.#inputs;
  }

  node(id: NodeId): Op {
    return this.#nodes[id]!; // a NodeId comes from `add`
  }
  shape(id: NodeId): Shape {
    return this.#shapes[id]!;
  }

  /** Adds any operation. Throws INVALID_ARGUMENT, naming it and the shapes, where its operands do not fit. */
  add(node: Op): NodeId {
    const shape = shapeOf(node, (id) => this.shape(id));
    this.#shapes.push(shape);
    return (this.#nodes.push(node) - 1) as NodeId;
  }

  /** Weights to be trained. One name is one parameter: asking again gives the same node. */
  parameter(name: string, rows: Dim, cols: Dim): NodeId {
    return this.#named(this.#parameters, { op: 'parameter', name, shape: { rows, cols } });
  }
  /** A matrix that each run brings. */
  input(name: string, rows: Dim, cols: Dim): NodeId {
    return this.#named(this.#inputs, { op: 'input', name, shape: { rows, cols } });
  }
  fill(value: number, rows: Dim, cols: Dim): NodeId {
    return this.add({ op: 'fill', value, shape: { rows, cols } });
  }

  /** A·B */
  matmul(a: NodeId, b: NodeId): NodeId {
    return this.add({ op: 'matmul', a, b, transposeA: false, transposeB: false });
  }
  /** A·Bᵀ: x times weights stored (out, in), or the dot products of two sets of rows. */
  matmulT(a: NodeId, b: NodeId): NodeId {
    return this.add({ op: 'matmul', a, b, transposeA: false, transposeB: true });
  }
  /** x·Wᵀ + bias where W is the int8 codes `codes`, (rows of `scales`, columns of x). */
  matmulInt8(x: NodeId, codes: string, scales: NodeId, bias: NodeId | undefined): NodeId {
    return this.add({ op: 'matmul-int8', x, codes, scales, bias });
  }
  unary(f: Unary, x: NodeId): NodeId {
    return this.add({ op: 'unary', f, x });
  }
  binary(f: Binary, a: NodeId, b: NodeId): NodeId {
    return this.add({ op: 'binary', f, a, b });
  }
  sum(a: NodeId, b: NodeId): NodeId {
    return this.binary('add', a, b);
  }
  difference(a: NodeId, b: NodeId): NodeId {
    return this.binary('subtract', a, b);
  }
  product(a: NodeId, b: NodeId): NodeId {
    return this.binary('multiply', a, b);
  }
  /** x·scale / (product of `over`) + shift */
  affine(x: NodeId, scale: number, shift = 0, over: readonly Dim[] = []): NodeId {
    return this.add({ op: 'affine', x, scale, shift, over });
  }
  /** The same values, as a constant of the gradient. */
  detach(x: NodeId): NodeId {
    return this.add({ op: 'detach', x });
  }
  columns(x: NodeId, start: number, width: number): NodeId {
    return this.add({ op: 'columns', x, start, width });
  }
  rowSum(x: NodeId): NodeId {
    return this.add({ op: 'row-sum', x });
  }
  /** Its gradient is not defined: detach it. */
  rowMax(x: NodeId): NodeId {
    return this.add({ op: 'row-max', x });
  }
  rowDot(a: NodeId, b: NodeId): NodeId {
    return this.add({ op: 'row-dot', a, b });
  }
  columnSum(x: NodeId): NodeId {
    return this.add({ op: 'column-sum', x });
  }
  /** Sum of all elements, (1, 1). */
  total(x: NodeId): NodeId {
    return this.columnSum(this.rowSum(x));
  }
  /** Mean of all elements, (1, 1). */
  mean(x: NodeId): NodeId {
    const { rows, cols } = this.shape(x);
    return this.affine(this.total(x), 1, 0, [rows, cols]);
  }
  softmax(x: NodeId): NodeId {
    return this.add({ op: 'softmax', x, log: false });
  }
  logSoftmax(x: NodeId): NodeId {
    return this.add({ op: 'softmax', x, log: true });
  }
  layerNorm(x: NodeId, gain: NodeId, bias: NodeId | undefined, eps: number): NodeId {
    return this.add({ op: 'layer-norm', x, gain, bias, eps });
  }
  normalize(x: NodeId, eps = 1e-12): NodeId {
    return this.add({ op: 'normalize', x, eps });
  }
  /** Rows of `table` by the numbers of the input `ids`. `rows`: how many, where another input says so. */
  gather(table: NodeId, ids: string, rows: Dim = rowsOf(ids)): NodeId {
    return this.add({ op: 'gather', table, ids, rows });
  }
  /** The same of a table of int8 codes, (rows of `scales`, `cols`). */
  gatherInt8(codes: string, scales: NodeId, cols: number, ids: string, rows: Dim = rowsOf(ids)): NodeId {
    return this.add({ op: 'gather-int8', codes, scales, cols, ids, rows });
  }
  pool(mode: Pooling, x: NodeId, sequences: string): NodeId {
    return this.add({ op: 'pool', x, mode, sequences });
  }
  rotate(x: NodeId, dim: number, theta: number, sequences: string): NodeId {
    return this.add({ op: 'rotate', x, dim, theta, sign: 1, sequences });
  }
  /** softmax(scale·Q·Kᵀ)·V, head by head. */
  attention(q: NodeId, k: NodeId, v: NodeId, options: Attention): NodeId {
    const weights = this.add({ op: 'attention-weights', q, k, ...options });
    return this.add({ op: 'attention-mix', weights, v, ...options });
  }

  #named(known: Map<string, NodeId>, node: Op & { readonly name: string; readonly shape: Shape }): NodeId {
    const found = known.get(node.name);
    if (found === undefined) {
      const id = this.add(node);
      known.set(node.name, id);
      return id;
    }
    const { rows, cols } = this.shape(found);
    if (rows === node.shape.rows && cols === node.shape.cols) return found;
    throw new EngineError(
      'INVALID_ARGUMENT',
      `${node.op} ${node.name} is ${showShape({ rows, cols })}, and is asked for as ${showShape(node.shape)}`,
    );
  }
}
