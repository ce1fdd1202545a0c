// The readable executor: every operation as its formula says, in f64, one loop after another. It is the twin of the fast executor in
// tests, and what gradient checks run on. Not fast, and not careful with memory.

import { EngineError } from '../../core/errors.ts';
import { type Binding, bind, type Feeds, liveNodes } from '../bind.ts';
import type { Graph } from '../graph.ts';
import { productInt8, quantiseRow } from '../int8.ts';
import { type Attention, type Dim, type NodeId, type Op, type OpTable, operandsOf, type Unary } from '../ops.ts';

export type Parameters = Readonly<Record<string, ArrayLike<number>>>;

/** The values of `outputs`, f64, row-major. Codes of int8 operations are among `parameters`, as Int8Array. */
export function runReference(
  graph: Graph,
  parameters: Parameters,
  feeds: Feeds,
  outputs: readonly NodeId[],
): ReadonlyMap<NodeId, Float64Array> {
  const live = liveNodes(graph, outputs, operandsOf);
  const binding = bind(graph, live, feeds);
  const values = new Map<NodeId, Float64Array>();
  const run: Run = {
    parameters,
    binding,
    size: (dim) => binding.size(dim),
    value: (id) => values.get(id)!, // operands come first
    rows: (id) => binding.size(graph.shape(id).rows),
    cols: (id) => binding.size(graph.shape(id).cols),
  };
  for (const id of live) {
    const out = new Float64Array(run.rows(id) * run.cols(id));
    const node = graph.node(id);
    // The member of the table for a node takes this very node.
    (FORWARD[node.op] as (node: Op, run: Run, out: Float64Array) => void)(node, run, out);
    values.set(id, out);
  }
  return new Map(outputs.map((id) => [id, values.get(id)!]));
}

interface Run {
  readonly parameters: Parameters;
  readonly binding: Binding;
  size(dim: Dim): number;
  value(id: NodeId): Float64Array;
  rows(id: NodeId): number;
  cols(id: NodeId): number;
}

function erf(x: number): number {
  // Maclaurin series, converging for the sizes that occur; beyond 5 the value is ±1 in f64 to 1e-11.
  if (Math.abs(x) > 5) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; n < 120; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const gauss = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
const bent = (x: number) => Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);

const UNARIES: Readonly<Record<Unary, (x: number) => number>> = {
  exp: Math.exp,
  log: Math.log,
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  'gelu-tanh': (x) => 0.5 * x * (1 + Math.tanh(bent(x))),
  relu: (x) => Math.max(0, x),
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  reciprocal: (x) => 1 / x,
  sqrt: Math.sqrt,
  step: (x) => (x > 0 ? 1 : 0),
  'gelu-slope': (x) => 0.5 * (1 + erf(x / Math.SQRT2)) + x * gauss(x),
  'gelu-tanh-slope': (x) => {
    const t = Math.tanh(bent(x));
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
  },
};

const BINARIES = {
  add: (a: number, b: number) => a + b,
  subtract: (a: number, b: number) => a - b,
  multiply: (a: number, b: number) => a * b,
  divide: (a: number, b: number) => a / b,
  maximum: Math.max,
} as const;

/** Calls `visit` for each row as [first element, element after the last). */
function eachRow(values: Float64Array, cols: number, visit: (begin: number, end: number, row: number) => void): void {
  for (let row = 0; row * cols < values.length; row++) visit(row * cols, (row + 1) * cols, row);
}

function meanAndDeviation(x: Float64Array, begin: number, end: number, eps: number) {
  const n = end - begin;
  let mean = 0;
  for (let i = begin; i < end; i++) mean += x[i]! / n;
  let variance = 0;
  for (let i = begin; i < end; i++) variance += (x[i]! - mean) ** 2 / n;
  return { mean, r: 1 / Math.sqrt(variance + eps) };
}

interface Square {
  /** First row of the sequence, its length, first column of the head, first cell of the square. */
  readonly first: number;
  readonly length: number;
  readonly column: number;
  readonly cell: number;
}

function eachSquare(run: Run, { sequences, heads, dim }: Attention, visit: (square: Square) => void): void {
  const starts = run.binding.starts(sequences);
  const cells = run.binding.cells(sequences, heads);
  for (let s = 0; s + 1 < starts.length; s++) {
    const length = starts[s + 1]! - starts[s]!;
    for (let h = 0; h < heads; h++) {
      visit({ first: starts[s]!, length, column: h * dim, cell: cells[s]! + h * length * length });
    }
  }
}

const isSeen = (i: number, j: number, { window, causal }: Attention) =>
  (window === 0 || Math.abs(i - j) <= window) && (!causal || j <= i);

/** The int8 codes of that name, given among the parameters. */
function codesOf(run: Run, name: string, length: number): Int8Array {
  const codes = run.parameters[name];
  if (codes instanceof Int8Array && codes.length === length) return codes;
  const found = codes instanceof Int8Array ? `${codes.length} values` : 'no values';
  throw new EngineError('INVALID_ARGUMENT', `The codes ${name} have ${found}, not ${length}`);
}

const FORWARD: OpTable<[Run, Float64Array], void> = {
  parameter: (node, run, out) => {
    const values = run.parameters[node.name];
    if (values === undefined) throw new EngineError('INVALID_ARGUMENT', `The parameter ${node.name} has no values`);
    if (values.length !== out.length) {
      throw new EngineError(
        'INVALID_ARGUMENT',
        `The parameter ${node.name} has ${values.length} values, not ${out.length}`,
      );
    }
    out.set(values);
  },
  input: (node, run, out) => out.set(run.binding.feeds.matrices![node.name]!), // bind checked it
  fill: (node, _run, out) => out.fill(node.value),
  matmul: (node, run, out) => {
    const [a, b] = [run.value(node.a), run.value(node.b)];
    const [ac, bc] = [run.cols(node.a), run.cols(node.b)];
    const m = node.transposeA ? ac : run.rows(node.a);
    const k = node.transposeA ? run.rows(node.a) : ac;
    const n = out.length / m;
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let p = 0; p < k; p++) {
          sum += a[node.transposeA ? p * ac + i : i * ac + p]! * b[node.transposeB ? j * bc + p : p * bc + j]!;
        }
        out[i * n + j] = sum;
      }
    }
  },
  'matmul-int8': (node, run, out) => {
    const [x, scales] = [run.value(node.x), run.value(node.scales)];
    const bias = node.bias === undefined ? undefined : run.value(node.bias);
    const [k, n] = [run.cols(node.x), scales.length];
    const codes = codesOf(run, node.codes, n * k);
    eachRow(x, k, (begin, end, i) => {
      const row = quantiseRow(Float32Array.from(x.subarray(begin, end)));
      for (let j = 0; j < n; j++) {
        out[i * n + j] = productInt8(row, codes.subarray(j * k, (j + 1) * k), Math.fround(scales[j]!), bias?.[j]);
      }
    });
  },
  unary: (node, run, out) => out.set(run.value(node.x).map(UNARIES[node.f])),
  binary: (node, run, out) => {
    const [a, b] = [run.value(node.a), run.value(node.b)];
    const cols = run.cols(node.a);
    const [br, bc] = [run.rows(node.b), run.cols(node.b)];
    eachRow(out, cols, (begin, end, row) => {
      for (let i = begin; i < end; i++) {
        const other = (br === 1 ? 0 : row) * bc + (bc === 1 ? 0 : i - begin);
        out[i] = BINARIES[node.f](a[i]!, b[other]!);
      }
    });
  },
  affine: (node, run, out) => {
    const divisor = node.over.reduce<number>((product, dim) => product * run.size(dim), 1);
    for (const [i, x] of run.value(node.x).entries()) out[i] = (x * node.scale) / divisor + node.shift;
  },
  detach: (node, run, out) => out.set(run.value(node.x)),
  columns: (node, run, out) => {
    const [x, cols] = [run.value(node.x), run.cols(node.x)];
    eachRow(out, node.width, (begin, end, row) => {
      for (let i = begin; i < end; i++) out[i] = x[row * cols + node.start + i - begin]!;
    });
  },
  'pad-columns': (node, run, out) => {
    const [x, cols] = [run.value(node.x), run.cols(node.x)];
    eachRow(x, cols, (begin, end, row) => {
      for (let i = begin; i < end; i++) out[row * node.cols + node.start + i - begin] = x[i]!;
    });
  },
  'row-sum': (node, run, out) => {
    const x = run.value(node.x);
    eachRow(x, run.cols(node.x), (begin, end, row) => {
      for (let i = begin; i < end; i++) out[row]! += x[i]!;
    });
  },
  'row-max': (node, run, out) => {
    const x = run.value(node.x);
    eachRow(x, run.cols(node.x), (begin, end, row) => {
      out[row] = Math.max(...x.subarray(begin, end));
    });
  },
  'row-dot': (node, run, out) => {
    const [a, b] = [run.value(node.a), run.value(node.b)];
    eachRow(a, run.cols(node.a), (begin, end, row) => {
      for (let i = begin; i < end; i++) out[row]! += a[i]! * b[i]!;
    });
  },
  'column-sum': (node, run, out) => {
    const x = run.value(node.x);
    eachRow(x, run.cols(node.x), (begin, end) => {
      for (let i = begin; i < end; i++) out[i - begin]! += x[i]!;
    });
  },
  softmax: (node, run, out) => {
    const x = run.value(node.x);
    eachRow(x, run.cols(node.x), (begin, end) => {
      const most = Math.max(...x.subarray(begin, end));
      let sum = 0;
      for (let i = begin; i < end; i++) sum += Math.exp(x[i]! - most);
      for (let i = begin; i < end; i++) {
        out[i] = node.log ? x[i]! - most - Math.log(sum) : Math.exp(x[i]! - most) / sum;
      }
    });
  },
  'softmax-grad': (node, run, out) => {
    const [y, dy] = [run.value(node.y), run.value(node.dy)];
    eachRow(y, run.cols(node.y), (begin, end) => {
      let sum = 0;
      for (let i = begin; i < end; i++) sum += node.log ? dy[i]! : dy[i]! * y[i]!;
      for (let i = begin; i < end; i++) out[i] = node.log ? dy[i]! - Math.exp(y[i]!) * sum : y[i]! * (dy[i]! - sum);
    });
  },
  'layer-norm': (node, run, out) => {
    const [x, gain] = [run.value(node.x), run.value(node.gain)];
    const bias = node.bias === undefined ? undefined : run.value(node.bias);
    eachRow(x, run.cols(node.x), (begin, end) => {
      const { mean, r } = meanAndDeviation(x, begin, end, node.eps);
      for (let i = begin; i < end; i++) out[i] = (x[i]! - mean) * r * gain[i - begin]! + (bias?.[i - begin] ?? 0);
    });
  },
  'layer-norm-grad': (node, run, out) => {
    const [x, gain, dy] = [run.value(node.x), run.value(node.gain), run.value(node.dy)];
    const n = run.cols(node.x);
    eachRow(x, n, (begin, end) => {
      const { mean, r } = meanAndDeviation(x, begin, end, node.eps);
      let [meanG, meanGh] = [0, 0];
      for (let i = begin; i < end; i++) {
        const g = dy[i]! * gain[i - begin]!;
        meanG += g / n;
        meanGh += (g * (x[i]! - mean) * r) / n;
      }
      for (let i = begin; i < end; i++) {
        out[i] = r * (dy[i]! * gain[i - begin]! - meanG - (x[i]! - mean) * r * meanGh);
      }
    });
  },
  'layer-norm-scaled': (node, run, out) => {
    const [x, dy] = [run.value(node.x), run.value(node.dy)];
    eachRow(x, run.cols(node.x), (begin, end) => {
      const { mean, r } = meanAndDeviation(x, begin, end, node.eps);
      for (let i = begin; i < end; i++) out[i] = dy[i]! * (x[i]! - mean) * r;
    });
  },
  normalize: (node, run, out) => {
    const x = run.value(node.x);
    eachRow(x, run.cols(node.x), (begin, end) => {
      const length = Math.max(Math.hypot(...x.subarray(begin, end)), node.eps);
      for (let i = begin; i < end; i++) out[i] = x[i]! / length;
    });
  },
  'normalize-grad': (node, run, out) => {
    const [x, dy] = [run.value(node.x), run.value(node.dy)];
    eachRow(x, run.cols(node.x), (begin, end) => {
      const length = Math.hypot(...x.subarray(begin, end));
      const by = Math.max(length, node.eps);
      let along = 0;
      if (length > node.eps) for (let i = begin; i < end; i++) along += (dy[i]! * x[i]!) / length ** 2;
      for (let i = begin; i < end; i++) out[i] = (dy[i]! - x[i]! * along) / by;
    });
  },
  gather: (node, run, out) => {
    const [table, cols] = [run.value(node.table), run.cols(node.table)];
    for (const [i, id] of run.binding.ids(node.ids).entries()) {
      out.set(table.subarray(id * cols, (id + 1) * cols), i * cols);
    }
  },
  'gather-int8': (node, run, out) => {
    const scales = run.value(node.scales);
    const codes = codesOf(run, node.codes, scales.length * node.cols);
    for (const [i, id] of run.binding.ids(node.ids).entries()) {
      for (let j = 0; j < node.cols; j++) {
        out[i * node.cols + j] = Math.fround(codes[id * node.cols + j]! * scales[id]!);
      }
    }
  },
  scatter: (node, run, out) => {
    const [x, cols] = [run.value(node.x), run.cols(node.x)];
    for (const [i, id] of run.binding.ids(node.ids).entries()) {
      for (let j = 0; j < cols; j++) out[id * cols + j]! += x[i * cols + j]!;
    }
  },
  'sum-by-id': (node, run, out) => {
    const [x, cols] = [run.value(node.x), run.cols(node.x)];
    const { unique } = run.binding.groups(node.ids);
    const rowOf = new Map([...unique.entries()].map(([row, id]) => [id, row]));
    for (const [i, id] of run.binding.ids(node.ids).entries()) {
      for (let j = 0; j < cols; j++) out[rowOf.get(id)! * cols + j]! += x[i * cols + j]!;
    }
  },
  pool: (node, run, out) => {
    const [x, cols] = [run.value(node.x), run.cols(node.x)];
    const starts = run.binding.starts(node.sequences);
    eachRow(out, cols, (begin, _end, s) => {
      const [first, end] = [starts[s]!, starts[s + 1]!];
      if (first === end) return;
      for (let j = 0; j < cols; j++) {
        const column = Array.from({ length: end - first }, (_, i) => x[(first + i) * cols + j]!);
        if (node.mode === 'mean') out[begin + j] = column.reduce((sum, value) => sum + value, 0) / column.length;
        else if (node.mode === 'max') out[begin + j] = Math.max(...column);
        else out[begin + j] = node.mode === 'first' ? column[0]! : column.at(-1)!;
      }
    });
  },
  'pool-grad': (node, run, out) => {
    const [x, dy, cols] = [run.value(node.x), run.value(node.dy), run.cols(node.x)];
    const starts = run.binding.starts(node.sequences);
    eachRow(dy, cols, (begin, _end, s) => {
      const [first, end] = [starts[s]!, starts[s + 1]!];
      if (first === end) return;
      for (let j = 0; j < cols; j++) {
        const column = Array.from({ length: end - first }, (_, i) => x[(first + i) * cols + j]!);
        const g = dy[begin + j]!;
        if (node.mode === 'mean') for (let i = first; i < end; i++) out[i * cols + j] = g / column.length;
        else if (node.mode === 'max') out[(first + column.indexOf(Math.max(...column))) * cols + j] = g;
        else out[(node.mode === 'first' ? first : end - 1) * cols + j] = g;
      }
    });
  },
  rotate: (node, run, out) => {
    const [x, cols, half] = [run.value(node.x), run.cols(node.x), node.dim / 2];
    for (const [row, position] of run.binding.positions(node.sequences).entries()) {
      for (let h = 0; h < cols; h += node.dim) {
        for (let j = 0; j < half; j++) {
          const angle = node.sign * position * node.theta ** (-j / half);
          const [u, v] = [row * cols + h + j, row * cols + h + j + half];
          out[u] = x[u]! * Math.cos(angle) - x[v]! * Math.sin(angle);
          out[v] = x[v]! * Math.cos(angle) + x[u]! * Math.sin(angle);
        }
      }
    }
  },
  'attention-weights': (node, run, out) => {
    const [q, k, cols] = [run.value(node.q), run.value(node.k), run.cols(node.q)];
    eachSquare(run, node, ({ first, length, column, cell }) => {
      for (let i = 0; i < length; i++) {
        const scores = new Float64Array(length).fill(Number.NEGATIVE_INFINITY);
        for (let j = 0; j < length; j++) {
          if (!isSeen(i, j, node)) continue;
          let sum = 0;
          for (let c = 0; c < node.dim; c++) {
            sum += q[(first + i) * cols + column + c]! * k[(first + j) * cols + column + c]!;
          }
          scores[j] = sum * node.scale;
        }
        const most = Math.max(...scores);
        const total = scores.reduce((sum, score) => sum + Math.exp(score - most), 0);
        for (let j = 0; j < length; j++) out[cell + i * length + j] = Math.exp(scores[j]! - most) / total;
      }
    });
  },
  'attention-mix': (node, run, out) => {
    const [weights, v, cols] = [run.value(node.weights), run.value(node.v), run.cols(node.v)];
    mix(run, node, (i, j, length, cell) => weights[cell + i * length + j]!, v, out, cols);
  },
  'attention-mix-grad-v': (node, run, out) => {
    const [weights, dy, cols] = [run.value(node.weights), run.value(node.dy), run.cols(node.dy)];
    mix(run, node, (i, j, length, cell) => weights[cell + j * length + i]!, dy, out, cols);
  },
  'attention-mix-grad-weights': (node, run, out) => {
    const [v, dy, cols] = [run.value(node.v), run.value(node.dy), run.cols(node.v)];
    eachSquare(run, node, ({ first, length, column, cell }) => {
      for (let i = 0; i < length; i++) {
        for (let j = 0; j < length; j++) {
          let sum = 0;
          for (let c = 0; c < node.dim; c++) {
            sum += dy[(first + i) * cols + column + c]! * v[(first + j) * cols + column + c]!;
          }
          out[cell + i * length + j] = sum;
        }
      }
    });
  },
  'attention-softmax-grad': (node, run, out) => {
    const [weights, dy] = [run.value(node.weights), run.value(node.dy)];
    eachSquare(run, node, ({ length, cell }) => {
      for (let i = 0; i < length; i++) {
        const row = cell + i * length;
        let sum = 0;
        for (let j = row; j < row + length; j++) sum += weights[j]! * dy[j]!;
        for (let j = row; j < row + length; j++) out[j] = weights[j]! * (dy[j]! - sum) * node.scale;
      }
    });
  },
  'attention-scores-grad': (node, run, out) => {
    const [dscores, other, cols] = [run.value(node.dscores), run.value(node.other), run.cols(node.other)];
    const at = node.transposed
      ? (i: number, j: number, length: number, cell: number) => dscores[cell + j * length + i]!
      : (i: number, j: number, length: number, cell: number) => dscores[cell + i * length + j]!;
    mix(run, node, at, other, out, cols);
  },
};

/** out(i) = Σ_j at(i, j)·v(j), head by head. */
function mix(
  run: Run,
  node: Attention,
  at: (i: number, j: number, length: number, cell: number) => number,
  v: Float64Array,
  out: Float64Array,
  cols: number,
): void {
  eachSquare(run, node, ({ first, length, column, cell }) => {
    for (let i = 0; i < length; i++) {
      for (let j = 0; j < length; j++) {
        const weight = at(i, j, length, cell);
        for (let c = column; c < column + node.dim; c++)
          out[(first + i) * cols + c]! += weight * v[(first + j) * cols + c]!;
      }
    }
  });
}
