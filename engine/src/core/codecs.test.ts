// Bytes, UTF-8, checksums and the top k: what is written is read back, and equals the definition.

import { describe, expect, it } from 'vitest';
import { asFloat32, asFloat64, asUint16, asUint32, ByteReader, ByteWriter } from './bytes.ts';
import { crc32c, crc32cReference } from './crc32c.ts';
import { Rng } from './rng.ts';
import { TopK } from './topk.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

const seed = 20260101;

describe('bytes', () => {
  it('reads back every kind of number and string it wrote', () => {
    const strings = [
      '',
      'a',
      'é',
      '漢字',
      '😀',
      '\ufeffbom',
      '\ud800',
      'x\udc00y',
      '\ud83d\ude00\ud83d',
      'z'.repeat(5000),
    ];
    const numbers = [
      0,
      1,
      127,
      128,
      16383,
      16384,
      2 ** 31 - 1,
      2 ** 31,
      2 ** 32 - 1,
      2 ** 32,
      2 ** 49,
      Number.MAX_SAFE_INTEGER,
    ];
    const writer = new ByteWriter(1);
    for (const n of numbers) {
      writer.varint(n);
      writer.u64(n);
      writer.u32(n % 2 ** 32);
      writer.f64(n / 3);
    }
    for (const s of strings) writer.string(s);
    writer.deltas([3, 3, 10, 4_000_000_000]);
    const reader = new ByteReader(writer.finish());
    for (const n of numbers) {
      expect([reader.varint(), reader.u64(), reader.u32(), reader.f64()]).toEqual([n, n, n % 2 ** 32, n / 3]);
    }
    for (const s of strings) expect(reader.string()).toBe(s);
    expect([...reader.deltas(4)]).toEqual([3, 3, 10, 4_000_000_000]);
    expect(reader.remaining).toBe(0);
  });

  it.each([-1, 1.5, Number.NaN, 2 ** 32])('refuses %d as a u32', (value) => {
    expect(() => new ByteWriter().u32(value)).toThrow(/does not fit u32/);
  });

  it('reads numbers at any offset, also of bytes whose slice() is a view, as that of a Buffer is', () => {
    class View extends Uint8Array<ArrayBuffer> {
      override slice(start?: number, end?: number) {
        return this.subarray(start, end) as Uint8Array<ArrayBuffer>;
      }
    }
    const odd = new View(new ArrayBuffer(40), 1, 16);
    odd.set(new Uint8Array(Float64Array.of(1.5, -2).buffer));
    expect([...asFloat64(odd)]).toEqual([1.5, -2]);
    expect([...asUint32(odd)]).toEqual([...new Uint32Array(Float64Array.of(1.5, -2).buffer)]);
    expect([asUint16(odd).length, asFloat32(odd).length]).toEqual([8, 4]);
  });

  it('reports when ascending numbers pass 32 bits', () => {
    const writer = new ByteWriter();
    writer.deltas([4_000_000_000, 5_000_000_000]);
    expect(() => new ByteReader(writer.finish()).deltas(2)).toThrow(/past 2\^32-1/);
  });

  it('names the offset when the bytes end early', () => {
    expect(() => new ByteReader(new Uint8Array(3), 'header').u32()).toThrow(
      'Cannot read header: 4 bytes at offset 0 of 3',
    );
    expect(() => new ByteReader(new Uint8Array(9).fill(255)).varint()).toThrow(/varint above/);
  });
});

describe('utf8', () => {
  it(`never makes two strings one, lone surrogates included (seed ${seed})`, () => {
    const rng = new Rng(seed);
    const seen = new Map<string, string>();
    const units = [0x61, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000, 0xfeff, 0xffff];
    for (let i = 0; i < 3000; i++) {
      const text = String.fromCharCode(...Array.from({ length: rng.below(5) }, () => rng.pick(units)));
      const bytes = encodeUtf8(text);
      expect(decodeUtf8(bytes)).toBe(text);
      const key = bytes.join();
      expect(seen.get(key) ?? text).toBe(text);
      seen.set(key, text);
    }
  });

  it.each([[[0x80]], [[0xc3]], [[0xe2, 0x82]], [[0xff]], [[0xf5, 0x80, 0x80, 0x80]]])(
    'refuses the bytes %j',
    (bytes) => {
      expect(() => decodeUtf8(Uint8Array.from(bytes))).toThrow(/Malformed UTF-8/);
    },
  );
});

describe('crc32c', () => {
  it('gives the check value of RFC 3720', () => {
    expect(crc32c(encodeUtf8('123456789'))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  });

  it(`equals its definition at every length and continues (seed ${seed})`, () => {
    const rng = new Rng(seed);
    for (let length = 0; length < 100; length++) {
      const bytes = Uint8Array.from({ length }, () => rng.below(256));
      expect(crc32c(bytes)).toBe(crc32cReference(bytes));
      const cut = rng.below(length + 1);
      expect(crc32c(bytes.subarray(cut), crc32c(bytes.subarray(0, cut)))).toBe(crc32c(bytes));
    }
  });
});

describe('TopK', () => {
  it(`keeps what sorting everything keeps, ties by ord (seed ${seed})`, () => {
    const rng = new Rng(seed);
    for (let round = 0; round < 300; round++) {
      const n = rng.below(40);
      const k = rng.below(12);
      const entries = rng.shuffle(Array.from({ length: n }, (_, ord) => ({ ord, score: rng.below(6) - 2 })));
      const heap = new TopK(k);
      for (const { score, ord } of entries) heap.push(score, ord);
      const expected = [...entries].sort((a, b) => b.score - a.score || a.ord - b.ord).slice(0, k);
      if (k > 0 && n >= k) expect(heap.threshold).toBe(expected[k - 1]!.score);
      const { ords, scores } = heap.drain();
      expect([...ords]).toEqual(expected.map((e) => e.ord));
      expect([...scores]).toEqual(expected.map((e) => e.score));
      expect(heap.size).toBe(0);
    }
  });
});
