// Every vector kernel against its scalar twin, bit for bit, in each build that the platform runs.

import { describe, expect, it } from 'vitest';
import { BitSet } from '../core/bitset.ts';
import { Rng } from '../core/rng.ts';
import { f32OfHalf } from './half.ts';
import { type Arena, Heap } from './heap.ts';
import { hasRelaxedSimd } from './probe.ts';
import * as twin from './reference.ts';
import { limitOf, topkMove, topkReset, topkTake } from './topk.ts';
import { loadVectors, type VectorsBuild, type VectorsKernels } from './vectors.ts';

const SEED = 1234;
const BASE = 4096;

interface Bench {
  readonly arena: Arena;
  readonly k: VectorsKernels;
}

async function bench(build: VectorsBuild): Promise<Bench> {
  const region = new Heap().alloc(16 << 20);
  return { arena: region.arena, k: region.arena.kernels(await loadVectors(build)) };
}

/** Copies a typed array into memory at any alignment. */
function put(
  arena: Arena,
  at: number,
  data: { buffer: ArrayBufferLike; byteOffset: number; byteLength: number },
): number {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  new Uint8Array(arena.memory.buffer, at, bytes.length).set(bytes);
  return at;
}
function floats(rng: Rng, n: number, size = 1): Float32Array {
  return Float32Array.from({ length: n }, () => (rng.float() * 2 - 1) * size);
}
const int8s = (rng: Rng, n: number) => Int8Array.from({ length: n }, () => rng.below(255) - 127);
const int15s = (rng: Rng, n: number) => Int16Array.from({ length: n }, () => rng.below(32767) - 16383);
/** Any finite halves, subnormal ones and both zeros included. */
const halves = (rng: Rng, n: number) =>
  Uint16Array.from({ length: n }, () => rng.pick([rng.below(0x7c00), 0x8000 | rng.below(0x7c00), rng.below(1024)]));
const widened = (stored: Uint16Array) => Float32Array.from(stored, f32OfHalf);
const words = (rng: Rng, n: number) => Uint32Array.from({ length: n }, () => rng.uint32());

/** A query in the layout of engine/assembly/int8.ts. */
function putQueryI8(b: Bench, at: number, query: Int16Array): number {
  const padded = Math.ceil(query.length / 16) * 16;
  new Uint8Array(b.arena.memory.buffer, at, padded * 5).fill(0);
  put(b.arena, at, query);
  b.k.splitQueryI8(at, query.length);
  return at;
}

const builds: { build: VectorsBuild; missing: boolean }[] = [
  { build: 'simd', missing: false },
  { build: 'relaxed', missing: !hasRelaxedSimd() },
];

for (const { build, missing } of builds) {
  const title = missing
    ? `vector kernels, ${build} build (skipped: no relaxed SIMD here)`
    : `vector kernels, ${build} build`;
  describe.skipIf(missing)(title, () => {
    it(`dotF32 equals its twin at all lengths to 100, some beyond, and at odd addresses (seed ${SEED})`, async () => {
      const b = await bench(build);
      const rng = new Rng(SEED);
      for (const n of [...Array(101).keys(), 255, 256, 257, 384, 768, 1023, 4096]) {
        for (const shift of [0, 1, 4, 13]) {
          const x = floats(rng, n, 10 ** (rng.below(12) - 6));
          const y = floats(rng, n);
          put(b.arena, BASE + shift, x);
          put(b.arena, 65536 + shift * 3, y);
          expect(b.k.dotF32(BASE + shift, 65536 + shift * 3, n)).toBe(twin.dotF32(x, y));
        }
      }
    });

    it('dotF16 reads every half exactly', async () => {
      const b = await bench(build);
      const one = Float32Array.of(1, 0, 0, 0);
      for (const lane of [0, 1, 2, 3]) {
        put(
          b.arena,
          65536,
          one.map((_, i) => (i === lane ? 1 : 0)),
        );
        for (let half = 0; half < 0x10000; half++) {
          if ((half & 0x7c00) === 0x7c00) continue;
          put(b.arena, BASE, Uint16Array.of(0, 0, 0, 0).with(lane, half));
          const found = b.k.dotF16(BASE, 65536, 4);
          if (found !== f32OfHalf(half) + 0) throw new Error(`half ${half.toString(16)} in lane ${lane}: ${found}`);
        }
      }
    });

    it(`dotF16 equals dotF32 over the widened row at all lengths to 100 and some beyond (seed ${SEED})`, async () => {
      const b = await bench(build);
      const rng = new Rng(SEED);
      for (const n of [...Array(101).keys(), 255, 256, 384, 1023, 65_536]) {
        for (const shift of [0, 2, 13]) {
          const x = halves(rng, n);
          const y = floats(rng, n);
          put(b.arena, BASE + shift, x);
          put(b.arena, (1 << 20) + shift, y);
          expect(b.k.dotF16(BASE + shift, (1 << 20) + shift, n)).toBe(twin.dotF32(widened(x), y));
        }
      }
    });

    it(`dotI8 is the exact integer at all lengths to 100, 65,536 and at the extremes (seed ${SEED})`, async () => {
      const b = await bench(build);
      const rng = new Rng(SEED);
      for (const n of [...Array(101).keys(), 256, 300, 768, 4096, 4097, 4112, 8192, 65_535, 65_536]) {
        const cases: [Int8Array, Int16Array][] = [
          [int8s(rng, n), int15s(rng, n)],
          [new Int8Array(n).fill(127), new Int16Array(n).fill(16383)],
          [new Int8Array(n).fill(-127), new Int16Array(n).fill(16383)],
          [new Int8Array(n).fill(127), new Int16Array(n).fill(-16383)],
        ];
        for (const [codes, query] of cases) {
          put(b.arena, BASE + 3, codes);
          putQueryI8(b, 1 << 20, query);
          expect(b.k.dotI8(BASE + 3, 1 << 20, n)).toBe(twin.dotI8(codes, query) + 0);
        }
      }
    });

    it(`hamming equals its twin for 0 to 40 words (seed ${SEED})`, async () => {
      const b = await bench(build);
      const rng = new Rng(SEED);
      for (let n = 0; n <= 40; n++) {
        const x = words(rng, 2 * n);
        const y = words(rng, 2 * n);
        expect(b.k.hamming(put(b.arena, BASE + 1, x), put(b.arena, 65536 + 5, y), n)).toBe(twin.hamming(x, y));
      }
    });

    it(`scans keep the twin's top k: ties, filters, sparse ords, limits, several queries (seed ${SEED})`, async () => {
      const b = await bench(build);
      const rng = new Rng(SEED);
      for (let round = 0; round < 120; round++) checkScans(b, rng);
    });

    it(`blockCodes equals its twin, and each code can be read from its block (seed ${SEED})`, async () => {
      const b = await bench(build);
      const rng = new Rng(SEED);
      for (const wordsPer of [1, 2, 3, 4, 6, 12, 64]) {
        const blocks = 1 + rng.below(3);
        const codes = Array.from({ length: 32 * blocks }, () => words(rng, 2 * wordsPer));
        const at = 65536 + 8 * rng.below(4);
        codes.forEach((code, i) => {
          put(b.arena, at + i * 8 * wordsPer, code);
        });
        const memory = new Uint8Array(b.arena.memory.buffer);
        const before = memory.slice(at, at + blocks * 256 * wordsPer);
        b.k.blockCodes(at, blocks, wordsPer, 1 << 20);
        for (let i = 0; i < blocks; i++) {
          const block = memory.slice(at + i * 256 * wordsPer, at + (i + 1) * 256 * wordsPer);
          const rows = before.slice(i * 256 * wordsPer, (i + 1) * 256 * wordsPer);
          expect(block).toEqual(twin.blockCodes(rows));
          for (let c = 0; c < 32; c++) expect(twin.codeInBlock(block, c)).toEqual(codes[32 * i + c]);
        }
      }
    });

    it(`scanTables keeps its twin's top k in 1 to 300 dimensions and some more, from anywhere to anywhere (seed ${SEED})`, async () => {
      const b = await bench(build);
      const rng = new Rng(SEED);
      for (let dim = 1; dim <= 300; dim++) checkTables(b, rng, dim);
      for (let round = 0; round < 200; round++) checkTables(b, rng, 1 + rng.below(64)); // ties without end
      for (const dim of [384, 768, 1000, 1024, 4096]) checkTables(b, rng, dim);
    });

    it('scanTables adds up the largest distance there is, 4096 dimensions against every bit, without overflow', async () => {
      const b = await bench(build);
      const values = Int16Array.from({ length: 4096 }, (_, j) => (j % 16 === 15 ? -30 : j % 2 ? 15 : -15));
      const worst = Uint32Array.from({ length: 128 }, () => 0x55555555 | 0x80008000);
      expect(twin.signDistance(worst, values)).toBe(65280);
      const near = worst.map((word) => ~word);
      const codes = Array.from({ length: 40 }, (_, i) => (i === 37 ? near : worst));
      const expected = twin.scan(
        40,
        40,
        (row) => row,
        (row) => twin.signDistance(codes[row]!, values),
      );
      putBlocks(b, 1 << 20, codes, 0);
      put(b.arena, 131072, tables(values));
      topkReset(b.arena, 65536, 40);
      b.k.scanTables(1 << 20, 0, 40, 64, 131072, 0, 0, 0, 65536);
      expect(topkTake(b.arena, b.k, 65536)).toEqual(expected);
    });

    it(`rows offered out of many, few and many at a time, score as their twins say (seed ${SEED})`, async () => {
      const b = await bench(build);
      const rng = new Rng(SEED);
      for (const dim of [1, 20, 256, 2500]) {
        for (const n of [0, 1, 2, 31, 32, 33, 200]) checkOffers(b, rng, dim, n);
      }
    });

    it(`a heap carried to another arena half way gives the same top k (seed ${SEED})`, async () => {
      const one = await bench(build);
      const two = await bench(build);
      const rng = new Rng(SEED);
      const codes = words(rng, 2 * 4 * 500);
      const query = words(rng, 8);
      for (const b of [one, two]) {
        put(b.arena, 65536, codes);
        put(b.arena, BASE, query);
      }
      topkReset(one.arena, 8192, 25);
      one.k.scanHamming(65536, 200, 4, BASE, 0, 0, 0, 8192);
      topkMove(one.arena, 8192, two.arena, 16384, 25);
      two.k.scanHamming(65536 + 200 * 32, 300, 4, BASE, 200, 0, 0, 16384);
      topkReset(one.arena, 8192, 25);
      one.k.scanHamming(65536, 500, 4, BASE, 0, 0, 0, 8192);
      expect(topkTake(two.arena, two.k, 16384)).toEqual(topkTake(one.arena, one.k, 8192));
    });

    it(`nearestCentroids equals its twin, ties to the lower centroid (seed ${SEED})`, async () => {
      const b = await bench(build);
      const rng = new Rng(SEED);
      for (const [n, dim, k] of [
        [1, 4, 1],
        [7, 8, 3],
        [33, 20, 17],
        [50, 256, 300],
        [9, 512, 130],
      ] as const) {
        const rows = floats(rng, n * dim);
        const centroids = Array.from({ length: k }, () => floats(rng, dim));
        if (k > 2) centroids[2] = centroids[0]!;
        const bias = Float32Array.from(centroids, (c) => -twin.dotF32(c, c) / 2);
        const at = { rows: 65536, centroids: 1 << 20, bias: 2 << 20, out: 3 << 20, scores: 4 << 20 };
        put(b.arena, at.rows, rows);
        centroids.forEach((c, i) => {
          put(b.arena, at.centroids + i * dim * 4, c);
        });
        put(b.arena, at.bias, bias);
        b.k.nearestCentroids(at.rows, n, dim, at.centroids, at.bias, k, at.out, at.scores);
        const expected = Array.from({ length: n }, (_, i) =>
          twin.nearestCentroid(rows.subarray(i * dim, (i + 1) * dim), centroids, bias),
        );
        expect([...new Uint32Array(b.arena.memory.buffer, at.out, n)]).toEqual(expected);
      }
    });
  });
}

/** offerF32 and offerI8 of `n` rows out of 300 in any order, as documents of other numbers. */
function checkOffers(b: Bench, rng: Rng, dim: number, n: number): void {
  const at = { wanted: 65536, ids: 131072, query: 196608, top: 262144, scales: 393216, rows: 1 << 20, bytes: 8 << 20 };
  const wanted = rng.shuffle([...Array(300).keys()]).slice(0, n);
  const idOf = (row: number) => 7 * row + 3;
  const k = 1 + rng.below(20);
  const floatRows = Array.from({ length: 300 }, () => floats(rng, dim));
  const byteRows = Array.from({ length: 300 }, () => int8s(rng, dim));
  const scales = floats(rng, 300);
  for (let row = 0; row < 300; row++) {
    put(b.arena, at.rows + 4 * dim * row, floatRows[row]!);
    put(b.arena, at.bytes + dim * row, byteRows[row]!);
  }
  put(b.arena, at.scales, scales);
  put(b.arena, at.wanted, Uint32Array.from(wanted));
  put(b.arena, at.ids, Uint32Array.from(wanted, idOf));
  const expected = (score: (row: number) => number) =>
    twin.scan(
      n,
      k,
      (i) => idOf(wanted[i]!),
      (i) => twin.rankOf(score(wanted[i]!)),
    );

  const query = floats(rng, dim);
  put(b.arena, at.query, query);
  topkReset(b.arena, at.top, k);
  b.k.offerF32(at.rows, dim, at.query, at.wanted, at.ids, n, at.top);
  expect(topkTake(b.arena, b.k, at.top)).toEqual(expected((row) => twin.dotF32(floatRows[row]!, query)));

  const halfRows = Array.from({ length: 300 }, () => halves(rng, dim));
  for (const [row, half] of halfRows.entries()) put(b.arena, at.rows + 2 * dim * row, half);
  topkReset(b.arena, at.top, k);
  b.k.offerF16(at.rows, dim, at.query, at.wanted, at.ids, n, at.top);
  expect(topkTake(b.arena, b.k, at.top)).toEqual(expected((row) => twin.dotF32(widened(halfRows[row]!), query)));

  const integers = int15s(rng, dim);
  putQueryI8(b, at.query, integers);
  topkReset(b.arena, at.top, k);
  b.k.offerI8(at.bytes, at.scales, dim, at.query, 0.5, at.wanted, at.ids, n, at.top);
  const scoreOfRow = (row: number) => twin.scoreI8(byteRows[row]!, scales[row]!, integers, 0.5);
  expect(topkTake(b.arena, b.k, at.top)).toEqual(expected(scoreOfRow));
}

/** Tables of a query by the format's words, pattern by pattern; 16 bytes for every four dimensions. */
function tables(values: Int16Array): Uint8Array {
  const groups = 16 * Math.ceil(values.length / 64);
  return Uint8Array.from({ length: 16 * groups }, (_, at) => {
    let sum = 0;
    for (let d = 0; d < 4; d++) {
      const value = values[4 * (at >>> 4) + d] ?? 0;
      if ((at >>> d) & 1 ? value < 0 : value > 0) sum += Math.abs(value);
    }
    return sum;
  });
}

/** Puts codes into blocks; what lies beside them in the last block is not zero, and must not be found. */
function putBlocks(b: Bench, at: number, codes: readonly Uint32Array[], beside: number): void {
  const stride = codes[0]!.byteLength;
  const blocks = Math.ceil(codes.length / 32);
  new Uint8Array(b.arena.memory.buffer, at, blocks * 32 * stride).fill(beside);
  codes.forEach((code, i) => {
    put(b.arena, at + i * stride, code);
  });
  b.k.blockCodes(at, blocks, stride / 8, 12 << 20);
}

/** scanTables in one random configuration of that many dimensions, from … to in the middle of blocks. */
function checkTables(b: Bench, rng: Rng, dim: number): void {
  const n = rng.pick([1, 31, 32, 33, 63, 64, 65, ...Array.from({ length: 7 }, () => 1 + rng.below(300))]);
  const wordsPer = Math.ceil(dim / 64);
  const [x, y] = [rng.below(n + 1), rng.below(n + 1)];
  const [from, to] = rng.float() < 0.3 ? [0, n] : [Math.min(x, y), Math.max(x, y)];
  const k = 1 + rng.below(40);
  const first = rng.below(50);
  const universe = n + first + rng.below(200);
  const ords = rng.float() < 0.5 ? undefined : rng.shuffle([...Array(universe).keys()]).slice(0, n);
  const ordOf = (i: number) => ords?.[from + i] ?? first + from + i;
  const accept = rng.float() < 0.5 ? undefined : new BitSet(universe);
  const share = rng.float();
  if (accept) for (let i = 0; i < accept.size; i++) if (rng.float() < share) accept.add(i);
  const ordsAt = ords ? put(b.arena, 65536, Uint32Array.from(ords)) : 0;
  const acceptAt = accept ? put(b.arena, 131072, accept.words) : 0;
  // Often few distinct codes, so that distances tie.
  const mask = rng.pick([3, 0xffffffff]);
  const codes = Array.from({ length: n }, () => words(rng, 2 * wordsPer).map((word) => word & mask));
  const size = 1 + rng.below(15); // sizes of 16 dimensions add up to 255 at most
  const values = Int16Array.from({ length: dim }, () => rng.below(2 * size + 1) - size);
  putBlocks(b, 1 << 20, codes, rng.below(256));
  put(b.arena, 262144, tables(values));
  for (const limit of [2 ** 32, 2 * dim]) {
    topkReset(b.arena, 196608, k, limit);
    b.k.scanTables(1 << 20, from, to, wordsPer, 262144, first, ordsAt, acceptAt, 196608);
    const rank = (i: number) => twin.signDistance(codes[from + i]!, values);
    expect(topkTake(b.arena, b.k, 196608)).toEqual(twin.scan(to - from, k, ordOf, rank, accept, limit));
  }
}

/** One random configuration, through all scans. */
function checkScans(b: Bench, rng: Rng): void {
  const n = rng.below(300);
  const wordsPer = rng.pick([1, 2, 3, 4, 6]);
  const dim = rng.pick([1, 3, 16, 20, 33, 64]);
  const k = 1 + rng.below(40);
  const universe = n + rng.below(200);
  const first = rng.below(50);
  const ords = rng.float() < 0.5 ? undefined : rng.shuffle([...Array(universe).keys()]).slice(0, n);
  const ordOf = (row: number) => ords?.[row] ?? first + row;
  const accept = rng.float() < 0.4 ? undefined : new BitSet(universe + first);
  const share = rng.float();
  if (accept) for (let i = 0; i < accept.size; i++) if (rng.float() < share) accept.add(i);
  const at = { ords: 65536, accept: 131072, query: 196608, rows: 1 << 20, scales: 4 << 20, top: 6 << 20 };
  const ordsAt = ords ? put(b.arena, at.ords, Uint32Array.from(ords)) : 0;
  const acceptAt = accept ? put(b.arena, at.accept, accept.words) : 0;
  const check = (limit: number, run: () => void, rank: (row: number) => number) => {
    topkReset(b.arena, at.top, k, limit);
    run();
    expect(topkTake(b.arena, b.k, at.top)).toEqual(twin.scan(n, k, ordOf, rank, accept, limit));
  };
  const putRows = (rowsOf: readonly Parameters<typeof put>[2][]) => {
    for (const [i, row] of rowsOf.entries()) put(b.arena, at.rows + i * row.byteLength, row);
  };

  // Few distinct codes, so that distances tie often.
  const codes = Array.from({ length: n }, () => Uint32Array.from({ length: 2 * wordsPer }, () => rng.uint32() & 3));
  const code = words(rng, 2 * wordsPer);
  putRows(codes);
  put(b.arena, at.query, code);
  check(
    rng.pick([2 ** 32, 32 * wordsPer]),
    () => b.k.scanHamming(at.rows, n, wordsPer, at.query, first, ordsAt, acceptAt, at.top),
    (row) => twin.hamming(codes[row]!, code),
  );

  const rows = Array.from({ length: n }, () => Float32Array.from({ length: dim }, () => rng.below(3) - 1));
  const query = floats(rng, dim);
  putRows(rows);
  put(b.arena, at.query, query);
  check(
    rng.pick([2 ** 32, limitOf(0)]),
    () => b.k.scanF32(at.rows, n, dim, at.query, first, ordsAt, acceptAt, at.top),
    (row) => twin.rankOf(twin.dotF32(rows[row]!, query)),
  );

  const small = Array.from({ length: n }, () => Uint16Array.from({ length: dim }, () => rng.pick([0, 0x3c00, 0xbc00])));
  putRows(small);
  put(b.arena, at.query, query);
  check(
    rng.pick([2 ** 32, limitOf(0)]),
    () => b.k.scanF16(at.rows, n, dim, at.query, first, ordsAt, acceptAt, at.top),
    (row) => twin.rankOf(twin.dotF32(widened(small[row]!), query)),
  );

  const bytes = Array.from({ length: n }, () => Int8Array.from({ length: dim }, () => rng.below(3) - 1));
  const scales = Float32Array.from({ length: n }, () => rng.pick([0, 0.5, 1]));
  const integers = int15s(rng, dim);
  const queryScale = rng.float();
  putRows(bytes);
  put(b.arena, at.scales, scales);
  putQueryI8(b, at.query, integers);
  check(
    rng.pick([2 ** 32, limitOf(-0.1)]),
    () => b.k.scanI8(at.rows, at.scales, n, dim, at.query, queryScale, first, ordsAt, acceptAt, at.top),
    (row) => twin.rankOf(twin.scoreI8(bytes[row]!, scales[row]!, integers, queryScale)),
  );
}
