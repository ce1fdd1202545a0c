import { describe, expect, it } from 'vitest';
import { count, seed } from '../../test/support/env.ts';
import { EngineError } from '../core/index.ts';
import { Rng } from '../core/rng.ts';
import { encodeUtf8 } from '../core/utf8.ts';
import { readSafetensors, type Tensors, tensorOf, writeSafetensors } from './safetensors.ts';

const TENSORS: Tensors = new Map([
  ['table', { dtype: 'I8', shape: [3, 2], values: Int8Array.of(1, -2, 3, -128, 127, 0) }],
  ['scales', { dtype: 'F32', shape: [3], values: Float32Array.of(0.5, -0, 1e-30) }],
  ['empty', { dtype: 'F32', shape: [0, 4], values: new Float32Array(0) }],
]);

/** A file with this header and so many bytes of numbers. */
function file(header: unknown, bytes: number): Uint8Array {
  const json = encodeUtf8(typeof header === 'string' ? header : JSON.stringify(header));
  const out = new Uint8Array(8 + json.length + bytes);
  new DataView(out.buffer).setBigUint64(0, BigInt(json.length), true);
  out.set(json, 8);
  return out;
}

describe('safetensors', () => {
  it('read back what was written, bit for bit', () => {
    expect(readSafetensors(writeSafetensors(TENSORS))).toEqual(TENSORS);
    expect(readSafetensors(writeSafetensors(new Map()))).toEqual(new Map());
  });

  it('have the bytes that the format describes', () => {
    const bytes = writeSafetensors(new Map([['a', { dtype: 'F32', shape: [1], values: Float32Array.of(1) }]]));
    const header = '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    const padded = header.padEnd(56, ' ');
    expect([...bytes]).toEqual([56, 0, 0, 0, 0, 0, 0, 0, ...encodeUtf8(padded), 0, 0, 0x80, 0x3f]);
  });

  it('read a file at any offset in memory, with metadata and tensors in any order of the header', () => {
    const inner = file(
      {
        b: { dtype: 'I8', shape: [2], data_offsets: [4, 6] },
        __metadata__: { format: 'pt' },
        a: { dtype: 'F32', shape: [], data_offsets: [0, 4] },
      },
      6,
    );
    const outer = new Uint8Array(inner.length + 3);
    outer.set(inner, 3);
    const tensors = readSafetensors(outer.subarray(3));
    expect(tensors.get('a')).toEqual({ dtype: 'F32', shape: [], values: new Float32Array(1) });
    expect(tensors.get('b')).toEqual({ dtype: 'I8', shape: [2], values: new Int8Array(2) });
  });

  it('have offsets above 95 million, whose product is past 2⁵³', () => {
    const start = 98_478_088;
    const entries = {
      near: { dtype: 'I8', shape: [start], data_offsets: [0, start] },
      far: { dtype: 'F32', shape: [1], data_offsets: [start, start + 4] },
    };
    const bytes = file(entries, start + 4);
    bytes.set([0, 0, 0x80, 0x3f], bytes.length - 4);
    expect([...readSafetensors(bytes).get('far')!.values]).toEqual([1]);
  });

  it('widen half-precision numbers exactly', () => {
    const halves = [0x3c00, 0xc000, 0x0001, 0x83ff, 0x0400, 0x7bff, 0x0000, 0x8000, 0x3555];
    const bytes = file({ h: { dtype: 'F16', shape: [9], data_offsets: [0, 18] } }, 18);
    const view = new DataView(bytes.buffer, bytes.length - 18);
    for (const [i, half] of halves.entries()) view.setUint16(2 * i, half, true);
    const wanted = [1, -2, 2 ** -24, -1023 * 2 ** -24, 2 ** -14, 65504, 0, -0, 1365 * 2 ** -12];
    expect([...readSafetensors(bytes).get('h')!.values]).toEqual(wanted);
    const brain = file({ b: { dtype: 'BF16', shape: [3], data_offsets: [0, 6] } }, 6);
    brain.set([0x80, 0x3f, 0x49, 0xc0, 0x01, 0x00], brain.length - 6);
    expect([...readSafetensors(brain).get('b')!.values]).toEqual([1, -3.140625, 2 ** -133]);
  });

  it('leave out what the caller does not want, whatever its type', () => {
    const bytes = file(
      { a: { dtype: 'I64', shape: [1], data_offsets: [0, 8] }, b: { dtype: 'I8', shape: [1], data_offsets: [8, 9] } },
      9,
    );
    expect([...readSafetensors(bytes, { wanted: (name) => name === 'b' }).keys()]).toEqual(['b']);
    expect(() => readSafetensors(bytes)).toThrow('type I64');
  });

  it('read from a Buffer, whose slice() is a view, into numbers of their own', () => {
    class View extends Uint8Array<ArrayBuffer> {
      override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
        return this.subarray(start, end);
      }
    }
    const written = writeSafetensors(TENSORS);
    const bytes = new View(written.buffer);
    const tensors = readSafetensors(bytes);
    bytes.fill(0xff);
    expect(tensors).toEqual(TENSORS);
  });

  const a = (changes: object) => ({ a: { dtype: 'I8', shape: [4], data_offsets: [0, 4], ...changes } });
  it.each([
    { name: 'no bytes', bytes: new Uint8Array(0), message: '0 bytes are too few' },
    { name: 'a header longer than the file', bytes: new Uint8Array(8).fill(255), message: 'the header claims' },
    { name: 'no JSON', bytes: file('{', 0), message: 'not JSON' },
    { name: 'a list for a header', bytes: file([], 0), message: 'not a JSON object' },
    { name: 'a number for an entry', bytes: file({ a: 1 }, 0), message: 'entry of tensor a' },
    { name: 'a negative size', bytes: file(a({ shape: [-4] }), 4), message: 'not lists of sizes' },
    { name: 'a size past 2⁵³', bytes: file(a({ shape: [2 ** 30, 2 ** 30] }), 4), message: 'not lists of sizes' },
    { name: 'three offsets', bytes: file(a({ data_offsets: [0, 4, 4] }), 4), message: 'not lists of sizes' },
    { name: 'offsets that do not fit the shape', bytes: file(a({ shape: [5] }), 4), message: 'takes 5 bytes, not 4' },
    { name: 'numbers past the end', bytes: file(a({}), 3), message: 'past the file' },
    { name: 'bytes after the last tensor', bytes: file(a({}), 5), message: '1 bytes follow' },
    { name: 'a hole', bytes: file(a({ data_offsets: [1, 5] }), 5), message: 'starts at 1, not at 0' },
    { name: 'another type', bytes: file(a({ dtype: 'U8' }), 4), message: 'type U8' },
  ])('refuse $name', ({ bytes, message }) => {
    expect(() => readSafetensors(bytes)).toThrow(message);
  });

  it('refuse to write numbers that are not of the shape', () => {
    const wrong: Tensors = new Map([['a', { dtype: 'I8', shape: [3], values: new Int8Array(2) }]]);
    expect(() => writeSafetensors(wrong)).toThrow('has 2 numbers');
  });

  it('survive any damage: an EngineError or tensors that are sound', () => {
    const rng = new Rng(seed('safetensors'));
    const good = writeSafetensors(TENSORS);
    const inputs = count(2_000, 100_000);
    for (let i = 0; i < inputs; i++) {
      const bytes = good.slice(0, rng.below(4) === 0 ? rng.below(good.length + 1) : good.length);
      for (let edits = rng.below(4); edits >= 0 && bytes.length > 0; edits--)
        bytes[rng.below(bytes.length)] = rng.below(256);
      try {
        for (const { shape, values } of readSafetensors(bytes).values()) {
          expect(values.length).toBe(shape.reduce((x, y) => x * y, 1));
        }
      } catch (error) {
        expect(error).toBeInstanceOf(EngineError);
      }
    }
  });

  it('are asked for a tensor by name, type and shape', () => {
    expect(tensorOf(TENSORS, 'table', 'I8', [-1, 2]).values).toHaveLength(6);
    expect(() => tensorOf(TENSORS, 'table', 'F32', [-1, 2])).toThrow('table should be F32 [-1,2]; found I8 [3,2]');
    expect(() => tensorOf(TENSORS, 'bias', 'F32', [3])).toThrow('found nothing');
    expect(() => tensorOf(TENSORS, 'scales', 'F32', [4])).toThrow('found F32 [3]');
  });
});
