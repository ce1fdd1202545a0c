// The dense kinds against each other and against plain loops, part by part: what the contract suite cannot see.

import { type DenseRep, EngineError, type Ord, plainFingerprint } from '@quire/engine/core';
import { BitSet, bytesOf, Rng, sha256Hex } from '@quire/engine/internals';
import { Heap, reference } from '@quire/engine/kernels';
import { type Candidates, memoryDirectory, type PartInput, type Scope, type SegmentPart } from '@quire/engine/storage';
import { describe, expect, it } from 'vitest';
import { withCodec } from '../../../test/support/codec.ts';
import { inputOf } from '../../../test/support/input.ts';
import { createSectionFile, openSectionFile } from '../../storage/sections.ts';
import { binary } from '../binary/binary.ts';
import { type SignCodec, signCodec } from '../codes/sign-codec.ts';
import { flat } from '../flat/flat.ts';
import { ivf } from '../ivf/ivf.ts';
import { dequantise, quantise, quantiseQuery } from '../rows/int8.ts';
import type { BinaryOptions, DenseKind } from './options.ts';

/** As if trained on normalised vectors with a mean. */
const codecOf = (dim: number) => {
  const mean = Float32Array.from({ length: dim }, (_, j) => ((j % 3) - 1) * 0.01);
  return { mean, low: mean.map((m, j) => m - 0.1 - 0.01 * (j % 5)), high: mean.map((m) => m + 0.1) };
};
const codes = (dim: number, heap?: Heap) =>
  withCodec(binary({ space: SPACE, dim, vectors: 'none', ...(heap && { heap }) }), codecOf(dim));
const signs = (options: BinaryOptions, codec: SignCodec = codecOf(options.dim)) => withCodec(binary(options), codec);

const SEED = 77;
const SPACE = 'test/parts';

type Vectors = readonly (Float32Array | undefined)[];

/** Gaussian-ish clusters in `dim` dimensions, normalised. `gaps`: some documents have none. */
function clustered(rng: Rng, n: number, dim: number, gaps = false): (Float32Array | undefined)[] {
  const bell = () => rng.float() + rng.float() + rng.float() - 1.5;
  const centres = Array.from({ length: 12 }, () => Float32Array.from({ length: dim }, bell));
  return Array.from({ length: n }, () => {
    if (gaps && rng.below(5) === 0) return undefined;
    const centre = rng.pick(centres);
    const vec = Float32Array.from(centre, (c) => c + 0.7 * bell());
    const norm = Math.sqrt(vec.reduce((sum, x) => sum + x * x, 0));
    return vec.map((x) => x / norm);
  });
}

/** What encoders give: few directions matter, the rest follow. */
function latent(rng: Rng, n: number, dim: number): Float32Array[] {
  const map = clustered(rng, 24, dim) as Float32Array[];
  return clustered(rng, n, 24).map((low) => {
    const vec = new Float32Array(dim);
    for (let i = 0; i < 24; i++) for (let j = 0; j < dim; j++) vec[j]! += low![i]! * map[i]![j]!;
    const norm = Math.sqrt(vec.reduce((sum, x) => sum + x * x, 0));
    return vec.map((x) => x / norm);
  });
}

const repOf = (vec: Float32Array): DenseRep => ({
  kind: 'dense',
  space: SPACE,
  fingerprint: plainFingerprint(SPACE, 'document'),
  vec,
});

function inputOfVectors(vectors: Vectors): PartInput<'dense'> {
  return inputOf(vectors.length, (ord) => (vectors[ord] ? repOf(vectors[ord]) : undefined));
}
async function written(make: (out: Awaited<ReturnType<typeof createSectionFile>>) => Promise<void>) {
  const directory = memoryDirectory();
  const out = await createSectionFile(directory, 'part');
  await make(out);
  const info = await out.finish();
  return { bytes: directory.files().get('part')!, sections: await openSectionFile(directory, info) };
}
async function built(kind: DenseKind, vectors: Vectors): Promise<SegmentPart<'dense'>> {
  const { sections } = await written((out) => kind.write(inputOfVectors(vectors), out));
  return kind.open(sections);
}
function scope(options: Partial<Scope> = {}): Scope {
  return { statistics: new Map(), floor: -Infinity, exhaustive: false, ...options };
}
function accepting(size: number, keep: (ord: number) => boolean): BitSet {
  const bits = new BitSet(size);
  for (let i = 0; i < size; i++) if (keep(i)) bits.add(i);
  return bits;
}
/** The plain loop: every accepted vector scored by the scalar dot product. */
function plain(vectors: Vectors, query: Float32Array, k: number, accept?: BitSet): Candidates {
  const scored = vectors.flatMap((vec, ord) =>
    vec && accept?.has(ord) !== false ? [{ ord, score: reference.dotF32(vec, query) + 0 }] : [],
  );
  scored.sort((a, b) => b.score - a.score || a.ord - b.ord);
  return {
    ords: Uint32Array.from(scored.slice(0, k), (s) => s.ord),
    scores: Float64Array.from(scored.slice(0, k), (s) => s.score),
  };
}
const small = () => new Heap({ arenaBytes: 4 * 65536 });

describe('dense parts', () => {
  it(`flat f32 equals the plain loop with gaps, filters and floors, over one memory and several (seed ${SEED})`, async () => {
    const rng = new Rng(SEED);
    const vectors = clustered(rng, 3000, 37, true);
    for (const heap of [new Heap(), small()]) {
      const part = await built(flat({ space: SPACE, dim: 37, heap }), vectors);
      for (const k of [1, 10, 2999, 10_000]) {
        const query = clustered(rng, 1, 37)[0]!;
        const share = rng.float();
        const accept = accepting(3000, () => rng.float() < share);
        expect(await part.search(repOf(query), k, scope())).toEqual(plain(vectors, query, k));
        expect(await part.search(repOf(query), k, scope({ accept }))).toEqual(plain(vectors, query, k, accept));
        const floor = plain(vectors, query, 20).scores[15]!;
        const above = await part.search(repOf(query), k, scope({ floor }));
        expect(above.ords.slice(0, 16)).toEqual(plain(vectors, query, Math.min(k, 16)).ords);
      }
      part.close();
    }
  });

  const kinds: [string, (heap: Heap) => DenseKind][] = [
    ['flat f32', (heap) => flat({ space: SPACE, dim: 70, heap })],
    ['flat f16', (heap) => flat({ space: SPACE, dim: 70, heap, vectors: 'f16' })],
    ['flat int8', (heap) => flat({ space: SPACE, dim: 70, heap, vectors: 'int8' })],
    ['binary', (heap) => signs({ space: SPACE, dim: 70, heap, rescore: 40 })],
    ['binary, Hamming', (heap) => signs({ space: SPACE, dim: 70, heap, rescore: 40, queryBits: 1 })],
    ['binary f32', (heap) => signs({ space: SPACE, dim: 70, heap, rescore: 40, vectors: 'f32' })],
    [
      'binary f16, vectors in the file',
      (heap) => signs({ space: SPACE, dim: 70, heap, rescore: 40, vectors: 'f16', resident: false }),
    ],
    ['binary, vectors in the file', (heap) => signs({ space: SPACE, dim: 70, heap, rescore: 40, resident: false })],
    ['binary, codes only', (heap) => codes(70, heap)],
    ['ivf f16', (heap) => ivf({ space: SPACE, dim: 70, heap, rescore: 40, probes: 5, vectors: 'f16' })],
    ['ivf', (heap) => ivf({ space: SPACE, dim: 70, heap, rescore: 40, probes: 5 })],
    [
      'ivf, vectors in the file',
      (heap) => ivf({ space: SPACE, dim: 70, heap, rescore: 40, probes: 5, resident: false }),
    ],
  ];

  for (const [name, make] of kinds) {
    it(`${name}: kernels and their scalar twins give the same hits at every filter and k, over one memory and several (seed ${SEED})`, async () => {
      const rng = new Rng(SEED);
      const vectors = clustered(rng, 2500, 70, true);
      const one = await built(make(new Heap()), vectors);
      const many = await built(make(small()), vectors);
      for (let round = 0; round < 12; round++) {
        const query = repOf(clustered(rng, 1, 70)[0]!);
        const share = rng.pick([0, 0.001, 0.01, 0.1, 0.5, 1]);
        const accept = round < 3 ? undefined : accepting(2500, () => rng.float() < share);
        const k = rng.pick([1, 10, 100, 5000]);
        const found = await one.search(query, k, scope({ accept }));
        expect(await many.search(query, k, scope({ accept }))).toEqual(found);
        expect(await one.search(query, k, scope({ accept, exhaustive: true }))).toEqual(found);
        const matching = vectors.filter((vec, ord) => vec && accept?.has(ord) !== false).length;
        expect(found.ords.length).toBe(Math.min(k, matching));
        expect(found.ords.every((ord) => vectors[ord] && accept?.has(ord) !== false)).toBe(true);
      }
      one.close();
      many.close();
    });

    it(`${name}: a merge makes the bytes that writing the kept documents makes (seed ${SEED})`, async () => {
      const rng = new Rng(SEED);
      const kind = make(new Heap());
      const all = clustered(rng, 900, 70, true);
      const sourceOf = all.map(() => rng.below(3));
      const isKept = all.map(() => rng.below(10) > 0);
      const kept = all.filter((_, i) => isKept[i]);
      const sources = await Promise.all(
        [0, 1, 2].map(async (s) => {
          const own = [...all.keys()].filter((i) => sourceOf[i] === s);
          const { sections } = await written((out) => kind.write(inputOfVectors(own.map((i) => all[i])), out));
          const ords = Int32Array.from(own, (i) => (isKept[i] ? isKept.slice(0, i).filter(Boolean).length : -1));
          return { part: await kind.open(sections), sections, ords };
        }),
      );
      const merged = await written((out) => kind.merge(sources, kept.length, out));
      const fresh = await written((out) => kind.write(inputOfVectors(kept), out));
      expect(sha256Hex(merged.bytes)).toBe(sha256Hex(fresh.bytes));
      for (const { part } of sources) part.close();
    });

    it(`${name}: refuses what does not belong, and gives its memory back`, async () => {
      const heap = new Heap();
      const kind = make(heap);
      const part = await built(kind, clustered(new Rng(SEED), 300, 70));
      const good = new Float32Array(70).fill(0.1);
      const bad: [DenseRep, string, RegExp][] = [
        [{ ...repOf(good), space: 'other' }, 'ENCODER_MISMATCH', /of space other, the index of space test\/parts/],
        [repOf(good.slice(0, 69)), 'INVALID_ARGUMENT', /69 dimensions, the index 70/],
        [repOf(good.map((x, i) => (i === 3 ? Number.NaN : x))), 'INVALID_ARGUMENT', /NaN in dimension 3/],
        [repOf(good.map((x, i) => (i === 5 ? -Infinity : x))), 'INVALID_ARGUMENT', /-Infinity in dimension 5/],
        [repOf(good.map((x, i) => (i === 5 ? 1e30 : x))), 'INVALID_ARGUMENT', /in dimension 5/],
      ];
      for (const [rep, code, message] of bad) {
        for (const attempt of [
          () => part.search(rep, 10, scope()),
          () => part.explain(rep, 0 as Ord, scope()),
          () =>
            written((out) =>
              kind.write(
                inputOf(1, () => rep),
                out,
              ),
            ),
          async () => kind.check(rep),
        ]) {
          const error = await attempt().then(
            () => undefined,
            (e: unknown) => e,
          );
          expect(error).toBeInstanceOf(EngineError);
          expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
        }
      }
      part.close();
      part.close();
      expect(heap.allocatedBytes).toBe(0);
      await expect(part.search(repOf(good), 1, scope())).rejects.toMatchObject({ code: 'CLOSED' });
    });

    it(`${name}: finds nothing for a vector of zeros, and stores none`, async () => {
      const kind = make(new Heap());
      const zero = new Float32Array(70);
      const query = repOf(new Float32Array(70).fill(-0.1));
      const vectors = [zero, clustered(new Rng(SEED), 1, 70)[0], zero.map(() => -0)];
      const part = await built(kind, vectors);
      expect([part.count, ...[0, 1, 2].map((ord) => part.has(ord as Ord))]).toEqual([1, false, true, false]);
      expect([...(await part.search(query, 5, scope())).ords]).toEqual([1]);
      expect([...(await part.search(repOf(zero), 5, scope())).ords]).toEqual([]);
      expect(await part.explain(repOf(zero), 1 as Ord, scope())).toBeUndefined();
      expect([...(await part.score(repOf(zero), [1 as Ord], scope()))]).toEqual([Number.NaN]);
      const scores = await part.score(query, [0, 1, 2] as Ord[], scope());
      expect([...scores].map(Number.isNaN)).toEqual([true, false, true]);
      if (part.scoreSync !== undefined) expect(part.scoreSync(query, [0, 1, 2] as Ord[], scope())).toEqual(scores);
      expect((await part.gather!([0, 1, 2] as Ord[])).map((rep) => rep !== undefined)).toEqual([false, true, false]);
      part.close();
    });

    it(`${name}: is legal without documents, without vectors and at k = 0`, async () => {
      const kind = make(new Heap());
      const query = repOf(new Float32Array(70).fill(0.1));
      for (const vectors of [[], [undefined, undefined], [undefined, new Float32Array(70).fill(1)]] as Vectors[]) {
        const part = await built(kind, vectors);
        const hits = vectors.flatMap((vec, ord) => (vec ? [ord] : []));
        expect(part.count).toBe(hits.length);
        expect([...(await part.search(query, 5, scope())).ords]).toEqual(hits);
        expect((await part.search(query, 0, scope())).ords.length).toBe(0);
        expect(vectors.map((_, ord) => part.has(ord as Ord))).toEqual(vectors.map((vec) => vec !== undefined));
        part.close();
      }
    });

    it(`${name}: scores documents as search does, bit by bit, in any order and at any filter`, async () => {
      const rng = new Rng(SEED);
      const part = await built(make(small()), clustered(rng, 600, 70, true));
      for (const share of [0.05, 0.3]) {
        const query = repOf(clustered(rng, 1, 70)[0]!);
        const accept = accepting(600, () => rng.float() < share);
        const { ords, scores } = await part.search(query, 600, scope({ accept, exhaustive: true }));
        const found = new Map([...ords].map((ord, i) => [ord, scores[i]!]));
        const wanted = Array.from({ length: 900 }, () => rng.below(600) as Ord); // some twice, some without a vector
        const expected = Float64Array.from(wanted, (ord) => found.get(ord) ?? Number.NaN);
        expect(await part.score(query, wanted, scope({ accept }))).toEqual(expected);
        if (part.scoreSync !== undefined) expect(part.scoreSync(query, wanted, scope({ accept }))).toEqual(expected);
      }
      part.close();
    });

    it(`${name}: explains a hit by the score that search gave it`, async () => {
      const part = await built(make(new Heap()), clustered(new Rng(SEED), 400, 70, true));
      const query = repOf(clustered(new Rng(5), 1, 70)[0]!);
      const { ords, scores } = await part.search(query, 10, scope());
      for (const [i, ord] of ords.entries()) {
        const why = await part.explain(query, ord as Ord, scope());
        expect(why?.value).toBe(scores[i]);
        expect(why?.facts).toMatchObject({ space: SPACE, metric: 'dot', dim: 70 });
      }
      const without = [...Array(400).keys()].find((ord) => !part.has(ord as Ord))!;
      expect(await part.explain(query, without as Ord, scope())).toBeUndefined();
      expect(await part.explain(query, ords[0] as Ord, scope({ accept: new BitSet(400) }))).toBeUndefined();
      part.close();
    });
  }

  const wide: [string, () => DenseKind][] = [
    ['flat f32', () => flat({ space: SPACE, dim: 65_536 })],
    ['flat f16', () => flat({ space: SPACE, dim: 65_536, vectors: 'f16' })],
    ['flat int8', () => flat({ space: SPACE, dim: 65_536, vectors: 'int8' })],
    ['binary', () => signs({ space: SPACE, dim: 65_536, rescore: 4 })],
    ['binary, Hamming', () => signs({ space: SPACE, dim: 65_536, rescore: 4, queryBits: 1 })],
    ['binary, codes only', () => codes(65_536)],
    ['ivf', () => ivf({ space: SPACE, dim: 65_536, rescore: 4, lists: 2, probes: 1 })],
  ];
  it.each(wide)('%s takes 65,536 dimensions: the twin agrees, and a vector finds itself', async (_name, make) => {
    const rng = new Rng(SEED);
    const vectors = Array.from({ length: 24 }, () => Float32Array.from({ length: 65_536 }, () => rng.float() - 0.5));
    const part = await built(make(), vectors);
    for (const ord of [3, 17]) {
      const query = repOf(vectors[ord]!);
      const found = await part.search(query, 1, scope());
      expect([...found.ords]).toEqual([ord]);
      expect(await part.search(query, 1, scope({ exhaustive: true }))).toEqual(found);
    }
    part.close();
  });

  it('a dimension beyond the limit is refused', () => {
    for (const make of [flat, binary, ivf]) {
      expect(() => make({ space: SPACE, dim: 65_537 })).toThrow('dim is 65537');
    }
  });

  it('f16 refuses what would be stored as infinity, at once and by document', async () => {
    const kind = flat({ space: SPACE, dim: 2, vectors: 'f16' });
    kind.check(repOf(Float32Array.of(65_519, -65_519)));
    expect(() => kind.check(repOf(Float32Array.of(0, -65_520)))).toThrow('-65520 in dimension 1');
    const part = await built(kind, [Float32Array.of(1, 2)]);
    expect((await part.search(repOf(Float32Array.of(1e6, 0)), 1, scope())).ords).toHaveLength(1); // a query may
  });

  it(`ivf with every list probed equals binary, hit for hit (seed ${SEED})`, async () => {
    const rng = new Rng(SEED);
    const vectors = clustered(rng, 4000, 64);
    const stored = await built(flat({ space: SPACE, dim: 64, vectors: 'int8' }), vectors);
    const reps = await stored.gather!(vectors.map((_, ord) => ord as Ord));
    stored.close();
    const codec = await signCodec(64).train(reps.map((rep) => rep!)); // its mean is that of ivf
    const scan = await built(signs({ space: SPACE, dim: 64, rescore: 50 }, codec), vectors);
    const lists = await built(ivf({ space: SPACE, dim: 64, rescore: 50, probes: 1_000_000 }), vectors);
    for (let i = 0; i < 20; i++) {
      const query = repOf(clustered(rng, 1, 64)[0]!);
      const accept = i % 2 ? accepting(4000, () => rng.float() < 0.3) : undefined;
      expect(await lists.search(query, 10, scope({ accept }))).toEqual(await scan.search(query, 10, scope({ accept })));
    }
    scan.close();
    lists.close();
  });

  it(`binary and ivf find what flat finds on clustered vectors: recall@10 at least .95 and .9 (seed ${SEED})`, async () => {
    const rng = new Rng(SEED);
    const vectors = latent(rng, 20_000, 128);
    const exact = await built(flat({ space: SPACE, dim: 128 }), vectors);
    const parts = {
      binary: await built(signs({ space: SPACE, dim: 128 }, await signCodec(128).train(vectors.map(repOf))), vectors),
      ivf: await built(ivf({ space: SPACE, dim: 128, probes: 24 }), vectors),
    };
    const queries = vectors.slice(0, 40).map((vec) => repOf(vec));
    const recall = async (part: SegmentPart<'dense'>) => {
      let found = 0;
      for (const query of queries) {
        const best = new Set((await exact.search(query, 10, scope())).ords);
        found += (await part.search(query, 10, scope())).ords.filter((ord) => best.has(ord)).length;
      }
      return found / (10 * queries.length);
    };
    expect(await recall(parts.binary)).toBeGreaterThanOrEqual(0.95);
    expect(await recall(parts.ivf)).toBeGreaterThanOrEqual(0.9);
    for (const part of [exact, parts.binary, parts.ivf]) part.close();
  });
});

describe('a part of version 1', () => {
  it.each(['f32', 'int8'] as const)(
    'with vectors of zeros in %s hides them, and loses them in a merge',
    async (vectors) => {
      const rng = new Rng(SEED);
      for (const make of [flat, signs]) {
        const kind = make({ space: SPACE, dim: 8, vectors });
        const all = clustered(rng, 50, 8) as Float32Array[];
        const { sections } = await written((out) => kind.write(inputOfVectors(all), out));
        // Version 1 stored zeros as any vector: the rows 7 and 49 are made to be that.
        const [vectorBytes, scaleBytes] = [vectors === 'f32' ? 32 : 8, 4];
        const zeroed: typeof sections.read = async (name, offset, length) => {
          const bytes = (await sections.read(name, offset, length)).slice();
          const width = name === 'vectors' ? vectorBytes : name === 'scales' ? scaleBytes : 0;
          for (const row of [7, 49]) {
            for (let i = row * width; i < (row + 1) * width; i++) if (i >= offset) bytes[i - offset] = 0;
          }
          return bytes;
        };
        const mean = bytesOf(codecOf(8).mean); // of the segment, in a section of binary
        const size = (name: string) => (name === 'mean' ? mean.length : sections.size(name));
        const readAll: typeof sections.readAll = async (name) =>
          name === 'mean' ? mean : zeroed(name, 0, sections.size(name));
        const old = { ...sections, size, read: zeroed, readAll };
        const part = await kind.open(old, { version: 1 });
        const found = await part.search(repOf(all[7]!), 60, scope());
        expect([part.count, part.has(7 as Ord), found.ords.length, found.ords.includes(7)]).toEqual([
          48,
          false,
          48,
          false,
        ]);
        const accept = accepting(50, (ord) => ord < 8);
        expect((await part.search(repOf(all[7]!), 60, scope({ accept }))).ords).toHaveLength(7);
        const ords = Int32Array.from({ length: 50 }, (_, ord) => ord);
        const merged = await written((out) => kind.merge([{ part, sections: old, version: 1, ords }], 50, out));
        const kept = all.map((vec, ord) => (ord === 7 || ord === 49 ? undefined : vec));
        const fresh = await written((out) => kind.write(inputOfVectors(kept), out));
        expect(sha256Hex(merged.bytes)).toBe(sha256Hex(fresh.bytes));
      }
    },
  );
});

describe('opening a damaged part', () => {
  const heap = small();
  const kinds = [
    ...[flat, signs, ivf].map((make) => make({ space: SPACE, dim: 8, vectors: 'int8', heap })),
    codes(8, heap),
  ];
  const vectors = clustered(new Rng(SEED), 60, 8, true);

  it.each(kinds.map((kind) => [kind.name, kind] as const))('leaves no memory of %s behind', async (_name, kind) => {
    const { sections } = await written((out) => kind.write(inputOfVectors(vectors), out));
    for (const missing of sections.names()) {
      const fail = () => Promise.reject(new EngineError('CORRUPT', missing));
      const damaged: typeof sections = {
        ...sections,
        read: (name, ...rest) => (name === missing ? fail() : sections.read(name, ...rest)),
        readAll: (name, ...rest) => (name === missing ? fail() : sections.readAll(name, ...rest)),
      };
      await expect(kind.open(damaged)).rejects.toMatchObject({ code: 'CORRUPT', message: missing });
      expect([missing, heap.allocatedBytes]).toEqual([missing, 0]);
    }
  });

  it('is refused where its rows are not in the order of documents, or of no document', async () => {
    const kind = kinds[0]!;
    const { sections } = await written((out) => kind.write(inputOfVectors(vectors), out));
    const ords = new Uint32Array((await sections.readAll('ords')).slice().buffer);
    for (const [row, ord] of [
      [3, ords[2]!],
      [ords.length - 1, vectors.length],
    ] as const) {
      const bytes = new Uint8Array(ords.with(row, ord).buffer);
      const readAll: typeof sections.readAll = async (name) => (name === 'ords' ? bytes : sections.readAll(name));
      await expect(kind.open({ ...sections, readAll })).rejects.toMatchObject({ code: 'CORRUPT', message: /ascend/ });
    }
  });

  it('is refused where a list of ivf names a row that there is not', async () => {
    const kind = kinds[2]!;
    const { sections } = await written((out) => kind.write(inputOfVectors(vectors), out));
    const read: typeof sections.read = async (name, ...rest) => {
      const bytes = await sections.read(name, ...rest);
      return name === 'slots' ? bytes.slice().fill(0xff, 8, 12) : bytes;
    };
    await expect(kind.open({ ...sections, read })).rejects.toMatchObject({ code: 'CORRUPT', message: /row beyond/ });
    expect(heap.allocatedBytes).toBe(0);
  });
});

describe('int8 quantisation', () => {
  it(`is within half a step in every component, and a query within 1/32766 of its largest (seed ${SEED})`, () => {
    const rng = new Rng(SEED);
    for (let round = 0; round < 200; round++) {
      const vec = Float32Array.from({ length: 50 }, () => (rng.float() - 0.5) * 10 ** rng.below(8));
      const codes = new Int8Array(50);
      const scale = quantise(vec, codes);
      const back = new Float32Array(50);
      dequantise(codes, scale, back);
      const largest = Math.max(...vec.map(Math.abs));
      for (let i = 0; i < 50; i++) expect(Math.abs(back[i]! - vec[i]!)).toBeLessThanOrEqual(0.50001 * scale);
      const query = quantiseQuery(vec);
      for (let i = 0; i < 50; i++) {
        expect(Math.abs(query.values[i]! * query.scale - vec[i]!)).toBeLessThanOrEqual((largest / 32766) * 1.0001);
      }
    }
    expect(quantise(new Float32Array(4), new Int8Array(4))).toBe(0);
  });
});
