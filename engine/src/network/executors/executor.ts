// What runs graphs and steps of an optimiser: the engine's kernels (wasm.ts), or another runtime beside them. Parameters lie in memory of the
// kernels in either case, so that one optimiser serves all.

import type { Binding, Feeds } from '../bind.ts';
import type { Graph } from '../graph.ts';
import type { NodeId } from '../ops.ts';
import type { Phase } from './lower.ts';

/** A region of f32 that outlives runs: a parameter, a moment of the optimiser. */
export interface Buffer {
  readonly ptr: number;
  readonly length: number;
  /** A view that is valid until memory is next allocated. */
  values(): Float32Array;
}

/** One run that has ended; its values are valid until the next run. */
export interface Ran {
  readonly binding: Binding;
  /** A copy of the value of an output. */
  value(id: NodeId): Float32Array;
  /** Where the value of an output lies. */
  at(id: NodeId): number;
  /** Where a table of whole numbers of the run lies. */
  table(key: string): number;
}

export interface Executor {
  /** "simd", "relaxed" or "onnx": results of different ones differ in their last bits. */
  readonly build: string;
  readonly threads: number;
  /** Bytes of memory of the kernels that are held. */
  readonly bytes: number;
  /** Memory that outlives runs, zeros at first. */
  buffer(length: number): Buffer;
  /** Sets the values of a parameter. Throws INVALID_ARGUMENT where its size changes. */
  setParameter(name: string, values: ArrayLike<number>): void;
  /** Sets a matrix of int8 codes, by the name that int8 operations give. Throws INVALID_ARGUMENT where its size changes. */
  setCodes(name: string, codes: Int8Array): void;
  /** Throws NOT_FOUND where it was never set. */
  parameter(name: string): Buffer;
  /** Computes `outputs`. The values stay where they are until the next run. */
  run(graph: Graph, feeds: Feeds, outputs: readonly NodeId[]): Promise<Ran>;
  /** Runs phases of kernel calls one after another. */
  execute(phases: readonly Phase[]): Promise<void>;
  close(): void;
}
