// What an optimiser is given and keeps. Gradients come as entries: a whole parameter, or the rows of a table that a batch touched.

import type { Buffer, Executor, Graph, Phase, Ran } from '@quire/engine/network';
import type { Gradients } from '../graph/gradients.ts';

export interface GradientEntry {
  readonly name: string;
  readonly weights: Buffer;
  /** Address of the gradient in the memory of the executor, and its elements. */
  readonly grad: number;
  readonly length: number;
  /** A copy of the gradient. */
  values(): Float32Array;
  /** The rows of a table that the gradient is for, ascending; `at`: where their numbers lie. */
  readonly table?: { readonly at: number; readonly ids: Uint32Array; readonly cols: number };
}

export interface StepOptions {
  /** Rate of a parameter at this step. */
  readonly rate: (name: string) => number;
  /** Default .9, .999. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the second moment. Default: that of the optimiser. */
  readonly eps?: number;
  /** Default 0 for all. Usual: .01, but 0 for biases and norms. */
  readonly decay?: (name: string) => number;
  /** Longest gradient of all parameters together; longer ones are scaled down. Default 1. Infinity: never. */
  readonly clip?: number;
}

export interface OptimiserState {
  /** Steps that were taken. */
  readonly steps: number;
  readonly moments: Readonly<Record<string, { m: Float32Array; v: Float32Array }>>;
}

export interface Optimiser {
  /** One step. Returns the common length of the gradients before clipping; one that is not finite changes nothing. */
  step(entries: readonly GradientEntry[], options: StepOptions): Promise<number>;
  /** For a checkpoint. */
  state(): OptimiserState;
  restore(state: OptimiserState): void;
}

/** First and second moments beside each parameter, zeros at first. */
export class Moments {
  readonly #executor: Executor;
  readonly #buffers = new Map<string, { readonly m: Buffer; readonly v: Buffer }>();

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  of(name: string, length: number): { readonly m: Buffer; readonly v: Buffer } {
    const found = this.#buffers.get(name) ?? { m: this.#executor.buffer(length), v: this.#executor.buffer(length) };
    this.#buffers.set(name, found);
    return found;
  }

  values(): OptimiserState['moments'] {
    return Object.fromEntries(
      [...this.#buffers].map(([name, { m, v }]) => [name, { m: m.values().slice(), v: v.values().slice() }]),
    );
  }

  restore(moments: OptimiserState['moments']): void {
    for (const [name, { m, v }] of Object.entries(moments)) {
      const own = this.of(name, m.length);
      own.m.values().set(m);
      own.v.values().set(v);
    }
  }
}

/** The gradients of a run. */
export function entriesOf(executor: Executor, graph: Graph, { dense, rows }: Gradients, ran: Ran): GradientEntry[] {
  const entries: GradientEntry[] = [];
  for (const [name, id] of dense) {
    const weights = executor.parameter(name);
    entries.push({ name, weights, grad: ran.at(id), length: weights.length, values: () => ran.value(id) });
  }
  for (const [name, { ids, grad }] of rows) {
    const cols = ran.binding.size(graph.shape(grad).cols);
    const { unique } = ran.binding.groups(ids);
    const table = { at: ran.table(`group-ids ${ids}`), ids: unique, cols };
    const length = unique.length * cols;
    const values = () => ran.value(grad);
    entries.push({ name, weights: executor.parameter(name), grad: ran.at(grad), length, values, table });
  }
  return entries;
}

/** Elements of a piece whose squares are added by one thread (engine/assembly/network-step.ts). */
const PIECE = 4096;

/** The common length of gradients: sums of squares piece by piece, pieces added in order, the same for any number of threads. */
export class GradientLength {
  readonly #executor: Executor;
  #room: Buffer | undefined;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  async of(entries: readonly GradientEntry[]): Promise<number> {
    const pieces = entries.map(({ length }) => Math.ceil(length / PIECE));
    const total = pieces.reduce((sum, n) => sum + n, 0);
    if (this.#room === undefined || this.#room.length < 2 * total) this.#room = this.#executor.buffer(4 * total);
    const room = this.#room;
    let at = room.ptr;
    const phases: Phase[] = [];
    for (const [i, { grad, length }] of entries.entries()) {
      const out = at;
      phases.push({
        units: pieces[i]!,
        grain: 1,
        call: (from, to) => ({ name: 'squares', args: [grad, length, out, from, to] }),
      });
      at += 8 * pieces[i]!;
    }
    await this.#executor.execute(phases);
    const values = room.values();
    let sum = 0;
    for (const value of new Float64Array(values.buffer, values.byteOffset, total)) sum += value;
    return Math.sqrt(sum);
  }
}
