// The operations of a model (a catalogue). A graph is data: a list of nodes, each one operation on earlier nodes. All values are
// f32 matrices (rows, cols), row-major; a scalar is (1, 1). A batch of sequences has no padding: its tokens are the rows of one
// matrix, and a `sequences` input says where each sequence begins. What an operation means is written three times, each a complete
// table: its shape and gradient (shapes.ts, gradients.ts), the readable executor (executors/reference.ts), the fast one
// (executors/lower.ts).

/** A size that is known when the graph is made, or the name of one that is known when it runs: 'tokens', 'pairs'. */
export type Dim = number | string;

export interface Shape {
  readonly rows: Dim;
  readonly cols: Dim;
}

/** The number of a node. Nodes only use smaller numbers. */
export type NodeId = number & { readonly __node: unique symbol };

/** Functions of one element. `step` is 1 where x > 0; the slopes are derivatives. */
export const UNARY = [
  'exp',
  'log',
  'gelu',
  'gelu-tanh',
  'relu',
  'tanh',
  'sigmoid',
  'softplus',
  'reciprocal',
  'sqrt',
  'step',
  'gelu-slope',
  'gelu-tanh-slope',
] as const;
export type Unary = (typeof UNARY)[number];

export const BINARY = ['add', 'subtract', 'multiply', 'divide', 'maximum'] as const;
export type Binary = (typeof BINARY)[number];

/** How the rows of a sequence become one row. */
export const POOLING = ['mean', 'max', 'first', 'last'] as const;
export type Pooling = (typeof POOLING)[number];

export interface Attention {
  readonly heads: number;
  /** Columns of a head. */
  readonly dim: number;
  /** Scores are multiplied by it: 1/√dim. */
  readonly scale: number;
  /** Position i sees j where |i − j| ≤ window. 0: no limit. */
  readonly window: number;
  /** Position i sees only j ≤ i. */
  readonly causal: boolean;
  /** Name of the sequences input. */
  readonly sequences: string;
}

export type Op =
  // Leaves.
  | { readonly op: 'parameter'; readonly name: string; readonly shape: Shape }
  | { readonly op: 'input'; readonly name: string; readonly shape: Shape }
  /** Every element is `value`. */
  | { readonly op: 'fill'; readonly value: number; readonly shape: Shape }
  // Products. `transposeA`: A is stored (k, m). `transposeB`: B is stored (n, k), as weights are (out, in).
  | {
      readonly op: 'matmul';
      readonly a: NodeId;
      readonly b: NodeId;
      readonly transposeA: boolean;
      readonly transposeB: boolean;
    }
  /**
   * x·Wᵀ + bias in int8: x is rounded row by row, W is the codes of that name, (outputs, inputs), with `scales` (outputs, 1). Not
   * differentiable.
   */
  | {
      readonly op: 'matmul-int8';
      readonly x: NodeId;
      readonly codes: string;
      readonly scales: NodeId;
      readonly bias: NodeId | undefined; // (1, outputs)
    }
  // Elements. b of `binary` is of a's shape, or one row, one column or one number, repeated.
  | { readonly op: 'unary'; readonly f: Unary; readonly x: NodeId }
  | { readonly op: 'binary'; readonly f: Binary; readonly a: NodeId; readonly b: NodeId }
  /** x·scale / (product of `over`) + shift */
  | {
      readonly op: 'affine';
      readonly x: NodeId;
      readonly scale: number;
      readonly shift: number;
      readonly over: readonly Dim[];
    }
  /** x, as a constant of the gradient. */
  | { readonly op: 'detach'; readonly x: NodeId }
  /** Columns start … start+width−1. */
  | { readonly op: 'columns'; readonly x: NodeId; readonly start: number; readonly width: number }
  /** The opposite: x at columns start …, zeros elsewhere, `cols` in all. */
  | { readonly op: 'pad-columns'; readonly x: NodeId; readonly start: number; readonly cols: number }
  // Reductions.
  | { readonly op: 'row-sum'; readonly x: NodeId } // (rows, 1)
  | { readonly op: 'row-max'; readonly x: NodeId } // (rows, 1); its gradient is not defined
  | { readonly op: 'row-dot'; readonly a: NodeId; readonly b: NodeId } // (rows, 1)
  | { readonly op: 'column-sum'; readonly x: NodeId } // (1, cols)
  // Rows.
  | { readonly op: 'softmax'; readonly x: NodeId; readonly log: boolean }
  | { readonly op: 'softmax-grad'; readonly y: NodeId; readonly dy: NodeId; readonly log: boolean }
  | {
      readonly op: 'layer-norm';
      readonly x: NodeId;
      readonly gain: NodeId; // (1, cols)
      readonly bias: NodeId | undefined; // (1, cols)
      readonly eps: number;
    }
  | {
      readonly op: 'layer-norm-grad';
      readonly x: NodeId;
      readonly gain: NodeId;
      readonly dy: NodeId;
      readonly eps: number;
    }
  /** dy·(x − mean)/deviation: its column sums are the gradient of the gain. */
  | { readonly op: 'layer-norm-scaled'; readonly x: NodeId; readonly dy: NodeId; readonly eps: number }
  /** Rows of length 1; rows shorter than eps are divided by eps. */
  | { readonly op: 'normalize'; readonly x: NodeId; readonly eps: number }
  | { readonly op: 'normalize-grad'; readonly x: NodeId; readonly dy: NodeId; readonly eps: number }
  // Rows by number: `ids` names an input of row numbers, `rows` how many there are.
  | { readonly op: 'gather'; readonly table: NodeId; readonly ids: string; readonly rows: Dim }
  /** The same from a table of codes of that name, (scales' rows, cols): code × scale of its row. Not differentiable. */
  | {
      readonly op: 'gather-int8';
      readonly codes: string;
      readonly scales: NodeId;
      readonly cols: number;
      readonly ids: string;
      readonly rows: Dim;
    }
  /** The opposite: row r of the result is the sum of the rows i of x with ids[i] = r; `rows` of them. */
  | { readonly op: 'scatter'; readonly x: NodeId; readonly ids: string; readonly rows: Dim }
  /** The same for the numbers that occur alone, ascending: the gradient of a large table. */
  | { readonly op: 'sum-by-id'; readonly x: NodeId; readonly ids: string }
  // Sequences.
  | { readonly op: 'pool'; readonly x: NodeId; readonly mode: Pooling; readonly sequences: string }
  | {
      readonly op: 'pool-grad';
      readonly x: NodeId;
      readonly dy: NodeId;
      readonly mode: Pooling;
      readonly sequences: string;
    }
  /** Turns pairs of columns by angles that grow with the position (RoPE). `sign` −1 turns back. */
  | {
      readonly op: 'rotate';
      readonly x: NodeId;
      readonly dim: number;
      readonly theta: number;
      readonly sign: 1 | -1;
      readonly sequences: string;
    }
  /** softmax(scale·Q·Kᵀ) of every head of every sequence, squares one behind another, as one column. */
  | ({ readonly op: 'attention-weights'; readonly q: NodeId; readonly k: NodeId } & Attention)
  | ({ readonly op: 'attention-mix'; readonly weights: NodeId; readonly v: NodeId } & Attention)
  | ({ readonly op: 'attention-mix-grad-v'; readonly weights: NodeId; readonly dy: NodeId } & Attention)
  | ({ readonly op: 'attention-mix-grad-weights'; readonly v: NodeId; readonly dy: NodeId } & Attention)
  | ({ readonly op: 'attention-softmax-grad'; readonly weights: NodeId; readonly dy: NodeId } & Attention)
  /** dQ from dScores and K; with `transposed`, dK from dScores and Q. */
  | ({
      readonly op: 'attention-scores-grad';
      readonly dscores: NodeId;
      readonly other: NodeId;
      readonly transposed: boolean;
    } & Attention);

export type OpName = Op['op'];
export type OpOf<N extends OpName> = Extract<Op, { readonly op: N }>;
/** One function for every operation: a table that lacks one does not compile. */
export type OpTable<A extends readonly unknown[], R> = {
  readonly [N in OpName]: (node: OpOf<N>, ...args: A) => R;
};

/** The nodes that an operation reads, in the order of its members. */
export function operandsOf(node: Op): readonly NodeId[] {
  const found: NodeId[] = [];
  for (const name of OPERANDS) {
    const id = (node as unknown as Readonly<Record<string, NodeId | undefined>>)[name]; // members of these names are nodes
    if (id !== undefined) found.push(id);
  }
  return found;
}

const OPERANDS = [
  'a',
  'b',
  'x',
  'y',
  'table',
  'q',
  'k',
  'weights',
  'v',
  'dscores',
  'other',
  'gain',
  'scales',
  'bias',
  'dy',
];
