// How a vector is stored: f32 as it is, f16 as the nearest halves, int8 as codes and a scale. Bytes: docs/format/flat.md.

import { bytesOf } from '../../core/bytes.ts';
import { f32OfHalf, halfOf } from '../../kernels/half.ts';
import { dequantise, quantise } from './int8.ts';

export type VectorFormat = 'f32' | 'f16' | 'int8';

/** What the head of a part states: a format of rows, or `none` where only codes are stored (docs/format/binary.md). */
export type HeadFormat = VectorFormat | 'none';

export const VECTOR_FORMATS: readonly VectorFormat[] = ['f32', 'int8', 'f16'];
/** In the order of their numbers in the head of a part. */
export const HEAD_FORMATS: readonly HeadFormat[] = [...VECTOR_FORMATS, 'none'];

const COMPONENT_BYTES: Readonly<Record<VectorFormat, number>> = { f32: 4, f16: 2, int8: 1 };

export function bytesPerRow(format: VectorFormat, dim: number): number {
  return COMPONENT_BYTES[format] * dim;
}

/** One stored row; the arrays are reused for the next row. */
export interface Row {
  /** The stored value as f32: exact for f16, code × scale for int8. */
  readonly vec: Float32Array; // (dim)
  /** What is written. */
  readonly bytes: Uint8Array; // (bytesPerRow)
  /** Of int8 codes; 0 for other formats. */
  readonly scale: number;
  /** What the index keeps beside the vector, unread. */
  readonly payload: Uint8Array; // (payloadBytes)
}

export interface MutableRow extends Row {
  scale: number;
  payload: Uint8Array;
  /** Sets a new vector. */
  set(vec: Float32Array): void;
  /** Sets stored bytes. */
  load(bytes: Uint8Array, scale: number): void;
}

export function newRow(dim: number, format: VectorFormat): MutableRow {
  const vec = new Float32Array(dim);
  const common = { vec, scale: 0, payload: new Uint8Array(0) };
  switch (format) {
    case 'f32': {
      const bytes = bytesOf(vec);
      return { ...common, bytes, set: (source) => vec.set(source), load: (source) => bytes.set(source) };
    }
    case 'f16':
      return { ...common, ...halves(vec) };
    case 'int8':
      return { ...common, ...codes(vec) };
    default:
      format satisfies never;
      throw new TypeError(`Unknown format ${String(format)}`);
  }
}

type Coding = Pick<MutableRow, 'bytes' | 'set' | 'load'>;

function halves(vec: Float32Array): Coding {
  const stored = new Uint16Array(vec.length);
  const bytes = bytesOf(stored);
  const decode = () => {
    for (let i = 0; i < vec.length; i++) vec[i] = f32OfHalf(stored[i]!);
  };
  return {
    bytes,
    set: (source) => {
      for (let i = 0; i < vec.length; i++) stored[i] = halfOf(source[i]!);
      decode();
    },
    load: (source) => {
      bytes.set(source);
      decode();
    },
  };
}

function codes(vec: Float32Array): Coding {
  const stored = new Int8Array(vec.length);
  const bytes = bytesOf(stored);
  return {
    bytes,
    set(this: MutableRow, source) {
      this.scale = quantise(source, stored);
      dequantise(stored, this.scale, vec);
    },
    load(this: MutableRow, source, scale) {
      bytes.set(source);
      this.scale = scale;
      dequantise(stored, scale, vec);
    },
  };
}

/** Is the vector zero as it would be stored? Such a vector has no direction, and a document that has it has no vector. */
export function isZero(vec: Float32Array): boolean {
  for (let i = 0; i < vec.length; i++) if (vec[i] !== 0) return false;
  return true;
}
