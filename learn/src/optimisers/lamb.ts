// LAMB (You et al., 2020) as STAR uses it: Adam's direction of each parameter, scaled by the length of the parameter (at most 10) over the
// length of the direction; no bias correction. Of a table only the rows that a batch touched move, and both lengths are theirs. Plain loops
// in TypeScript on the executor's memory: a step of 5 million parameters takes some tens of milliseconds.

import type { Executor } from '@quire/engine/network';
import {
  type GradientEntry,
  GradientLength,
  Moments,
  type Optimiser,
  type OptimiserState,
  type StepOptions,
} from './optimiser.ts';

const EPS = 1e-6;
/** Longer parameters count as this long. */
const MOST_LENGTH = 10;

export class Lamb implements Optimiser {
  readonly #moments: Moments;
  readonly #length: GradientLength;
  #steps = 0;

  constructor(executor: Executor) {
    this.#moments = new Moments(executor);
    this.#length = new GradientLength(executor);
  }

  async step(entries: readonly GradientEntry[], options: StepOptions): Promise<number> {
    const { clip = 1 } = options;
    // Memory is taken before any view of it is made.
    for (const { name, weights } of entries) this.#moments.of(name, weights.length);
    const norm = await this.#length.of(entries);
    if (!Number.isFinite(norm)) return norm;
    this.#steps++;
    for (const entry of entries) this.#update(entry, norm > clip ? clip / norm : 1, options);
    return norm;
  }

  state(): OptimiserState {
    return { steps: this.#steps, moments: this.#moments.values() };
  }

  restore({ steps, moments }: OptimiserState): void {
    this.#steps = steps;
    this.#moments.restore(moments);
  }

  #update(entry: GradientEntry, factor: number, options: StepOptions): void {
    const { betas: [beta1, beta2] = [0.9, 0.999], eps = EPS } = options;
    const { name, table } = entry;
    const grad = entry.values();
    const weights = entry.weights.values();
    const own = this.#moments.of(name, weights.length);
    const [m, v] = [own.m.values(), own.v.values()];
    const decay = options.decay?.(name) ?? 0;
    /** The element of the parameter that element i of the gradient belongs to. */
    const at = table === undefined ? (i: number) => i : (i: number) => rowStart(table, i) + (i % table.cols);
    const direction = new Float32Array(grad.length);
    let [long, far] = [0, 0];
    for (let i = 0; i < grad.length; i++) {
      const w = at(i);
      const g = grad[i]! * factor;
      m[w] = beta1 * m[w]! + (1 - beta1) * g;
      v[w] = beta2 * v[w]! + (1 - beta2) * g * g;
      direction[i] = m[w]! / (Math.sqrt(v[w]!) + eps) + decay * weights[w]!;
      long += weights[w]! ** 2;
      far += direction[i]! ** 2;
    }
    const length = Math.min(Math.sqrt(long), MOST_LENGTH);
    const trust = length > 0 && far > 0 ? length / Math.sqrt(far) : 1;
    const rate = options.rate(name) * trust;
    for (let i = 0; i < grad.length; i++) weights[at(i)]! -= rate * direction[i]!;
  }
}

function rowStart({ ids, cols }: NonNullable<GradientEntry['table']>, i: number): number {
  return ids[Math.floor(i / cols)]! * cols;
}
