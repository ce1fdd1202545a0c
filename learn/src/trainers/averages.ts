// An exponential moving average of the weights: after each step, average ← keep·average + (1 − keep)·weights, in the executor's memory.

import type { Buffer, Executor, Phase, Weights } from '@quire/engine/network';

export class Averages {
  readonly #executor: Executor;
  readonly #keep: number;
  readonly #buffers: ReadonlyMap<string, Buffer>;

  /** Starts at the weights that the executor has now. */
  constructor(executor: Executor, names: readonly string[], keep: number) {
    this.#executor = executor;
    this.#keep = keep;
    this.#buffers = new Map(names.map((name) => [name, executor.buffer(executor.parameter(name).length)]));
    for (const [name, buffer] of this.#buffers) buffer.values().set(executor.parameter(name).values());
  }

  async update(): Promise<void> {
    const phases: Phase[] = [...this.#buffers].map(([name, { ptr, length }]) => {
      const weights = this.#executor.parameter(name).ptr;
      return {
        units: length,
        grain: 64,
        call: (from, to) => ({ name: 'lerp', args: [ptr, weights, 1 - this.#keep, from, to] }),
      };
    });
    await this.#executor.execute(phases);
  }

  values(): Weights {
    return Object.fromEntries([...this.#buffers].map(([name, buffer]) => [name, buffer.values().slice()]));
  }

  restore(values: Weights): void {
    for (const [name, buffer] of this.#buffers) buffer.values().set(values[name]!);
  }
}
