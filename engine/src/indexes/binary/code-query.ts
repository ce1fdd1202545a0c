// A query as sign codes are compared with it: by its own sign code (1 bit a dimension, Hamming distance, the fastest scan) or
// by four bits a dimension (asymmetric distance, far better candidates for the same memory). See engine/assembly/planes.ts.

import { bytesOf } from '../../core/bytes.ts';
import { hamming, planeDistance } from '../../kernels/reference.ts';
import { signCode, wordsOf } from './signs.ts';

export type QueryBits = 1 | 4;

const LARGEST = 7;

export interface CodeQuery {
  /** The kernel that scans with it. */
  readonly kernel: 'scanHamming' | 'scanPlanes';
  /** What the kernel reads. */
  readonly bytes: Uint8Array;
  /** Twin: the distance of one code. */
  distance(code: Uint32Array): number;
}

export function codeQuery(query: Float32Array, mean: Float32Array, bits: QueryBits): CodeQuery {
  if (bits === 1) {
    const code = new Uint32Array(2 * wordsOf(query.length));
    signCode(query, mean, code);
    return { kernel: 'scanHamming', bytes: bytesOf(code), distance: (other) => hamming(other, code) };
  }
  const values = fourBits(query, mean);
  return { kernel: 'scanPlanes', bytes: bytesOf(planesOf(values)), distance: (code) => planeDistance(code, values) };
}

/** The centred query in integers -7 ... 7, in proportion to its largest component. */
function fourBits(query: Float32Array, mean: Float32Array): Int8Array {
  let largest = 0;
  for (let j = 0; j < query.length; j++) largest = Math.max(largest, Math.abs(query[j]! - mean[j]!));
  const values = new Int8Array(query.length);
  if (largest === 0) return values;
  for (let j = 0; j < values.length; j++) {
    values[j] = Math.floor(((query[j]! - mean[j]!) / largest) * LARGEST + 0.5);
  }
  return values;
}

function planesOf(values: Int8Array): Uint32Array {
  const words = wordsOf(values.length);
  const planes = new Uint32Array(8 * words + 1);
  let positive = 0;
  for (let j = 0; j < values.length; j++) {
    const value = values[j]!;
    if (value > 0) positive += value;
    const at = 8 * (j >>> 6) + ((j >>> 5) & 1);
    for (let p = 0; p < 4; p++) planes[at + 2 * p]! |= ((value >> p) & 1) << (j & 31);
  }
  planes[8 * words] = positive;
  return planes;
}
