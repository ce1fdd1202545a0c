// A query in the form that is compared with sign codes: its own sign code (1 bit a dimension, Hamming distance) or
// integers of up to eight bits (asymmetric distance, much higher recall for the same memory). Kernels:
// engine/assembly/hamming.ts, engine/assembly/fastscan.ts.

import { bytesOf } from '../../core/bytes.ts';
import { hamming, signDistance } from '../../kernels/reference.ts';
import { signCode, wordsOf } from './signs.ts';

export type QueryBits = 1 | 8;

export interface CodeQuery {
  /** The kernel for this query: scanHamming reads codes in rows, scanTables in blocks. */
  readonly kernel: 'scanHamming' | 'scanTables';
  /** The kernel's input. */
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
  const { values } = integersOf(Float64Array.from(query, (x, j) => x - mean[j]!));
  return { kernel: 'scanTables', bytes: tablesOf(values), distance: (code) => signDistance(code, values) };
}

/** Dimensions of a window: the kernel adds their four tables in bytes. */
const WINDOW = 16;
const LARGEST_SUM = 255;
/** The kernel adds the windows in 16 bits. */
const LARGEST_DISTANCE = 0xffff;

/**
 * The weights of the dimensions in integers, weight × scale, as large as possible while their absolute values add up to
 * at most 255 in every window and 65,535 in all.
 */
export function integersOf(weights: Float64Array): { readonly values: Int16Array; readonly scale: number } {
  const values = new Int16Array(weights.length);
  let largest = 0;
  let total = 0;
  for (let from = 0; from < weights.length; from += WINDOW) {
    const to = Math.min(from + WINDOW, weights.length);
    let sum = 0;
    for (let j = from; j < to; j++) sum += Math.abs(weights[j]!);
    largest = Math.max(largest, sum);
    total += sum;
  }
  if (largest === 0) return { values, scale: 1 };
  // Rounding adds at most ½ a dimension. The second limit is the smaller one only beyond 4096 dimensions.
  const scale = Math.min((LARGEST_SUM - WINDOW / 2) / largest, (LARGEST_DISTANCE - weights.length / 2) / total);
  for (let j = 0; j < values.length; j++) values[j] = Math.floor(weights[j]! * scale + 0.5);
  return { values, scale };
}

/** For each group of four dimensions, the distance of each pattern of their bits: (16 × words, 16). */
export function tablesOf(values: Int16Array): Uint8Array {
  const groups = 16 * wordsOf(values.length);
  const tables = new Uint8Array(16 * groups);
  for (let j = 0; j < values.length; j++) {
    const value = values[j]!;
    const bit = 1 << (j & 3);
    const at = 16 * (j >>> 2);
    for (let pattern = 0; pattern < 16; pattern++) {
      const isSet = (pattern & bit) !== 0;
      if (isSet ? value < 0 : value > 0) tables[at + pattern]! += Math.abs(value);
    }
  }
  return tables;
}
