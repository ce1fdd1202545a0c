// What a dense vector must be before it may touch an index: of the right space and dimension, finite, not huge.

import { shown } from '../../core/check.ts';
import { EngineError } from '../../core/errors.ts';
import type { DenseRep, Space } from '../../core/types.ts';
import { HALF_OVERFLOW, MAX_HALF } from '../../kernels/half.ts';
import type { VectorFormat } from './vector-format.ts';

/** Beyond it the sum of int8 products is no longer known to be exact, and a query would take half a megabyte. */
const MAX_DIM = 65_536;
/** Larger components could overflow an f32 dot product, and ∞ − ∞ is no score. */
const MAX_COMPONENT = 5e16;

/** Throws INVALID_ARGUMENT unless dim is an integer in 1 … MAX_DIM. */
export function checkDim(dim: number): void {
  if (!Number.isInteger(dim) || dim < 1 || dim > MAX_DIM) {
    throw new EngineError('INVALID_ARGUMENT', `dim is ${dim}`, { hint: `Pass an integer between 1 and ${MAX_DIM}.` });
  }
}

/** Throws unless `rep` may enter or query an index of this space and dimension. `what` names it in the message. */
export function checkVector(rep: DenseRep, space: Space, dim: number, what: string): void {
  if (rep.space !== space) {
    throw new EngineError('ENCODER_MISMATCH', `${what} is of space ${rep.space}, the index of space ${space}`, {
      hint: 'Encode with the encoder that the index was built with, or build the part again with the new one.',
    });
  }
  if (!(rep.vec instanceof Float32Array)) {
    throw new EngineError('INVALID_ARGUMENT', `${what} is ${shown(rep.vec)}`, { hint: 'Pass a Float32Array.' });
  }
  if (rep.vec.length !== dim) {
    throw new EngineError('INVALID_ARGUMENT', `${what} has ${rep.vec.length} dimensions, the index ${dim}`);
  }
  for (let i = 0; i < dim; i++) {
    const x = rep.vec[i]!;
    if (!(Math.abs(x) <= MAX_COMPONENT)) {
      throw new EngineError('INVALID_ARGUMENT', `${what} has ${x} in dimension ${i}`, {
        hint: `Components must be finite and at most ${MAX_COMPONENT} in size; normalise the vectors.`,
      });
    }
  }
}

/** `checkVector` for a document: also throws INVALID_ARGUMENT where the format cannot hold a component. */
export function checkDocument(rep: DenseRep, space: Space, dim: number, format: VectorFormat, what: string): void {
  checkVector(rep, space, dim, what);
  if (format !== 'f16') return;
  for (const [i, x] of rep.vec.entries()) {
    if (Math.abs(x) < HALF_OVERFLOW) continue;
    throw new EngineError('INVALID_ARGUMENT', `${what} has ${x} in dimension ${i}`, {
      hint: `f16 holds sizes to ${MAX_HALF}; normalise the vectors or store them as f32.`,
    });
  }
}
