import { describe, expect, it } from 'vitest';
import { exp, ln } from './math.ts';
import { Rng } from './rng.ts';

const SEED = 20251122;

/** Distance in units of the last place, for finite numbers of one sign. */
function ulps(a: number, b: number): number {
  if (Object.is(a, b) || a === b) return 0;
  const view = new DataView(new ArrayBuffer(16));
  view.setFloat64(0, a);
  view.setFloat64(8, b);
  const difference = view.getBigInt64(0) - view.getBigInt64(8);
  return Number(difference < 0n ? -difference : difference);
}

function anyDouble(rng: Rng): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, rng.uint32());
  view.setUint32(4, rng.uint32());
  return view.getFloat64(0);
}

describe('ln', () => {
  it('keeps its bits: values that may never change', () => {
    const table: readonly (readonly [number, number])[] = [
      [1, 0],
      [2, Math.LN2],
      [10, Math.LN10],
      [1.6, 0.4700036292457356],
      [0.1, -2.3025850929940455],
      [5e-324, -744.4400719213812],
      [1.7976931348623157e308, 709.782712893384],
    ];
    for (const [x, y] of table) expect(ln(x), `ln ${x}`).toBe(y);
  });

  it('treats zero, negative numbers, infinities and NaN as the logarithm does', () => {
    expect(ln(0)).toBe(-Infinity);
    expect(ln(-0)).toBe(-Infinity);
    expect(ln(-1)).toBeNaN();
    expect(ln(-Infinity)).toBeNaN();
    expect(ln(Infinity)).toBe(Infinity);
    expect(ln(Number.NaN)).toBeNaN();
  });

  it(`is within 1 ulp of Math.log on 200,000 doubles (seed ${SEED})`, () => {
    const rng = new Rng(SEED);
    let worst = 0;
    for (let i = 0; i < 100_000; i++) {
      const wide = Math.abs(anyDouble(rng));
      if (wide > 0 && wide < Infinity) worst = Math.max(worst, ulps(ln(wide), Math.log(wide)));
      const near = 0.25 + rng.float() * 4;
      worst = Math.max(worst, ulps(ln(near), Math.log(near)));
    }
    expect(worst).toBeLessThanOrEqual(1);
  });

  it('is within 1 ulp at the seams: powers of two, √2 and their neighbours', () => {
    for (let k = -1074; k <= 1023; k++) {
      for (const m of [1, 1.0000000000000002, 1.414213562373095, Math.SQRT2, 1.4142141342163086]) {
        const x = m * 2 ** k;
        expect(ulps(ln(x), Math.log(x)), `ln ${x}`).toBeLessThanOrEqual(1);
      }
    }
  });
});

describe('exp', () => {
  it('keeps its bits: values that may never change', () => {
    const table: readonly (readonly [number, number])[] = [
      [0, 1],
      [-0, 1],
      [1, 2.7182818284590455],
      [-1, 0.36787944117144233],
      [0.5, 1.6487212707001282],
      [-20, 2.061153622438558e-9],
      [709.782712893384, 1.7976931348622732e308],
      [-745.1332191019411, 5e-324],
    ];
    for (const [x, y] of table) expect(exp(x), `exp ${x}`).toBe(y);
  });

  it('overflows to Infinity, underflows to 0 and passes NaN', () => {
    expect(exp(709.79)).toBe(Infinity);
    expect(exp(Infinity)).toBe(Infinity);
    expect(exp(-745.14)).toBe(0);
    expect(exp(-Infinity)).toBe(0);
    expect(exp(Number.NaN)).toBeNaN();
  });

  it(`is within 1 ulp of Math.exp on 200,000 doubles, subnormal results included (seed ${SEED})`, () => {
    const rng = new Rng(SEED);
    let worst = 0;
    for (let i = 0; i < 100_000; i++) {
      const wide = -745 + rng.float() * 1454;
      worst = Math.max(worst, ulps(exp(wide), Math.exp(wide)));
      const near = rng.float() * 2 - 1;
      worst = Math.max(worst, ulps(exp(near), Math.exp(near)));
    }
    expect(worst).toBeLessThanOrEqual(1);
  });

  it(`undoes ln to a relative error of 1e-13 (seed ${SEED})`, () => {
    const rng = new Rng(SEED);
    for (let i = 0; i < 10_000; i++) {
      const x = exp(rng.float() * 600 - 300);
      expect(Math.abs(exp(ln(x)) / x - 1)).toBeLessThan(1e-13);
    }
  });
});
