// AdamW (Loshchilov and Hutter, 2019) in the memory of an executor: moments beside each parameter, tables by the rows that a batch
// touched. Gradients are clipped by their common length.

import type { Buffer, Executor, Graph, Phase, Ran } from '@quire/engine/network';
import type { Gradients } from '../graph/gradients.ts';

export interface AdamWOptions {
  /** Rate of a parameter at this step. */
  readonly rate: (name: string) => number;
  /** Default .9, .999. */
  readonly betas?: readonly [number, number];
  /** Default 1e-8. */
  readonly eps?: number;
  /** Default 0 for all. Usual: .01, but 0 for biases and norms. */
  readonly decay?: (name: string) => number;
  /** Longest gradient of all parameters together; longer ones are scaled down. Default 1. Infinity: never. */
  readonly clip?: number;
}

interface Moments {
  readonly m: Buffer;
  readonly v: Buffer;
}

/** Elements of a piece whose squares are added by one thread (engine/assembly/network-step.ts). */
const PIECE = 4096;

export class AdamW {
  readonly #executor: Executor;
  readonly #moments = new Map<string, Moments>();
  #steps = 0;

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /** Steps that were taken. */
  get steps(): number {
    return this.#steps;
  }

  /** One step from the gradients of a run. Returns their common length before clipping. */
  async step(graph: Graph, gradients: Gradients, ran: Ran, options: AdamWOptions): Promise<number> {
    const { betas: [beta1, beta2] = [0.9, 0.999], eps = 1e-8, clip = 1 } = options;
    const entries = this.#entries(graph, gradients, ran);
    const norm = await this.#norm(entries);
    if (!Number.isFinite(norm)) return norm;
    this.#steps++;
    const factor = norm > clip ? clip / norm : 1;
    const second = Math.sqrt(1 - beta2 ** this.#steps);
    const correction = second / (1 - beta1 ** this.#steps);
    await this.#executor.execute(
      entries.map((entry) => {
        const rate = options.rate(entry.name);
        const decay = rate * (options.decay?.(entry.name) ?? 0);
        return update(entry, [rate * correction, beta1, beta2, eps * second, decay, factor]);
      }),
    );
    return norm;
  }

  /** Moments by parameter, for a checkpoint. */
  state(): {
    readonly steps: number;
    readonly moments: Readonly<Record<string, { m: Float32Array; v: Float32Array }>>;
  } {
    const moments = Object.fromEntries(
      [...this.#moments].map(([name, { m, v }]) => [name, { m: m.values().slice(), v: v.values().slice() }]),
    );
    return { steps: this.#steps, moments };
  }

  restore(state: ReturnType<AdamW['state']>): void {
    this.#steps = state.steps;
    for (const [name, { m, v }] of Object.entries(state.moments)) {
      const own = this.#momentsOf(name, m.length);
      own.m.values().set(m);
      own.v.values().set(v);
    }
  }

  #momentsOf(name: string, length: number): Moments {
    const found = this.#moments.get(name) ?? { m: this.#executor.buffer(length), v: this.#executor.buffer(length) };
    this.#moments.set(name, found);
    return found;
  }

  #entries(graph: Graph, { dense, rows }: Gradients, ran: Ran): readonly Entry[] {
    const entries: Entry[] = [];
    for (const [name, grad] of dense) {
      const weights = this.#executor.parameter(name);
      entries.push({
        name,
        weights,
        grad: ran.at(grad),
        length: weights.length,
        ...this.#momentsOf(name, weights.length),
      });
    }
    for (const [name, { ids, grad }] of rows) {
      const weights = this.#executor.parameter(name);
      const cols = ran.binding.size(graph.shape(grad).cols);
      const { unique } = ran.binding.groups(ids);
      const table = { ids: ran.table(`group-ids ${ids}`), rows: unique.length, cols };
      const length = unique.length * cols;
      entries.push({ name, weights, grad: ran.at(grad), length, table, ...this.#momentsOf(name, weights.length) });
    }
    return entries;
  }

  /** Sum of squares piece by piece, pieces added in order: the same for any number of threads. */
  async #norm(entries: readonly Entry[]): Promise<number> {
    const pieces = entries.map(({ length }) => Math.ceil(length / PIECE));
    const total = pieces.reduce((sum, n) => sum + n, 0);
    const room = this.#squares(total);
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
    const sums = new Float64Array(values.buffer, values.byteOffset, total);
    let sum = 0;
    for (const value of sums) sum += value;
    return Math.sqrt(sum);
  }

  #room: Buffer | undefined;
  #squares(pieces: number): Buffer {
    if (this.#room === undefined || this.#room.length < 2 * pieces) this.#room = this.#executor.buffer(4 * pieces);
    return this.#room;
  }
}

interface Entry extends Moments {
  readonly name: string;
  readonly weights: Buffer;
  /** Address of the gradient, and its elements. */
  readonly grad: number;
  readonly length: number;
  /** The rows of a table that the gradient is for. */
  readonly table?: { readonly ids: number; readonly rows: number; readonly cols: number };
}

function update({ weights, grad, length, table, m, v }: Entry, args: readonly number[]): Phase {
  if (table === undefined) {
    const name = 'adam';
    return {
      units: length,
      grain: 64,
      call: (from, to) => ({ name, args: [weights.ptr, grad, m.ptr, v.ptr, ...args, from, to] }),
    };
  }
  const own = [weights.ptr, table.ids, grad, m.ptr, v.ptr, table.cols];
  return { units: table.rows, grain: 1, call: (from, to) => ({ name: 'adamRows', args: [...own, ...args, from, to] }) };
}
