// Halves: every bit pattern, and the rounding between two of them.

import { describe, expect, it } from 'vitest';
import { f32OfHalf, HALF_OVERFLOW, halfOf, MAX_HALF } from './half.ts';

/** Every finite half. */
const FINITE = Array.from({ length: 0x10000 }, (_, half) => half).filter((half) => (half & 0x7c00) !== 0x7c00);

describe('a half', () => {
  it('is read and written back as the same bits, all 63,488 of them', () => {
    for (const half of FINITE) if (halfOf(f32OfHalf(half)) !== half) throw new Error(`half ${half.toString(16)}`);
    expect(FINITE).toHaveLength(63_488);
  });

  it('has the values of IEEE binary16', () => {
    expect([0x3c00, 0xc000, 0x7bff, 0x0001, 0x03ff, 0x0400, 0x3555].map(f32OfHalf)).toEqual([
      1,
      -2,
      MAX_HALF,
      2 ** -24,
      1023 * 2 ** -24,
      2 ** -14,
      0.333251953125,
    ]);
    expect(Object.is(f32OfHalf(0x8000), -0)).toBe(true);
  });

  it('is the nearest one, ties to the even one, between all neighbours of one sign', () => {
    for (let half = 0; half < 0x7bff; half++) {
      const [low, high] = [f32OfHalf(half), f32OfHalf(half + 1)];
      const middle = (low + high) / 2;
      const even = half % 2 === 0 ? half : half + 1;
      const found = [halfOf(middle), halfOf(middle - (high - low) / 8), halfOf(middle + (high - low) / 8)];
      if (found[0] !== even || found[1] !== half || found[2] !== half + 1) throw new Error(`beside ${half}`);
      if (halfOf(-middle) !== (even | 0x8000)) throw new Error(`beside -${half}`);
    }
    expect(halfOf(65519)).toBe(0x7bff);
    expect(HALF_OVERFLOW).toBe((MAX_HALF + 2 ** 16) / 2);
  });
});
