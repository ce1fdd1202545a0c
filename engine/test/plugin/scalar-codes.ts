// A lossy kind with a trained codec: each dimension of a vector becomes one byte between the smallest and the largest
// value that the sample had there. Scores are dot products with the decoded vector. All segments share the codec.

import { type DenseRep, EngineError, plainFingerprint } from '@quire/engine/core';
import { asFloat32, BitSet, bytesOf, TopK } from '@quire/engine/internals';
import {
  type CodecKind,
  type MergeSource,
  type PartKind,
  type SectionReader,
  type SegmentPart,
  writeSection,
} from '@quire/engine/storage';

export interface Ranges {
  readonly low: Float32Array; // (dim)
  readonly high: Float32Array; // (dim)
}

/** What a test may watch. */
export interface Calls {
  trained: number;
  /** The codec of each segment that was opened. */
  readonly opened: Ranges[];
}

export function scalarCodes(
  space: string,
  dim: number,
  calls: Calls = { trained: 0, opened: [] },
): PartKind<'dense', 'dense', Ranges> {
  return {
    name: 'test-scalar-codes',
    version: 0,
    queryKind: 'dense',
    documentKind: 'dense',
    space,
    config: { dim },
    lossy: true,
    codec: ranges(dim, calls),
    check: ({ vec }) => {
      if (vec.length === dim && vec.every(Number.isFinite)) return;
      throw new EngineError('INVALID_ARGUMENT', `A vector of ${vec.length} dimensions [${vec.join(', ')}]`);
    },
    write: async ({ size, reps }, out, options) => {
      const codec = given(options?.codec);
      const present = new BitSet(size);
      const sink = await out.section('codes');
      let ord = 0;
      for await (const rep of reps) {
        if (rep !== undefined) present.add(ord);
        await sink.append(rep === undefined ? new Uint8Array(dim) : encode(codec, rep.vec));
        ord++;
      }
      await sink.close();
      await writeSection(out, 'present', bytesOf(present.words));
    },
    open: async (sections, options) => {
      const codec = given(options?.codec);
      calls.opened.push(codec);
      const { codes, present } = await read(sections);
      return openPart(codes, present, codec, space);
    },
    merge: async (sources, size, out) => {
      const codes = new Uint8Array(size * dim);
      const present = new BitSet(size);
      for (const source of sources) await copyCodes(source, dim, codes, present);
      await writeSection(out, 'codes', codes);
      await writeSection(out, 'present', bytesOf(present.words));
    },
  };
}

function ranges(dim: number, calls: Calls): CodecKind<'dense', Ranges> {
  return {
    name: 'test-ranges',
    version: 0,
    sample: 500,
    train: async (sample) => {
      calls.trained++;
      const low = new Float32Array(dim).fill(sample.length === 0 ? 0 : Number.POSITIVE_INFINITY);
      const high = new Float32Array(dim).fill(sample.length === 0 ? 0 : Number.NEGATIVE_INFINITY);
      for (const { vec } of sample) {
        for (const [d, x] of vec.entries()) {
          low[d] = Math.min(low[d]!, x);
          high[d] = Math.max(high[d]!, x);
        }
      }
      return { low, high };
    },
    write: async ({ low, high }, out) => {
      await writeSection(out, 'low', bytesOf(low));
      await writeSection(out, 'high', bytesOf(high));
    },
    open: async (sections) => ({
      low: asFloat32((await sections.readAll('low')).slice()),
      high: asFloat32((await sections.readAll('high')).slice()),
    }),
    error: (codec, { vec }) => {
      const found = decode(codec, encode(codec, vec));
      return vec.reduce((sum, x, d) => sum + (x - found[d]!) ** 2, 0);
    },
  };
}

export function encode({ low, high }: Ranges, vec: Float32Array): Uint8Array {
  return Uint8Array.from(vec, (x, d) => {
    const width = high[d]! - low[d]!;
    return width === 0 ? 0 : Math.round(Math.min(1, Math.max(0, (x - low[d]!) / width)) * 255);
  });
}
function decode({ low, high }: Ranges, codes: Uint8Array): Float32Array {
  return Float32Array.from(codes, (code, d) => low[d]! + (code / 255) * (high[d]! - low[d]!));
}

/** The library passes the codec whenever the kind has one. */
function given(codec: Ranges | undefined): Ranges {
  if (codec === undefined) throw new EngineError('INVALID_ARGUMENT', 'The codec is missing');
  return codec;
}

async function read(sections: SectionReader) {
  const codes = await sections.readAll('codes');
  const words = new Uint32Array((await sections.readAll('present')).slice().buffer);
  return { codes, present: words };
}

/** Codes are copied, never decoded and encoded again. */
async function copyCodes({ sections, ords }: MergeSource<'dense'>, dim: number, into: Uint8Array, present: BitSet) {
  const old = await read(sections);
  const had = new BitSet(ords.length, old.present);
  for (const [from, to] of ords.entries()) {
    if (to < 0 || !had.has(from)) continue;
    into.set(old.codes.subarray(from * dim, (from + 1) * dim), to * dim);
    present.add(to);
  }
}

function openPart(codes: Uint8Array, words: Uint32Array, codec: Ranges, space: string): SegmentPart<'dense'> {
  const dim = codec.low.length;
  const size = codes.length / dim;
  const present = new BitSet(size, words);
  const none = new Map<string, number>();
  const fingerprint = plainFingerprint(space, 'document');
  const vectorOf = (ord: number) => decode(codec, codes.subarray(ord * dim, (ord + 1) * dim));
  const dot = (query: DenseRep, ord: number) => vectorOf(ord).reduce((sum, x, d) => sum + x * query.vec[d]!, 0);
  const searchSync: SegmentPart<'dense'>['searchSync'] = (query, k, { accept }) => {
    const heap = new TopK(Math.min(k, size));
    for (const ord of present) if (accept?.has(ord) !== false) heap.push(dot(query, ord), ord);
    return heap.drain();
  };
  const scoreSync: SegmentPart<'dense'>['scoreSync'] = (query, ords, { accept }) =>
    Float64Array.from(ords, (ord) => (present.has(ord) && accept?.has(ord) !== false ? dot(query, ord) : Number.NaN));
  return {
    count: present.count(),
    residentBytes: codes.length,
    statistics: async () => none,
    statisticsSync: () => none,
    search: async (query, k, scope) => searchSync(query, k, scope),
    searchSync,
    score: async (query, ords, scope) => scoreSync(query, ords, scope),
    scoreSync,
    gather: async (ords) =>
      ords.map((ord) => (present.has(ord) ? { kind: 'dense', space, fingerprint, vec: vectorOf(ord) } : undefined)),
    explain: async (query, ord) =>
      present.has(ord)
        ? { value: dot(query, ord), description: 'dot product with the decoded vector', details: [] }
        : undefined,
    has: (ord) => present.has(ord),
    close: () => {},
  };
}
