// The dense kinds against each other and against plain loops, part by part: what the contract suite cannot see.

import { type DenseRep, EngineError, type Ord, plainFingerprint } from '@quire/engine/core';
import { BitSet, Rng, sha256Hex } from '@quire/engine/internals';
import { Heap, reference } from '@quire/engine/kernels';
import { type Candidates, memoryDirectory, type PartInput, type Scope, type SegmentPart } from '@quire/engine/storage';
import { describe, expect, it } from 'vitest';
import { inputOf } from '../../../test/support/input.ts';
import { createSectionFile, openSectionFile } from '../../storage/sections.ts';
import { binary } from '../binary/binary.ts';
import { flat } from '../flat/flat.ts';
import { ivf } from '../ivf/ivf.ts';
import { dequantise, quantise, quantiseQuery } from '../rows/int8.ts';
import type { DenseKind } from './options.ts';

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
    ['flat int8', (heap) => flat({ space: SPACE, dim: 70, heap, vectors: 'int8' })],
    ['binary', (heap) => binary({ space: SPACE, dim: 70, heap, rescore: 40 })],
    ['binary, Hamming', (heap) => binary({ space: SPACE, dim: 70, heap, rescore: 40, queryBits: 1 })],
    ['binary f32', (heap) => binary({ space: SPACE, dim: 70, heap, rescore: 40, vectors: 'f32' })],
    ['binary, vectors in the file', (heap) => binary({ space: SPACE, dim: 70, heap, rescore: 40, resident: false })],
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

    it(`${name}: is legal without documents, without vectors, at k = 0 and for zero vectors`, async () => {
      const kind = make(new Heap());
      const query = repOf(new Float32Array(70).fill(0.1));
      for (const vectors of [[], [undefined, undefined], [undefined, new Float32Array(70)]] as Vectors[]) {
        const part = await built(kind, vectors);
        const hits = vectors.flatMap((vec, ord) => (vec ? [ord] : []));
        expect(part.count).toBe(hits.length);
        expect([...(await part.search(query, 5, scope())).ords]).toEqual(hits);
        expect((await part.search(query, 0, scope())).ords.length).toBe(0);
        expect(vectors.map((_, ord) => part.has(ord as Ord))).toEqual(vectors.map((vec) => vec !== undefined));
        expect((await part.search(repOf(new Float32Array(70)), 5, scope())).ords.length).toBe(hits.length);
        part.close();
      }
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

  it(`ivf with every list probed equals binary, hit for hit (seed ${SEED})`, async () => {
    const rng = new Rng(SEED);
    const vectors = clustered(rng, 4000, 64);
    const scan = await built(binary({ space: SPACE, dim: 64, rescore: 50 }), vectors);
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
      binary: await built(binary({ space: SPACE, dim: 128 }), vectors),
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

describe('opening a damaged part', () => {
  const heap = small();
  const kinds = [flat, binary, ivf].map((make) => make({ space: SPACE, dim: 8, vectors: 'int8', heap }));
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
