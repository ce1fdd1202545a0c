// network: neural networks as data, and the executors that run them. An optional import: search by words never loads it.

// Graphs
export { Binding, bind, type Feeds, type Groups, liveNodes, positionsOf } from './bind.ts';
// Executors
export type { Buffer, Executor, Ran } from './executors/executor.ts';
export type { Phase } from './executors/lower.ts';
export { runReference } from './executors/reference.ts';
export { WasmExecutor, type WasmOptions } from './executors/wasm.ts';
export { Graph } from './graph.ts';
export { type Codes, scalesOf } from './int8.ts';
// Models
export {
  dense,
  int8,
  type ParameterShape,
  type SlotCost,
  type SlotMaker,
  type SlotOp,
  type SlotShape,
  type Weights,
  widened,
} from './models/slots.ts';
export { int8Table, plainTable, type TableMaker, type TableOp } from './models/tables.ts';
export {
  type Activation,
  type HeadConfig,
  projectionOf,
  TRANSFORMER_DEFAULTS,
  Transformer,
  type TransformerConfig,
  textVectors,
} from './models/transformer.ts';
export { normal } from './normal.ts';
export {
  type Attention,
  BINARY,
  type Binary,
  type Dim,
  type NodeId,
  type Op,
  type OpName,
  type OpOf,
  type OpTable,
  operandsOf,
  POOLING,
  type Pooling,
  type Shape,
  UNARY,
  type Unary,
} from './ops.ts';
export { cellsOf, countOf, rowsOf, shapeOf, showShape, uniqueOf } from './shapes.ts';
