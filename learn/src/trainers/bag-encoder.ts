// The forward and backward pass of a static encoder: a bag of tokens to a unit vector, and the gradient of that vector to
// the rows of the table. Shared by the trainer and its gradient check.

import type { BagReader } from '../data/bags.ts';

/** A text between forward and backward pass: its weighted bag and the length of its vector before normalisation. */
export interface EncodedBag {
  readonly tokens: Uint32Array; // (n)
  readonly values: Float64Array; // (n)
  readonly length: number;
}

/**
 * Writes the unit vector of the bag into row i of `out` (rows, dim), which must be zeros: Σ value × row of `table`
 * (vocabulary, dim) at length 1, with values √count × weight. Clears the bag.
 */
export function encodeBag(
  bags: BagReader,
  table: Float32Array,
  weights: Float32Array,
  out: Float64Array,
  i: number,
): EncodedBag {
  const n = bags.size;
  bags.weigh(weights, n);
  const tokens = bags.ids.slice(0, n);
  const values = bags.values.slice(0, n);
  const dim = table.length / weights.length;
  const at = i * dim;
  for (let x = 0; x < n; x++) {
    const row = tokens[x]! * dim;
    const value = values[x]!;
    for (let d = 0; d < dim; d++) out[at + d]! += value * table[row + d]!;
  }
  let squares = 0;
  for (let d = 0; d < dim; d++) squares += out[at + d]! * out[at + d]!;
  const length = Math.sqrt(squares);
  if (length > 0) for (let d = 0; d < dim; d++) out[at + d]! /= length;
  return { tokens, values, length };
}

/** Gradients of the table rows that a batch touches. */
export class RowGradients {
  readonly #dim: number;
  readonly #slot: Int32Array; // token → its index + 1
  readonly #rows: number[] = [];
  #values: Float64Array; // (touched, dim)

  constructor(vocabulary: number, dim: number) {
    this.#dim = dim;
    this.#slot = new Int32Array(vocabulary);
    this.#values = new Float64Array(1024 * dim);
  }

  /** Adds the gradient of one text: `vectors` holds its unit vector at `at`, `gradients` the gradient with respect to that. */
  add(bag: EncodedBag, vectors: Float64Array, gradients: Float64Array, at: number): void {
    if (bag.length === 0) return;
    const dim = this.#dim;
    let along = 0;
    for (let d = 0; d < dim; d++) along += vectors[at + d]! * gradients[at + d]!;
    // Through u = v / |v|: ∂/∂v = (g − (g·u) u) / |v|.
    const inner = new Float64Array(dim);
    for (let d = 0; d < dim; d++) inner[d] = (gradients[at + d]! - along * vectors[at + d]!) / bag.length;
    for (let x = 0; x < bag.tokens.length; x++) {
      const value = bag.values[x]!;
      if (value === 0) continue;
      const to = this.#place(bag.tokens[x]!);
      const values = this.#values;
      for (let d = 0; d < dim; d++) values[to + d]! += value * inner[d]!;
    }
  }

  forEachRow(use: (row: number, gradient: Float64Array, at: number) => void): void {
    this.#rows.forEach((row, i) => {
      use(row, this.#values, i * this.#dim);
    });
  }

  clear(): void {
    this.#values.fill(0, 0, this.#rows.length * this.#dim);
    for (const row of this.#rows) this.#slot[row] = 0;
    this.#rows.length = 0;
  }

  #place(token: number): number {
    let slot = this.#slot[token]!;
    if (slot === 0) {
      slot = this.#rows.push(token);
      this.#slot[token] = slot;
      if (slot * this.#dim > this.#values.length) {
        const grown = new Float64Array(2 * this.#values.length);
        grown.set(this.#values);
        this.#values = grown;
      }
    }
    return (slot - 1) * this.#dim;
  }
}
