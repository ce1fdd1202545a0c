// The codec of sign codes: for every dimension the mean of all vectors, which decides the bit, and the two values that the
// bit stands for, the means of the components above it and of the others. No other two values have a smaller squared
// error. All segments of a library share it, so their codes have comparable distances. Parts that store codes alone score
// with the two values, and their merges copy codes; parts with vectors use the mean. Bytes: docs/format/binary.md.

import { asFloat32, bytesOf } from '../../core/bytes.ts';
import { EngineError, throwIfAborted } from '../../core/errors.ts';
import { nextTurn } from '../../core/turn.ts';
import type { Cancellable, DenseRep } from '../../core/types.ts';
import type { CodecKind, SectionReader } from '../../storage/part.ts';
import { writeSection } from '../../storage/write-section.ts';
import { checkSize } from '../rows/head.ts';
import { signCode, wordsOf } from './signs.ts';

export interface SignCodec {
  /** A bit is set where the component is above it. */
  readonly mean: Float32Array; // (dim)
  /** The value of a bit that is not set, ≤ mean. */
  readonly low: Float32Array; // (dim)
  /** The value of a bit that is set, ≥ mean. */
  readonly high: Float32Array; // (dim)
}

const LEVELS = ['mean', 'low', 'high'] as const;
/** 8 MiB at 256 dimensions. The standard error of each value is then about 1 % of the deviation of its dimension. */
const SAMPLE = 8192;
/** Vectors between two turns of the event loop. */
const VECTORS_A_TURN = 1024;

/** Vectors to train on in place of the library's own, named in the configuration of the part. */
export interface ReferenceVectors {
  /** Says which vectors these are: a library whose part has another reference is refused with SCHEMA_MISMATCH. */
  readonly name: string;
  /** Called when a codec is trained, that is, once for each part. At most 8,192 vectors are worth their time. */
  readonly vectors: (options?: Cancellable) => Promise<readonly DenseRep[]>;
}

export function signCodec(dim: number, reference?: ReferenceVectors): CodecKind<'dense', SignCodec> {
  return {
    name: 'sign-levels',
    version: 1,
    sample: SAMPLE,
    ...(reference && { reference: reference.vectors }),
    train: (sample, options) => train(sample, dim, options),
    write: async (codec, out) => {
      for (const name of LEVELS) await writeSection(out, name, bytesOf(codec[name]));
    },
    open: async (sections) => {
      const read = (name: string) => readLevel(sections, name, dim);
      const codec = { mean: await read('mean'), low: await read('low'), high: await read('high') };
      assertOrdered(codec);
      return codec;
    },
    error: (codec, { vec }) => {
      const code = new Uint32Array(2 * wordsOf(dim));
      signCode(vec, codec.mean, code);
      const decoded = decode(codec, code);
      return vec.reduce((sum, x, j) => sum + (x - decoded[j]!) ** 2, 0);
    },
  };
}

/** The vector that a code stands for. */
export function decode({ low, high }: SignCodec, code: Uint32Array): Float32Array {
  return low.map((value, j) => (isSet(code, j) ? high[j]! : value));
}

function isSet(code: Uint32Array, j: number): boolean {
  return ((code[j >>> 5]! >>> (j & 31)) & 1) === 1;
}

async function train(sample: readonly DenseRep[], dim: number, options: Cancellable = {}): Promise<SignCodec> {
  if (sample.length === 0) return untrained(dim);
  const each = async (visit: (vec: Float32Array) => void) => {
    for (const [i, { vec }] of sample.entries()) {
      if (i % VECTORS_A_TURN === 0) await nextTurn();
      throwIfAborted(options.signal);
      visit(vec);
    }
  };
  const sums = new Float64Array(dim);
  await each((vec) => {
    for (let j = 0; j < dim; j++) sums[j]! += vec[j]!;
  });
  const mean = Float32Array.from(sums, (sum) => sum / sample.length);
  const above = new Float64Array(dim);
  const count = new Uint32Array(dim);
  await each((vec) => {
    for (let j = 0; j < dim; j++) {
      if (vec[j]! <= mean[j]!) continue;
      above[j]! += vec[j]!;
      count[j]!++;
    }
  });
  const others = (j: number) => sample.length - count[j]!;
  // Without a component on one side its value is the mean, and the minimum and maximum undo a rounding across it.
  const high = mean.map((m, j) => (count[j] === 0 ? m : Math.max(m, above[j]! / count[j]!)));
  const low = mean.map((m, j) => (others(j) === 0 ? m : Math.min(m, (sums[j]! - above[j]!) / others(j))));
  return { mean, low, high };
}

/** Signs of a normalised vector. */
function untrained(dim: number): SignCodec {
  const size = 1 / Math.sqrt(dim);
  return {
    mean: new Float32Array(dim),
    low: new Float32Array(dim).fill(-size),
    high: new Float32Array(dim).fill(size),
  };
}

async function readLevel(sections: SectionReader, name: string, dim: number): Promise<Float32Array> {
  checkSize(sections, name, 4 * dim);
  return asFloat32((await sections.readAll(name)).slice());
}

/** Throws CORRUPT for values that no training gives: a score would be NaN, or prefer the wrong bit. */
function assertOrdered({ mean, low, high }: SignCodec): void {
  for (const [j, m] of mean.entries()) {
    const isSound = low[j]! <= m && m <= high[j]! && Number.isFinite(low[j]!) && Number.isFinite(high[j]!);
    if (isSound) continue;
    throw new EngineError('CORRUPT', `The codec has ${low[j]}, ${m} and ${high[j]} for dimension ${j}`);
  }
}

/** The library passes the codec whenever the kind has one. */
export function givenCodec(codec: SignCodec | undefined): SignCodec {
  if (codec !== undefined) return codec;
  throw new EngineError('INVALID_ARGUMENT', 'A part of sign codes was used without its codec', {
    hint: 'Pass { codec } as the library does: kind.codec.train makes one.',
  });
}
