// What a linear slot of a model holds (specs: compression as an algebra of slots). A slot op describes y = W·x for rows x; the model asks
// only for this interface, so another op (masked, block-diagonal, a sum, a chain) changes no model. Backward follows from the graph.

import { EngineError } from '../../core/errors.ts';
import type { Rng } from '../../core/rng.ts';
import type { Graph } from '../graph.ts';
import { type Codes, scalesOf } from '../int8.ts';
import { normal } from '../normal.ts';
import type { NodeId } from '../ops.ts';

/** Values of parameters by name, row-major. */
export type Weights = Readonly<Record<string, Float32Array>>;

export interface ParameterShape {
  readonly name: string;
  readonly rows: number;
  readonly cols: number;
}

export interface SlotCost {
  readonly parameters: number;
  /** Values that are not 0 by construction. */
  readonly nonzero: number;
  /** Multiplications and additions for one row. */
  readonly flopsPerRow: number;
}

export interface SlotOp {
  readonly kind: string;
  /** Rows (n, inputs) to rows (n, outputs). */
  forward(graph: Graph, x: NodeId): NodeId;
  /** The f32 parameters, by name, with their shapes. */
  readonly parameters: readonly ParameterShape[];
  /** The matrices that are held as int8 codes. */
  readonly codes: readonly ParameterShape[];
  /**
   * Adds starting values for every parameter. `scale` multiplies the usual deviation: 0 silences the slot. Throws UNSUPPORTED where the op is
   * not trained.
   */
  initialise(rng: Rng, into: Record<string, Float32Array>, scale?: number): void;
  /** The matrix (outputs, inputs) that the op stands for: what every op is tested against. */
  densify(weights: Weights, codes?: Codes): Float32Array;
  cost(): SlotCost;
}

export interface SlotShape {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly bias: boolean;
}

/** Makes the op of a slot; a model takes one for all its slots. Default `dense`. */
export type SlotMaker = (shape: SlotShape) => SlotOp;

/** A full matrix (outputs, inputs), and a bias where the shape has one. */
export const dense: SlotMaker = ({ name, inputs, outputs, bias }) => {
  const weight = `${name}.weight`;
  const biasName = `${name}.bias`;
  return {
    kind: 'dense',
    codes: [],
    parameters: [
      { name: weight, rows: outputs, cols: inputs },
      ...(bias ? [{ name: biasName, rows: 1, cols: outputs }] : []),
    ],
    forward(graph, x) {
      const y = graph.matmulT(x, graph.parameter(weight, outputs, inputs));
      return bias ? graph.sum(y, graph.parameter(biasName, 1, outputs)) : y;
    },
    initialise(rng, into, scale = 1) {
      const deviation = scale / Math.sqrt(inputs);
      into[weight] = Float32Array.from({ length: outputs * inputs }, () => normal(rng) * deviation);
      if (bias) into[biasName] = new Float32Array(outputs);
    },
    densify: (weights) => weights[weight]!,
    cost: () => {
      const parameters = outputs * inputs + (bias ? outputs : 0);
      return { parameters, nonzero: parameters, flopsPerRow: 2 * outputs * inputs };
    },
  };
};

/** A full matrix (outputs, inputs) as int8 codes with one scale a row, for encoding: a quarter of the bytes, integer products. Not trained. */
export const int8: SlotMaker = ({ name, inputs, outputs, bias }) => {
  const weight = `${name}.weight`;
  const biasName = `${name}.bias`;
  const scales = scalesOf(weight);
  return {
    kind: 'int8',
    parameters: [
      { name: scales, rows: outputs, cols: 1 },
      ...(bias ? [{ name: biasName, rows: 1, cols: outputs }] : []),
    ],
    codes: [{ name: weight, rows: outputs, cols: inputs }],
    forward(graph, x) {
      const added = bias ? graph.parameter(biasName, 1, outputs) : undefined;
      return graph.matmulInt8(x, weight, graph.parameter(scales, outputs, 1), added);
    },
    initialise() {
      throw new EngineError('UNSUPPORTED', `The slot ${name} holds int8 codes, which are not trained`, {
        hint: 'Initialise and train the model with dense slots, and quantise its weights.',
      });
    },
    densify(weights, codes) {
      const own = codes?.[weight];
      if (own === undefined) throw new EngineError('INVALID_ARGUMENT', `The codes ${weight} have no values`);
      return widened(own, weights[scales]!);
    },
    cost: () => {
      const parameters = outputs * inputs + outputs + (bias ? outputs : 0);
      return { parameters, nonzero: parameters, flopsPerRow: 2 * outputs * inputs };
    },
  };
};

/** code × scale of its row, in f32. */
export function widened(codes: Int8Array, scales: Float32Array): Float32Array {
  const cols = codes.length / scales.length;
  const out = new Float32Array(codes.length);
  for (const [row, scale] of scales.entries()) {
    for (let i = row * cols; i < (row + 1) * cols; i++) out[i] = codes[i]! * scale;
  }
  return out;
}
