// Functions of single elements of f32 matrices, forward and backward. A call does elements or rows `from` … `to`−1, so that
// threads can share one operation; results do not depend on where it is cut.

import { erf4, exp4, log4, put4, some4 } from './network-math';

// @ts-ignore: decorator
@inline
function times(a: v128, b: f32): v128 {
  return f32x4.mul(a, f32x4.splat(b));
}

/** 1 / (1 + e^−x) */
// @ts-ignore: decorator
@inline
function sigmoid4(x: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exp4(f32x4.neg(x))));
}

/** tanh x = 1 − 2 / (e^2x + 1); near 0 the odd Taylor polynomial, where the difference would lose digits. */
// @ts-ignore: decorator
@inline
function tanh4(x: v128): v128 {
  const x2 = f32x4.mul(x, x);
  const far = f32x4.sub(f32x4.splat(1), f32x4.div(f32x4.splat(2), f32x4.add(exp4(f32x4.add(x, x)), f32x4.splat(1))));
  let p = f32x4.splat(-17.0 / 315.0);
  p = f32x4.add(f32x4.mul(p, x2), f32x4.splat(2.0 / 15.0));
  p = f32x4.add(f32x4.mul(p, x2), f32x4.splat(-1.0 / 3.0));
  const near = f32x4.add(x, f32x4.mul(f32x4.mul(p, x2), x));
  return v128.bitselect(near, far, f32x4.lt(f32x4.abs(x), f32x4.splat(0.2)));
}

/** log(1 + e^x) without overflow */
// @ts-ignore: decorator
@inline
function softplus4(x: v128): v128 {
  const tail = log4(f32x4.add(f32x4.splat(1), exp4(f32x4.neg(f32x4.abs(x)))));
  return f32x4.add(f32x4.max(x, f32x4.splat(0)), tail);
}

const HALF_ROOT: f32 = 0.7071067811865476; // 1/√2
const DENSITY: f32 = 0.3989422804014327; // 1/√(2π)
const TANH_A: f32 = 0.7978845608028654; // √(2/π)
const TANH_B: f32 = 0.044715;

// @ts-ignore: decorator
@inline
function gelu4(x: v128): v128 {
  const z = times(x, HALF_ROOT);
  const erf = erf4(z, exp4(f32x4.neg(f32x4.mul(z, z))));
  return f32x4.mul(times(x, 0.5), f32x4.add(f32x4.splat(1), erf));
}

// @ts-ignore: decorator
@inline
function geluSlope4(x: v128): v128 {
  const z = times(x, HALF_ROOT);
  const gauss = exp4(f32x4.neg(f32x4.mul(z, z)));
  const half = times(f32x4.add(f32x4.splat(1), erf4(z, gauss)), 0.5);
  return f32x4.add(half, f32x4.mul(times(x, DENSITY), gauss));
}

/** √(2/π)·(x + .044715·x³) */
// @ts-ignore: decorator
@inline
function tanhArgument(x: v128): v128 {
  return times(f32x4.add(x, times(f32x4.mul(f32x4.mul(x, x), x), TANH_B)), TANH_A);
}

// @ts-ignore: decorator
@inline
function geluTanhSlope4(x: v128): v128 {
  const t = tanh4(tanhArgument(x));
  const inner = times(f32x4.add(f32x4.splat(1), times(f32x4.mul(x, x), 3 * TANH_B)), TANH_A);
  const sech2 = f32x4.sub(f32x4.splat(1), f32x4.mul(t, t));
  return times(f32x4.add(f32x4.add(f32x4.splat(1), t), f32x4.mul(f32x4.mul(x, sech2), inner)), 0.5);
}

/** 1 where x > 0, else 0 */
// @ts-ignore: decorator
@inline
function step4(x: v128): v128 {
  return v128.and(f32x4.gt(x, f32x4.splat(0)), f32x4.splat(1));
}

/** The numbers are those of UNARY in engine/src/network/ops.ts. */
// @ts-ignore: decorator
@inline
function apply(op: u32, x: v128): v128 {
  switch (op) {
    case 0: return exp4(x);
    case 1: return log4(x);
    case 2: return gelu4(x);
    case 3: return times(f32x4.mul(x, f32x4.add(f32x4.splat(1), tanh4(tanhArgument(x)))), 0.5);
    case 4: return f32x4.max(x, f32x4.splat(0));
    case 5: return tanh4(x);
    case 6: return sigmoid4(x);
    case 7: return softplus4(x);
    case 8: return f32x4.div(f32x4.splat(1), x);
    case 9: return f32x4.sqrt(x);
    case 10: return step4(x);
    case 11: return geluSlope4(x);
    case 12: return geluTanhSlope4(x);
    default: return f32x4.abs(x);
  }
}

/** y[i] = f(x[i]) */
export function unary(op: u32, x: usize, y: usize, from: u32, to: u32): void {
  let i = from;
  for (; i + 4 <= to; i += 4) v128.store(y + (<usize>i << 2), apply(op, v128.load(x + (<usize>i << 2))));
  if (i < to) put4(y + (<usize>i << 2), apply(op, some4(x + (<usize>i << 2), to - i, 1)), to - i);
}

// @ts-ignore: decorator
@inline
function combine(op: u32, a: v128, b: v128): v128 {
  switch (op) {
    case 0: return f32x4.add(a, b);
    case 1: return f32x4.sub(a, b);
    case 2: return f32x4.mul(a, b);
    case 3: return f32x4.div(a, b);
    default: return f32x4.max(a, b);
  }
}

/**
 * y(i, j) = a(i, j) ∘ b for rows `from` … `to`−1 of `cols` elements. b is read at b + 4·(i·bi + j·bj): strides (cols, 1) an equal matrix,
 * (0, 1) one row, (1, 0) one column, (0, 0) one number.
 */
export function binary(
  op: u32, a: usize, b: usize, bi: u32, bj: u32, y: usize, cols: u32, from: u32, to: u32,
): void {
  for (let i = from; i < to; i++) {
    const row = <usize>i * cols << 2;
    const other = b + (<usize>i * bi << 2);
    let j: u32 = 0;
    for (; j + 4 <= cols; j += 4) {
      const at = row + (<usize>j << 2);
      const second = bj === 0 ? v128.load32_splat(other) : v128.load(other + (<usize>j << 2));
      v128.store(y + at, combine(op, v128.load(a + at), second));
    }
    if (j < cols) {
      const at = row + (<usize>j << 2);
      const count = cols - j;
      const second = bj === 0 ? v128.load32_splat(other) : some4(other + (<usize>j << 2), count, 1);
      put4(y + at, combine(op, some4(a + at, count, 1), second), count);
    }
  }
}

/** y[i] = scale·x[i] + shift */
export function affine(x: usize, scale: f32, shift: f32, y: usize, from: u32, to: u32): void {
  let i = from;
  for (; i + 4 <= to; i += 4) {
    const at = <usize>i << 2;
    v128.store(y + at, f32x4.add(times(v128.load(x + at), scale), f32x4.splat(shift)));
  }
  for (; i < to; i++) store<f32>(y + (<usize>i << 2), load<f32>(x + (<usize>i << 2)) * scale + shift);
}

/** Columns `start` … `start`+`width`−1 of x to columns `at` … of y, rows `from` … `to`−1; added where `add` is not 0. */
export function copyColumns(
  x: usize, xCols: u32, start: u32, width: u32, y: usize, yCols: u32, at: u32, from: u32, to: u32, add: u32,
): void {
  for (let i = from; i < to; i++) {
    const source = x + ((<usize>i * xCols + start) << 2);
    const target = y + ((<usize>i * yCols + at) << 2);
    if (add === 0) {
      memory.copy(target, source, <usize>width << 2);
      continue;
    }
    for (let j: usize = 0; j < <usize>width << 2; j += 4) store<f32>(target + j, load<f32>(target + j) + load<f32>(source + j));
  }
}
