// Lloyd's k-means on a sample, deterministic for a seed. Assignments use the nearestCentroids kernel; sums are taken in
// f64 in row order, so every runtime computes the same centroids.

import { throwIfAborted } from '../../core/errors.ts';
import { Rng } from '../../core/rng.ts';
import { nextTurn } from '../../core/turn.ts';
import type { Cancellable } from '../../core/types.ts';
import type { Heap, Region } from '../../kernels/heap.ts';
import type { KernelModule } from '../../kernels/module.ts';
import { dotF32 } from '../../kernels/reference.ts';
import type { VectorsKernels } from '../../kernels/vectors.ts';

/** Rows of one kernel call. */
export const BATCH_ROWS = 256;

/** Rows between two checks of the AbortSignal: tens of milliseconds with a thousand centroids. */
export const ROWS_A_TURN = 4 * BATCH_ROWS;

/** The nearest of k centroids for batches of rows, in one arena. */
export class Assigner {
  readonly #region: Region;
  readonly #kernels: VectorsKernels;
  readonly #dim: number;
  readonly #k: number;
  readonly #stride: number; // f32 of a padded row

  /** centroids: (k, dim). */
  constructor(heap: Heap, module: KernelModule<VectorsKernels>, centroids: Float32Array, dim: number) {
    this.#dim = dim;
    this.#k = centroids.length / dim;
    this.#stride = Math.ceil(dim / 4) * 4;
    this.#region = heap.alloc(4 * ((BATCH_ROWS + this.#k) * this.#stride + this.#k + 2 * BATCH_ROWS), 16);
    this.#kernels = this.#region.arena.kernels(module);
    this.set(centroids);
  }

  /** Replaces the centroids. */
  set(centroids: Float32Array): void {
    const memory = this.#region.f32();
    const biasAt = (BATCH_ROWS + this.#k) * this.#stride;
    for (let c = 0; c < this.#k; c++) {
      const centroid = centroids.subarray(c * this.#dim, (c + 1) * this.#dim);
      memory.set(centroid, (BATCH_ROWS + c) * this.#stride);
      memory[biasAt + c] = -dotF32(centroid, centroid) / 2;
    }
  }

  /** Copies a row into slot i of the batch, i < BATCH_ROWS. */
  put(i: number, row: Float32Array): void {
    this.#region.f32().set(row, i * this.#stride);
  }

  /** The centroid of each of the first n rows of the batch, and x·c − |c|²/2. */
  run(n: number): { readonly nearest: Uint32Array; readonly scores: Float32Array } {
    const at = (floats: number) => this.#region.ptr + 4 * floats;
    const centroids = BATCH_ROWS * this.#stride;
    const bias = centroids + this.#k * this.#stride;
    const out = bias + this.#k;
    const args = [at(0), n, this.#stride, at(centroids), at(bias), this.#k, at(out), at(out + BATCH_ROWS)] as const;
    this.#kernels.nearestCentroids(...args);
    return {
      nearest: this.#region.u32().slice(out, out + n),
      scores: this.#region.f32().slice(out + BATCH_ROWS, out + BATCH_ROWS + n),
    };
  }

  free(): void {
    this.#region.free();
  }
}

export interface KmeansOptions extends Cancellable {
  readonly k: number;
  readonly iterations: number;
  readonly seed: number;
  readonly heap: Heap;
  readonly module: KernelModule<VectorsKernels>;
}

/** Centroids (k, dim) of `sample` (n, dim); n ≥ k ≥ 1. */
export async function kmeans(sample: Float32Array, dim: number, options: KmeansOptions): Promise<Float32Array> {
  const { k, iterations, seed, heap, module } = options;
  const n = sample.length / dim;
  const rowOf = (i: number) => sample.subarray(i * dim, (i + 1) * dim);
  const centroids = new Float32Array(k * dim);
  for (const [c, i] of distinct(new Rng(seed), n, k).entries()) centroids.set(rowOf(i), c * dim);
  const assigner = new Assigner(heap, module, centroids, dim);
  try {
    for (let round = 0; round < iterations; round++) {
      const sums = new Float64Array(k * dim);
      const counts = new Uint32Array(k);
      let farthest: { row: number; distance: number }[] = [];
      for (let from = 0; from < n; from += BATCH_ROWS) {
        if (from % ROWS_A_TURN === 0) {
          await nextTurn();
          throwIfAborted(options.signal);
        }
        const rows = Math.min(BATCH_ROWS, n - from);
        for (let i = 0; i < rows; i++) assigner.put(i, rowOf(from + i));
        const { nearest, scores } = assigner.run(rows);
        for (let i = 0; i < rows; i++) {
          const row = rowOf(from + i);
          const at = nearest[i]! * dim;
          for (let j = 0; j < dim; j++) sums[at + j]! += row[j]!;
          counts[nearest[i]!]!++;
        }
        farthest.push(worst(rows, (i) => dotF32(rowOf(from + i), rowOf(from + i)) - 2 * scores[i]!, from));
      }
      farthest = farthest.sort((a, b) => b.distance - a.distance || a.row - b.row);
      for (let c = 0; c < k; c++) {
        // An empty cluster gets a new centroid: a row that is far from its own.
        if (counts[c] === 0) centroids.set(rowOf((farthest.shift() ?? { row: c }).row), c * dim);
        else for (let j = 0; j < dim; j++) centroids[c * dim + j] = sums[c * dim + j]! / counts[c]!;
      }
      assigner.set(centroids);
      options.trace?.({ name: 'ivf.kmeans', done: round + 1, total: iterations });
    }
  } finally {
    assigner.free();
  }
  return centroids;
}

function worst(n: number, distance: (i: number) => number, from: number): { row: number; distance: number } {
  let found = { row: from, distance: -1 };
  for (let i = 0; i < n; i++) {
    const d = distance(i);
    if (d > found.distance) found = { row: from + i, distance: d };
  }
  return found;
}

/** k distinct numbers below n, ascending (Floyd's sampling). */
export function distinct(rng: Rng, n: number, k: number): Uint32Array {
  const chosen = new Set<number>();
  for (let i = n - k; i < n; i++) {
    const pick = rng.below(i + 1);
    chosen.add(chosen.has(pick) ? i : pick);
  }
  return Uint32Array.from(chosen).sort();
}
