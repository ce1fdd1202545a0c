// Adam (Kingma & Ba 2015) for a table of which a step changes few rows ("lazy" Adam): only rows with a gradient move, and
// only their moments decay. Bias correction counts a row's own updates.

import { EngineError } from '@quire/engine/core';
import { exp, ln } from '@quire/engine/internals';

export interface AdamOptions {
  readonly learningRate: number;
  /** Decay of the first moment. Default 0.9. */
  readonly beta1?: number;
  /** Decay of the second moment. Default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the second moment. Default 1e-8. */
  readonly epsilon?: number;
}

/** The state that a checkpoint stores. */
export interface AdamState {
  readonly first: Float32Array; // (rows, dim)
  readonly second: Float32Array; // (rows, dim)
  readonly updates: Uint32Array; // (rows)
}

export class AdamRows {
  readonly state: AdamState;
  readonly #dim: number;

  constructor(rows: number, dim: number, state?: AdamState) {
    this.#dim = dim;
    this.state = state ?? {
      first: new Float32Array(rows * dim),
      second: new Float32Array(rows * dim),
      updates: new Uint32Array(rows),
    };
    if (this.state.first.length !== rows * dim || this.state.updates.length !== rows) {
      throw new EngineError('INVALID_ARGUMENT', `The optimiser's state is not of shape (${rows}, ${dim})`, {
        hint: 'Resume from a checkpoint of the same vocabulary and dimension.',
      });
    }
  }

  /** Moves row `row` of `table` against `gradient` (dim numbers from `at`). */
  update(table: Float32Array, row: number, gradient: Float64Array, at: number, options: AdamOptions): void {
    const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
    const { first, second, updates } = this.state;
    updates[row]! += 1;
    const n = updates[row]!;
    const rate = learningRate / (1 - exp(n * ln(beta1)));
    const correction = 1 / (1 - exp(n * ln(beta2)));
    const base = row * this.#dim;
    for (let d = 0; d < this.#dim; d++) {
      const g = gradient[at + d]!;
      const m = beta1 * first[base + d]! + (1 - beta1) * g;
      const v = beta2 * second[base + d]! + (1 - beta2) * g * g;
      first[base + d] = m;
      second[base + d] = v;
      table[base + d]! -= (rate * m) / (Math.sqrt(v * correction) + epsilon);
    }
  }
}
