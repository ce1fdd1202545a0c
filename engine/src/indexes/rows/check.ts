// The conditions for a dense vector to enter an index: the right space and dimension, finite, bounded components.

import { EngineError } from '../../core/errors.ts';
import type { DenseRep, Space } from '../../core/types.ts';

/** Kernels add products of int8 codes in 32-bit lanes, which hold at most 4096 dimensions. */
const MAX_DIM = 4096;
/** Larger components could overflow an f32 dot product, and ∞ − ∞ has no rank. */
const MAX_COMPONENT = 1e17;

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
