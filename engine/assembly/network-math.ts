// exp, log and erf of f32, four lanes at a time, from additions and multiplications alone: the same bits in every runtime. No
// tables, because a kernel module has no static data (ADR 0012).

// @ts-ignore: decorator
@inline
function times(a: v128, b: f32): v128 {
  return f32x4.mul(a, f32x4.splat(b));
}

/**
 * e^x, relative error below 2.5e-7. x is cut to −87 … 88, so that the result is a normal number. x = n·ln 2 + r with |r| ≤ ln 2 / 2; e^r is a
 * Taylor polynomial of degree 7; 2^n is added to the exponent bits.
 */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  const cut = f32x4.max(f32x4.min(x, f32x4.splat(88)), f32x4.splat(-87));
  const n = f32x4.nearest(times(cut, 1.4426950408889634));
  // ln 2 in two parts: the first has few bits, so that n times it is exact.
  const r = f32x4.sub(f32x4.sub(cut, times(n, 0.693359375)), times(n, -2.12194440054690583e-4));
  let p = f32x4.splat(1.0 / 5040.0);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 720.0));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 120.0));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 24.0));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 6.0));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.5));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1));
  return i32x4.add(p, i32x4.shl(i32x4.trunc_sat_f32x4_s(n), 23));
}

/**
 * Natural logarithm of x > 0, absolute error below 2e-7 or relative 2e-7. x = 2^n·m with m in √½ … √2; ln m = 2·artanh((m − 1)/(m + 1)), odd
 * polynomial of degree 9. Numbers below the smallest normal one count as that one.
 */
// @ts-ignore: decorator
@inline
export function log4(x: v128): v128 {
  const bits = f32x4.max(x, f32x4.splat(1.17549435e-38));
  const shifted = i32x4.sub(bits, i32x4.splat(0x3f3504f3)); // √½: the exponent of m is −1 or 0
  const n = i32x4.shr_s(shifted, 23);
  const m = i32x4.sub(bits, i32x4.shl(n, 23));
  const s = f32x4.div(f32x4.sub(m, f32x4.splat(1)), f32x4.add(m, f32x4.splat(1)));
  const s2 = f32x4.mul(s, s);
  let p = f32x4.splat(2.0 / 9.0);
  p = f32x4.add(f32x4.mul(p, s2), f32x4.splat(2.0 / 7.0));
  p = f32x4.add(f32x4.mul(p, s2), f32x4.splat(2.0 / 5.0));
  p = f32x4.add(f32x4.mul(p, s2), f32x4.splat(2.0 / 3.0));
  p = f32x4.add(f32x4.mul(p, s2), f32x4.splat(2));
  return f32x4.add(times(f32x4.convert_i32x4_s(n), 0.6931471805599453), f32x4.mul(p, s));
}

/** Error function, absolute error below 5e-7: Abramowitz and Stegun, 7.1.26. `gauss` is e^(−x²). */
// @ts-ignore: decorator
@inline
export function erf4(x: v128, gauss: v128): v128 {
  const size = f32x4.abs(x);
  const t = f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), times(size, 0.3275911)));
  let p = f32x4.splat(1.061405429);
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(-1.453152027));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(1.421413741));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(-0.284496736));
  p = f32x4.add(f32x4.mul(p, t), f32x4.splat(0.254829592));
  const value = f32x4.sub(f32x4.splat(1), f32x4.mul(f32x4.mul(p, t), gauss));
  const sign = v128.and(x, i32x4.splat(i32.MIN_VALUE));
  return v128.or(value, sign);
}

/** x0 + x1 + x2 + x3 as (x0 + x1) + (x2 + x3). */
// @ts-ignore: decorator
@inline
export function fold(x: v128): f32 {
  return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

/** The first `count` (1 … 4) elements at `at`, the rest `other`. */
export function some4(at: usize, count: u32, other: f32): v128 {
  let x = f32x4.splat(other);
  x = f32x4.replace_lane(x, 0, load<f32>(at));
  if (count > 1) x = f32x4.replace_lane(x, 1, load<f32>(at, 4));
  if (count > 2) x = f32x4.replace_lane(x, 2, load<f32>(at, 8));
  if (count > 3) x = f32x4.replace_lane(x, 3, load<f32>(at, 12));
  return x;
}

/** Stores the first `count` (1 … 4) lanes. */
export function put4(at: usize, x: v128, count: u32): void {
  store<f32>(at, f32x4.extract_lane(x, 0));
  if (count > 1) store<f32>(at, f32x4.extract_lane(x, 1), 4);
  if (count > 2) store<f32>(at, f32x4.extract_lane(x, 2), 8);
  if (count > 3) store<f32>(at, f32x4.extract_lane(x, 3), 12);
}
