// IEEE binary16 in plain TypeScript: the twin of the conversion in engine/assembly/f16.ts, and what writes halves.
//
//   bit  15    14 … 10    9 … 0
//        sign  exponent   mantissa        value = ±2^(exponent − 15) · (1 + mantissa / 1024);   exponent 0: ±2^−14 · mantissa / 1024
//
// Exponent 31 (infinities and NaN) is never written.

/** The largest half. */
export const MAX_HALF = 65504;
/** Sizes from here on round to infinity: half way between MAX_HALF and the next power of two. */
export const HALF_OVERFLOW = 65520;

const f32 = new Float32Array(1);
const bits = new Uint32Array(f32.buffer);

/** The half nearest to `x`, ties to the even one. |x| < HALF_OVERFLOW. */
export function halfOf(x: number): number {
  f32[0] = x;
  const sign = (bits[0]! >>> 16) & 0x8000;
  const size = Math.abs(f32[0]!);
  if (size < 2 ** -14) return sign | roundEven(size * 2 ** 24); // a subnormal half is a multiple of 2^-24; 1024 is 2^-14
  const word = bits[0]! & 0x7fffffff;
  const kept = word >>> 13;
  const rest = word & 0x1fff;
  const isUp = rest > 0x1000 || (rest === 0x1000 && (kept & 1) === 1);
  return sign | (kept - (112 << 10) + (isUp ? 1 : 0)); // a carry into the exponent is right
}

/** The value of a half, exactly. */
export function f32OfHalf(half: number): number {
  const exponent = (half >>> 10) & 31;
  const mantissa = half & 1023;
  const size = exponent === 0 ? mantissa * 2 ** -24 : (1024 + mantissa) * 2 ** (exponent - 25);
  return half & 0x8000 ? -size : size;
}

function roundEven(x: number): number {
  const down = Math.floor(x);
  const rest = x - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down;
}
