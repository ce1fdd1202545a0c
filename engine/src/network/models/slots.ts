// What a linear slot of a model holds (specs: compression as an algebra of slots). A slot op describes y = W·x for rows x; the model asks
// only for this interface, so another op (masked, block-diagonal, a sum, a chain) changes no model. Backward follows from the graph.

import type { Rng } from '../../core/rng.ts';
import type { Graph } from '../graph.ts';
import { normal } from '../normal.ts';
import type { NodeId } from '../ops.ts';

/** Values of parameters by name, row-major. */
export type Weights = Readonly<Record<string, Float32Array>>;

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
  /** The parameters, by name, with their shapes. */
  readonly parameters: readonly { readonly name: string; readonly rows: number; readonly cols: number }[];
  /** Adds starting values for every parameter. `scale` multiplies the usual deviation: 0 silences the slot. */
  initialise(rng: Rng, into: Record<string, Float32Array>, scale?: number): void;
  /** The matrix (outputs, inputs) that the op stands for: what every op is tested against. */
  densify(weights: Weights): Float32Array;
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
