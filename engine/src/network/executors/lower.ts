// Every operation as calls of the network kernels. A phase is work on units (rows, panels, heads of a sequence) that
// threads share by ranges; the next phase begins when all threads have done theirs.

import type { KernelCall } from '../../kernels/index.ts';
import type { Binding } from '../bind.ts';
import type { Graph } from '../graph.ts';
import { type Attention, BINARY, type NodeId, type Op, type OpTable, POOLING, UNARY } from '../ops.ts';

export interface Phase {
  readonly units: number;
  /** Ranges begin at multiples of it. */
  readonly grain: number;
  /** The call for units `from` … `to`−1 on thread `thread`. */
  readonly call: (from: number, to: number, thread: number) => KernelCall;
}

/** What lowering needs of the executor. Addresses are bytes in its memory. */
export interface Place {
  readonly graph: Graph;
  readonly binding: Binding;
  /** Where the value of a node lies. */
  at(id: NodeId): number;
  /** Where the int8 codes of that name lie. Throws where there are not `length` of them. */
  codes(name: string, length: number): number;
  /** Where an array of whole numbers lies that belongs to the run: ids, starts, cells, groups. */
  table(key: string): number;
  /** Memory that belongs to one thread: gemm's scratch, then a packed operand of one head. */
  scratch(thread: number): number;
  /** Memory for one packed operand, shared by the threads. */
  readonly packed: number;
}

/** Bytes of scratch that gemm needs, and of an operand packed for it (engine/assembly/gemm.ts). */
export const GEMM_SCRATCH = 256 * 256 * 4;
export function packedBytes(n: number, k: number): number {
  return Math.ceil(n / 8) * 8 * k * 4;
}
/** Bytes of the codes of x, (m, k), in an int8 product; 4 more a row hold the scales. */
export function int8CodeBytes(m: number, k: number): number {
  return m * Math.ceil(k / 8) * 8;
}
const TILE = 4;

export function lower(id: NodeId, place: Place): readonly Phase[] {
  const node = place.graph.node(id);
  const at: At = {
    place,
    out: place.at(id),
    rows: (other) => place.binding.size(place.graph.shape(other).rows),
    cols: (other) => place.binding.size(place.graph.shape(other).cols),
    self: id,
  };
  // The member of the table for a node takes this very node.
  return (LOWER[node.op] as (node: Op, at: At) => readonly Phase[])(node, at);
}

/** The names of the tables of whole numbers that a node reads; the executor uploads them. */
export function tablesOf(node: Op): readonly string[] {
  switch (node.op) {
    case 'gather':
    case 'gather-int8':
      return [`ids ${node.ids}`];
    case 'scatter':
    case 'sum-by-id':
      return [`group-starts ${node.ids}`, `group-order ${node.ids}`, `group-ids ${node.ids}`];
    case 'rotate':
      return [`positions ${node.sequences}`, `angles ${node.dim} ${node.theta} ${node.sequences}`];
    case 'pool':
    case 'pool-grad':
      return [`starts ${node.sequences}`];
    default:
      return 'heads' in node ? [`starts ${node.sequences}`, `cells ${node.sequences} ${node.heads}`] : [];
  }
}

/** The values of such a table. */
export function tableValues(key: string, binding: Binding): Uint32Array | Float32Array {
  const [kind, ...rest] = key.split(' ');
  switch (kind) {
    case 'ids':
      return binding.ids(rest[0]!);
    case 'group-starts':
      return binding.groups(rest[0]!).starts;
    case 'group-order':
      return binding.groups(rest[0]!).order;
    case 'group-ids':
      return binding.groups(rest[0]!).unique;
    case 'positions':
      return binding.positions(rest[0]!);
    case 'starts':
      return binding.starts(rest[0]!);
    case 'cells':
      return binding.cells(rest[0]!, Number(rest[1]));
    default:
      return angles(Number(rest[0]), Number(rest[1]), binding.longest(rest[2]!));
  }
}

/** For each position the cosines, then the sines, of dim/2 angles position·theta^(−2j/dim). */
function angles(dim: number, theta: number, positions: number): Float32Array {
  const half = dim / 2;
  const table = new Float32Array(positions * dim);
  for (let position = 0; position < positions; position++) {
    for (let j = 0; j < half; j++) {
      const angle = position * theta ** (-j / half);
      table[position * dim + j] = Math.cos(angle);
      table[position * dim + half + j] = Math.sin(angle);
    }
  }
  return table;
}

interface At {
  readonly place: Place;
  readonly out: number;
  readonly self: NodeId;
  rows(id: NodeId): number;
  cols(id: NodeId): number;
}

type Args = readonly number[];

function phase(
  units: number,
  grain: number,
  name: string,
  args: (from: number, to: number, thread: number) => Args,
): Phase {
  return { units, grain, call: (from, to, thread) => ({ name, args: args(from, to, thread) }) };
}

/** A kernel over rows whose last arguments are the range. */
function byRows(at: At, name: string, args: Args): readonly Phase[] {
  return [phase(at.rows(at.self), 1, name, (from, to) => [...args, from, to])];
}

/** One head of one sequence is a unit. */
function byHead(at: At, node: Attention, name: string, args: (scratch: number) => Args): readonly Phase[] {
  const { place } = at;
  const sequences = place.binding.starts(node.sequences).length - 1;
  return [phase(sequences * node.heads, 1, name, (from, to, thread) => [...args(place.scratch(thread)), from, to])];
}

const nothing = (): readonly Phase[] => [];

const LOWER: OpTable<[At], readonly Phase[]> = {
  parameter: nothing,
  input: nothing,
  fill: nothing,
  matmul: (node, at) => {
    const { place, out } = at;
    const [ac, bc] = [at.cols(node.a), at.cols(node.b)];
    const [m, n] = [at.rows(at.self), at.cols(at.self)];
    const k = node.transposeA ? at.rows(node.a) : ac;
    const [ai, ak] = node.transposeA ? [1, ac] : [ac, 1];
    const [bk, bj] = node.transposeB ? [1, bc] : [bc, 1];
    const [a, b] = [place.at(node.a), place.at(node.b)];
    return [
      phase(Math.ceil(n / 8), 1, 'packB', (from, to) => [b, bk, bj, n, k, from, to, place.packed]),
      phase(m, TILE, 'gemm', (from, to, thread) => [
        ...[a, ai, ak, place.packed, out, n, n, k, from, to, 0, place.scratch(thread)],
      ]),
    ];
  },
  'matmul-int8': (node, at) => {
    const { place, out } = at;
    const [m, n, k] = [at.rows(node.x), at.cols(at.self), at.cols(node.x)];
    const [x, codes] = [place.at(node.x), place.packed];
    const scales = codes + int8CodeBytes(m, k);
    const weights = place.codes(node.codes, n * k);
    const bias = node.bias === undefined ? 0 : place.at(node.bias);
    const args = [codes, scales, weights, place.at(node.scales), bias, n, k, out];
    return [
      phase(m, 1, 'quantiseRows', (from, to) => [x, k, codes, scales, from, to]),
      phase(m, TILE, 'gemmInt8', (from, to) => [...args, from, to]),
    ];
  },
  unary: (node, at) => {
    const elements = at.rows(at.self) * at.cols(at.self);
    const args = [UNARY.indexOf(node.f), at.place.at(node.x), at.out];
    return [phase(elements, 64, 'unary', (from, to) => [...args, from, to])];
  },
  binary: (node, at) => {
    const cols = at.cols(node.a);
    const [bi, bj] = [at.rows(node.b) === 1 ? 0 : at.cols(node.b), at.cols(node.b) === 1 ? 0 : 1];
    const { place } = at;
    const f = BINARY.indexOf(node.f);
    return byRows(at, 'binary', [f, place.at(node.a), place.at(node.b), bi, bj, at.out, cols]);
  },
  affine: (node, at) => {
    const { place } = at;
    const divisor = node.over.reduce<number>((product, dim) => product * place.binding.size(dim), 1);
    const args = [place.at(node.x), node.scale / divisor, node.shift, at.out];
    return [phase(at.rows(at.self) * at.cols(at.self), 64, 'affine', (from, to) => [...args, from, to])];
  },
  detach: (node, at) => {
    const args = [at.place.at(node.x), 1, 0, at.out];
    return [phase(at.rows(at.self) * at.cols(at.self), 64, 'affine', (from, to) => [...args, from, to])];
  },
  columns: (node, at) => {
    const args = [at.place.at(node.x), at.cols(node.x), node.start, node.width, at.out, node.width, 0];
    return [phase(at.rows(at.self), 1, 'copyColumns', (from, to) => [...args, from, to, 0])];
  },
  'pad-columns': (node, at) => {
    const { place, out } = at;
    const [x, width] = [place.at(node.x), at.cols(node.x)];
    const rows = at.rows(at.self);
    return [
      phase(rows * node.cols, 64, 'zero', (from, to) => [out, from, to]),
      phase(rows, 1, 'copyColumns', (from, to) => [x, width, 0, width, out, node.cols, node.start, from, to, 0]),
    ];
  },
  'row-sum': (node, at) => byRows(at, 'reduceRows', [0, at.place.at(node.x), at.cols(node.x), at.out]),
  'row-max': (node, at) => byRows(at, 'reduceRows', [1, at.place.at(node.x), at.cols(node.x), at.out]),
  'row-dot': (node, at) => byRows(at, 'dotRows', [at.place.at(node.a), at.place.at(node.b), at.cols(node.a), at.out]),
  'column-sum': (node, at) => {
    const args = [at.place.at(node.x), at.rows(node.x), at.cols(node.x), at.out];
    return [phase(at.cols(node.x), 4, 'sumColumns', (from, to) => [...args, from, to])];
  },
  softmax: (node, at) => byRows(at, 'softmaxRows', [Number(node.log), at.place.at(node.x), at.cols(node.x), at.out]),
  'softmax-grad': (node, at) =>
    byRows(at, 'softmaxGradRows', [
      ...[Number(node.log), at.place.at(node.y), at.place.at(node.dy), at.cols(node.y), at.out],
    ]),
  'layer-norm': (node, at) => {
    const { place } = at;
    const bias = node.bias === undefined ? 0 : place.at(node.bias);
    return byRows(at, 'layerNorm', [place.at(node.x), place.at(node.gain), bias, node.eps, at.cols(node.x), at.out]);
  },
  'layer-norm-grad': (node, at) => {
    const { place } = at;
    const [x, gain, dy] = [place.at(node.x), place.at(node.gain), place.at(node.dy)];
    return byRows(at, 'layerNormGrad', [x, gain, node.eps, dy, at.cols(node.x), at.out]);
  },
  'layer-norm-scaled': (node, at) =>
    byRows(at, 'layerNormScaled', [at.place.at(node.x), node.eps, at.place.at(node.dy), at.cols(node.x), at.out]),
  normalize: (node, at) => byRows(at, 'normalizeRows', [at.place.at(node.x), node.eps, at.cols(node.x), at.out]),
  'normalize-grad': (node, at) =>
    byRows(at, 'normalizeGradRows', [at.place.at(node.x), node.eps, at.place.at(node.dy), at.cols(node.x), at.out]),
  gather: (node, at) =>
    byRows(at, 'gatherRows', [at.place.at(node.table), at.place.table(`ids ${node.ids}`), at.cols(node.table), at.out]),
  'gather-int8': (node, at) => {
    const { place } = at;
    const table = place.codes(node.codes, at.rows(node.scales) * node.cols);
    const ids = place.table(`ids ${node.ids}`);
    return byRows(at, 'gatherInt8', [table, place.at(node.scales), ids, node.cols, at.out]);
  },
  scatter: (node, at) => {
    const { place, out } = at;
    const cols = at.cols(node.x);
    const ids = place.table(`group-ids ${node.ids}`);
    const [order, starts] = [place.table(`group-order ${node.ids}`), place.table(`group-starts ${node.ids}`)];
    const groups = place.binding.groups(node.ids).unique.length;
    return [
      phase(at.rows(at.self) * cols, 64, 'zero', (from, to) => [out, from, to]),
      phase(groups, 1, 'scatterGroups', (from, to) => [place.at(node.x), order, starts, ids, cols, out, from, to]),
    ];
  },
  'sum-by-id': (node, at) => {
    const { place } = at;
    const [order, starts] = [place.table(`group-order ${node.ids}`), place.table(`group-starts ${node.ids}`)];
    return byRows(at, 'sumGroups', [place.at(node.x), order, starts, at.cols(node.x), at.out]);
  },
  pool: (node, at) => {
    const { place } = at;
    const starts = place.table(`starts ${node.sequences}`);
    return byRows(at, 'pool', [POOLING.indexOf(node.mode), place.at(node.x), starts, at.cols(node.x), at.out]);
  },
  'pool-grad': (node, at) => {
    const { place } = at;
    const starts = place.table(`starts ${node.sequences}`);
    const args = [POOLING.indexOf(node.mode), place.at(node.x), starts, place.at(node.dy), at.cols(node.x), at.out];
    return [phase(at.rows(node.dy), 1, 'poolGrad', (from, to) => [...args, from, to])];
  },
  rotate: (node, at) => {
    const { place } = at;
    const positions = place.table(`positions ${node.sequences}`);
    const table = place.table(`angles ${node.dim} ${node.theta} ${node.sequences}`);
    return byRows(at, 'rotate', [place.at(node.x), at.cols(node.x), positions, table, node.dim, node.sign, at.out]);
  },
  'attention-weights': (node, at) => {
    const { place } = at;
    const [q, k, ld] = [place.at(node.q), place.at(node.k), at.cols(node.q)];
    return byHead(at, node, 'attentionWeights', (scratch) => [
      ...[q, k, ld, ...sequences(at, node), node.scale, node.window, Number(node.causal), at.out, scratch],
    ]);
  },
  'attention-mix': (node, at) => {
    const { place } = at;
    const [weights, v, ld] = [place.at(node.weights), place.at(node.v), at.cols(node.v)];
    return byHead(at, node, 'attentionMix', (scratch) => [weights, v, ld, ...sequences(at, node), at.out, ld, scratch]);
  },
  'attention-mix-grad-v': (node, at) => {
    const { place } = at;
    const [weights, dy, ld] = [place.at(node.weights), place.at(node.dy), at.cols(node.dy)];
    return byHead(at, node, 'attentionMixGradV', (scratch) => [
      ...[weights, dy, ld, ...sequences(at, node), at.out, ld, scratch],
    ]);
  },
  'attention-mix-grad-weights': (node, at) => {
    const { place } = at;
    const [v, dy, ld] = [place.at(node.v), place.at(node.dy), at.cols(node.v)];
    return byHead(at, node, 'attentionMixGradWeights', (scratch) => [
      ...[dy, ld, v, ld, ...sequences(at, node), at.out, scratch],
    ]);
  },
  'attention-softmax-grad': (node, at) => {
    const { place } = at;
    const [starts, cells, heads] = sequences(at, node);
    return byHead(at, node, 'attentionSoftmaxGrad', () => [
      ...[place.at(node.weights), place.at(node.dy), starts!, cells!, heads!, node.scale, at.out],
    ]);
  },
  'attention-scores-grad': (node, at) => {
    const { place } = at;
    const [dscores, other, ld] = [place.at(node.dscores), place.at(node.other), at.cols(node.other)];
    return byHead(at, node, 'attentionScoresGrad', (scratch) => [
      ...[dscores, other, ld, ...sequences(at, node), Number(node.transposed), at.out, ld, scratch],
    ]);
  },
};

/** starts, cells, heads, dim: what every attention kernel takes. */
function sequences({ place }: At, node: Attention): Args {
  const starts = place.table(`starts ${node.sequences}`);
  return [starts, place.table(`cells ${node.sequences} ${node.heads}`), node.heads, node.dim];
}
