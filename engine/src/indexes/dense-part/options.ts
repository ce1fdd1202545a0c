// The kind of a dense part: what flat, binary and ivf return.

import { checkFunction, checkObject, checkString, shown } from '../../core/check.ts';
import { EngineError } from '../../core/errors.ts';
import type { Fingerprint, Space } from '../../core/types.ts';
import type { Heap } from '../../kernels/heap.ts';
import type { KernelPool } from '../../kernels/pool.ts';
import type { PartKind } from '../../storage/part.ts';
import type { ReferenceVectors, SignCodec } from '../codes/sign-codec.ts';
import { checkDim } from '../rows/check.ts';
import { type HeadFormat, VECTOR_FORMATS, type VectorFormat } from '../rows/vector-format.ts';

export interface DenseOptions {
  /** The space of the encoder. */
  readonly space: Space;
  /** Fingerprint of the documents that it stores. Default: the plain one of the space. */
  readonly documents?: Fingerprint;
  /** Fingerprints of the queries that it answers. Default: see PartKind. */
  readonly accepts?: readonly Fingerprint[];
  /** Dimensions, 1 … 65,536. */
  readonly dim: number;
  /**
   * How vectors are stored. f32: 4 bytes a dimension. f16: 2 bytes, sizes to 65,504. int8: 1 byte, and a scale a vector.
   */
  readonly vectors?: VectorFormat;
  /** Memory for the part. Default: the program's common heap. */
  readonly heap?: Heap;
  /** Workers for `search` (not searchSync) of flat and binary; needs a heap of shared memory. The same hits, sooner. */
  readonly pool?: KernelPool;
}

/** Options of the kinds that find candidates by their codes and score those exactly. */
export interface RescoredOptions extends DenseOptions {
  /** Candidates scored exactly, at least; four times k where that is more. 1 … 1,000,000. Default DEFAULT_RESCORE. */
  readonly rescore?: number;
  /**
   * Bits of a query component that codes are compared with. 8: integers whose tables fit in bytes, far better candidates.
   * 1: Hamming distance, a somewhat faster scan that needs several times the candidates for the same recall. Default 8.
   */
  readonly queryBits?: 1 | 8;
  /** Keep the vectors in memory. false: codes only, candidates' vectors are read from the file. Default true. */
  readonly resident?: boolean;
}

interface CodecOptions {
  /**
   * Vectors of fixed documents that the codec is trained on. Equal documents are then ranked equally in every library.
   * Default: the first documents of the library, and rankings depend on which these are, though not on segments.
   */
  readonly reference?: ReferenceVectors;
}

/** Options of `binary` with stored vectors. */
export interface BinaryOptions extends RescoredOptions, CodecOptions {}

/** Options of `binary` without stored vectors: 1 bit a dimension. What says how candidates are rescored is refused. */
export interface CodesOnlyOptions extends Omit<DenseOptions, 'vectors'>, CodecOptions {
  readonly vectors: 'none';
  readonly rescore?: undefined;
  readonly queryBits?: undefined;
  readonly resident?: undefined;
}

/** Version of the bytes of flat, of ivf and of codes alone. 2: vectors of zeros are not stored, and f16. */
export const DENSE_VERSION = 2;

/** Recall@10 of `binary` on sentences of abstracts, 256 dimensions: .99 of 100,000, .98 of 400,000 (docs/kernels.md). */
export const DEFAULT_RESCORE = 500;

/** A kind of part for dense vectors. Scores are dot products (cosine where the encoder normalises). */
export type DenseKind = PartKind<'dense'>;
/** A kind with the codec of sign codes. */
export type CodedKind = PartKind<'dense', 'dense', SignCodec>;

/** Throws INVALID_ARGUMENT unless space, dimensions and format are legal: `write` would find the error too late. */
export function checkDense(
  options: DenseOptions | CodesOnlyOptions,
  formats: readonly HeadFormat[] = VECTOR_FORMATS,
): void {
  checkObject('options', options);
  const { space, dim, vectors } = options;
  checkString('space', space);
  checkDim(dim);
  if (vectors === undefined || formats.includes(vectors)) return;
  throw new EngineError('INVALID_ARGUMENT', `vectors is ${shown(vectors)}`, {
    hint: `Pass one of ${formats.join(', ')}. Only binary can store codes without vectors ('none').`,
  });
}

/** Throws INVALID_ARGUMENT unless `bits` is 1 or 8. */
export function checkQueryBits(bits: number): void {
  if (bits !== 1 && bits !== 8) {
    throw new EngineError('INVALID_ARGUMENT', `queryBits is ${bits}`, { hint: 'Pass 1 or 8.' });
  }
}

/** Throws INVALID_ARGUMENT unless `reference` is undefined or names vectors. */
export function checkReference(reference: ReferenceVectors | undefined): void {
  if (reference === undefined) return;
  checkObject('reference', reference);
  checkString('reference.name', reference.name);
  checkFunction('reference.vectors', reference.vectors);
}
