// AdamW (Loshchilov and Hutter, 2019) in the memory of an executor: moments beside each parameter, tables by the rows that a batch
// touched. Gradients are clipped by their common length.

import type { Executor, Phase } from '@quire/engine/network';
import {
  type GradientEntry,
  GradientLength,
  Moments,
  type Optimiser,
  type OptimiserState,
  type StepOptions,
} from './optimiser.ts';

const EPS = 1e-8;

export class AdamW implements Optimiser {
  readonly #executor: Executor;
  readonly #moments: Moments;
  readonly #length: GradientLength;
  #steps = 0;

  constructor(executor: Executor) {
    this.#executor = executor;
    this.#moments = new Moments(executor);
    this.#length = new GradientLength(executor);
  }

  async step(entries: readonly GradientEntry[], options: StepOptions): Promise<number> {
    const { betas: [beta1, beta2] = [0.9, 0.999], eps = EPS, clip = 1 } = options;
    for (const { name, weights } of entries) this.#moments.of(name, weights.length);
    const norm = await this.#length.of(entries);
    if (!Number.isFinite(norm)) return norm;
    this.#steps++;
    const factor = norm > clip ? clip / norm : 1;
    const second = Math.sqrt(1 - beta2 ** this.#steps);
    const correction = second / (1 - beta1 ** this.#steps);
    await this.#executor.execute(
      entries.map((entry) => {
        const rate = options.rate(entry.name);
        const decay = rate * (options.decay?.(entry.name) ?? 0);
        return this.#update(entry, [rate * correction, beta1, beta2, eps * second, decay, factor]);
      }),
    );
    return norm;
  }

  state(): OptimiserState {
    return { steps: this.#steps, moments: this.#moments.values() };
  }

  restore({ steps, moments }: OptimiserState): void {
    this.#steps = steps;
    this.#moments.restore(moments);
  }

  #update({ name, weights, grad, length, table }: GradientEntry, args: readonly number[]): Phase {
    const { m, v } = this.#moments.of(name, weights.length);
    if (table === undefined) {
      return {
        units: length,
        grain: 64,
        call: (from, to) => ({ name: 'adam', args: [weights.ptr, grad, m.ptr, v.ptr, ...args, from, to] }),
      };
    }
    const own = [weights.ptr, table.at, grad, m.ptr, v.ptr, table.cols];
    const units = table.ids.length;
    return { units, grain: 1, call: (from, to) => ({ name: 'adamRows', args: [...own, ...args, from, to] }) };
  }
}
