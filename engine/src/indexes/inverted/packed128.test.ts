// Packing comes back as it went in, at every width, and takes the bytes that the format says.
import { describe, expect, it } from 'vitest';
import { Rng } from '../../core/rng.ts';
import { BLOCK, pack, packedBytes, unpack, widthOf } from './packed128.ts';

describe('128 packed integers', () => {
  it.each(Array.from({ length: 33 }, (_, width) => width))('come back at width %i', (width) => {
    const rng = new Rng(width + 1);
    const mask = width === 32 ? 0xffffffff : 2 ** width - 1;
    const values = Uint32Array.from({ length: BLOCK }, () => (rng.uint32() & mask) >>> 0);
    if (width > 0) values[77] = mask;
    expect(widthOf(values)).toBe(width);
    const bytes = new Uint8Array(packedBytes(width) + 16).fill(0xab);
    bytes.fill(0, 8, 8 + packedBytes(width));
    const view = new DataView(bytes.buffer);
    pack(values, width, view, 8);
    expect([...bytes.subarray(0, 8), ...bytes.subarray(8 + packedBytes(width))].every((byte) => byte === 0xab)).toBe(
      true,
    );
    const back = new Uint32Array(BLOCK).fill(7);
    unpack(view, 8, width, back);
    expect(back).toEqual(values);
  });

  it('lie in four lanes, low bits first', () => {
    const values = Uint32Array.from({ length: BLOCK }, (_, i) => i % 8);
    const view = new DataView(new ArrayBuffer(packedBytes(3)));
    pack(values, 3, view, 0);
    // Lane 1 holds values 1, 5, 9, 13 …: 1, 5, 1, 5 … in three bits each.
    expect(view.getUint32(4, true) & 0xfff).toBe(0b101_001_101_001);
  });
});
