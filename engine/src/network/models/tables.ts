// What a table of a model holds, read by row numbers: tokens, positions. A model asks only for this interface, as it does for linear slots
// (slots.ts).

import type { Graph } from '../graph.ts';
import { scalesOf } from '../int8.ts';
import type { Dim, NodeId } from '../ops.ts';
import type { ParameterShape } from './slots.ts';

export interface TableOp {
  readonly kind: string;
  /** The rows whose numbers the input `ids` holds; `rows` of them. */
  forward(graph: Graph, ids: string, rows?: Dim): NodeId;
  /** The f32 parameters with their shapes. */
  readonly parameters: readonly ParameterShape[];
  /** The matrices that are held as int8 codes. */
  readonly codes: readonly ParameterShape[];
}

/** Makes the op of a table; a model takes one for all its tables. Default `plainTable`. */
export type TableMaker = (shape: ParameterShape) => TableOp;

/** Rows of f32. */
export const plainTable: TableMaker = (shape) => ({
  kind: 'plain',
  parameters: [shape],
  codes: [],
  forward: (graph, ids, rows) => graph.gather(graph.parameter(shape.name, shape.rows, shape.cols), ids, rows),
});

/** Rows of int8 codes with one scale each: a quarter of the bytes. Not trained. */
export const int8Table: TableMaker = (shape) => {
  const scales = { name: scalesOf(shape.name), rows: shape.rows, cols: 1 };
  return {
    kind: 'int8',
    parameters: [scales],
    codes: [shape],
    forward: (graph, ids, rows) =>
      graph.gatherInt8(shape.name, graph.parameter(scales.name, scales.rows, 1), shape.cols, ids, rows),
  };
};
