// Matrix products of f32: C = A·B, or C += A·B. Every element of C is one f32 sum over k in ascending order, so the
// result does not depend on tiles, blocks or the number of threads, and equals a plain triple loop (twin:
// kernels/network-reference.ts) in every bit. The relaxed build contracts each product and sum (FMA): it is for
// training only and equal on one machine.
//
// A(i, k) lies at a + 4·(i·ai + k·ak), so a transposed operand is a pair of strides. B is packed first (`packB`):
// panels of 8 columns, k ascending, zeros behind the last column. The kernel keeps a tile of 4 × 8 sums in registers: 8
// of the 16 vector registers hold sums, 2 hold B, 1 holds A. A tile of 8 × 8 spills and was measured 1.5 times slower.

/** Columns of a panel of B, and of a tile. */
const COLUMNS: u32 = 8;
/** Rows of a tile. */
const ROWS: u32 = 4;
/** Steps of k in a block: a panel of B (8 KiB) stays in the first-level cache while the tiles pass over it. */
const DEPTH: u32 = 256;
/** Rows of A in a block: 256 KiB stay in the second-level cache while the panels pass over them. */
const HEIGHT: u32 = 256;

// @ts-ignore: decorator
@inline
function fma(a: v128, b: v128, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, sum);
  return f32x4.add(sum, f32x4.mul(a, b));
}

/** Bytes of B (k × n) packed. */
export function packedBytes(n: u32, k: u32): u32 {
  return ((n + COLUMNS - 1) / COLUMNS) * COLUMNS * k * 4;
}

/** Packs panels `from` … `to`−1 of B (k × n), whose element (p, j) lies at b + 4·(p·bk + j·bj). */
export function packB(b: usize, bk: u32, bj: u32, n: u32, k: u32, from: u32, to: u32, out: usize): void {
  for (let panel = from; panel < to; panel++) {
    const first = panel * COLUMNS;
    const columns = min<u32>(COLUMNS, n - first);
    let at = out + (<usize>panel * COLUMNS * k << 2);
    let row = b + (<usize>first * bj << 2);
    if (columns === COLUMNS && bj === 1) {
      for (let p: u32 = 0; p < k; p++, at += 32, row += <usize>bk << 2) {
        v128.store(at, v128.load(row));
        v128.store(at, v128.load(row, 16), 16);
      }
      continue;
    }
    for (let p: u32 = 0; p < k; p++, row += <usize>bk << 2) {
      let from = row;
      for (let j: u32 = 0; j < COLUMNS; j++, at += 4, from += <usize>bj << 2) {
        store<f32>(at, j < columns ? load<f32>(from) : <f32>0);
      }
    }
  }
}

/** Bytes of scratch that `gemm` needs for itself. */
export function gemmScratchBytes(): u32 {
  return HEIGHT * DEPTH * 4;
}

/**
 * Rows `from` … `to`−1 of C (m × n, `ldc` elements a row) = A·B, added to what C holds where `add` is not 0. A
 * transposed A (ak ≠ 1) is copied block by block into `scratch`: read in place, its steps of k lie a row apart and fall
 * into the same cache sets (23 instead of 50 GFLOP/s).
 */
export function gemm(
  a: usize, ai: u32, ak: u32, packed: usize, c: usize, ldc: u32, n: u32, k: u32, from: u32, to: u32, add: u32, scratch: usize,
): void {
  if (k === 0 && add === 0) {
    for (let i = from; i < to; i++) memory.fill(c + (<usize>i * ldc << 2), 0, <usize>n << 2);
    return;
  }
  for (let top = from; top < to; top += HEIGHT) {
    const bottom = min<u32>(to, top + HEIGHT);
    for (let p: u32 = 0; p < k; p += DEPTH) {
      const depth = min<u32>(DEPTH, k - p);
      const here = a + (<usize>p * ak << 2);
      if (ak !== 1) packA(here, ai, ak, depth, top, bottom, scratch);
      block(here, ai, ak, packed, c, ldc, n, k, p, depth, top, bottom, p > 0 || add !== 0, ak === 1 ? 0 : scratch);
    }
  }
}

/** Whole tiles of rows `top` … `bottom`−1: tile after tile, k ascending, 4 rows side by side. */
function packA(a: usize, ai: u32, ak: u32, depth: u32, top: u32, bottom: u32, out: usize): void {
  for (let p: u32 = 0; p < depth; p++) {
    let row = a + ((<usize>p * ak + <usize>top * ai) << 2);
    let at = out + (<usize>p << 4);
    for (let i = top; i + ROWS <= bottom; i += ROWS, row += <usize>ai << 4, at += <usize>depth << 4) {
      if (ai === 1) {
        v128.store(at, v128.load(row));
        continue;
      }
      for (let r: usize = 0; r < ROWS; r++) store<f32>(at + (r << 2), load<f32>(row + (r * ai << 2)));
    }
  }
}

function block(
  a: usize, ai: u32, ak: u32, packed: usize, c: usize, ldc: u32, n: u32, k: u32, p: u32, depth: u32,
  top: u32, bottom: u32, add: bool, tiles: usize,
): void {
  for (let j: u32 = 0; j < n; j += COLUMNS) {
    const panel = packed + ((<usize>j * k + <usize>p * COLUMNS) << 2);
    const columns = min<u32>(COLUMNS, n - j);
    let i = top;
    for (; i + ROWS <= bottom; i += ROWS) {
      const target = c + ((<usize>i * ldc + j) << 2);
      if (tiles) tile4(tiles + (<usize>(i - top) * depth << 2), 4, 16, panel, depth, target, <usize>ldc << 2, columns, add);
      else tile4(a + (<usize>i * ai << 2), <usize>ai << 2, 4, panel, depth, target, <usize>ldc << 2, columns, add);
    }
    for (; i < bottom; i++) {
      tile1(a + (<usize>i * ai << 2), <usize>ak << 2, panel, depth, c + ((<usize>i * ldc + j) << 2), columns, add);
    }
  }
}

/** 4 × 8 sums. Strides in bytes. */
function tile4(
  a: usize, rowStep: usize, step: usize, b: usize, depth: u32, c: usize, ldc: usize, columns: u32, add: bool,
): void {
  const c1 = c + ldc;
  const c2 = c1 + ldc;
  const c3 = c2 + ldc;
  let s00 = f32x4.splat(0);
  let s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00, s30 = s00, s31 = s00;
  if (add) {
    s00 = first(c, columns);
    s01 = second(c, columns);
    s10 = first(c1, columns);
    s11 = second(c1, columns);
    s20 = first(c2, columns);
    s21 = second(c2, columns);
    s30 = first(c3, columns);
    s31 = second(c3, columns);
  }
  let a0 = a;
  let a1 = a0 + rowStep;
  let a2 = a1 + rowStep;
  let a3 = a2 + rowStep;
  for (const end = b + (<usize>depth << 5); b < end; b += 32) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a0);
    s00 = fma(x, b0, s00);
    s01 = fma(x, b1, s01);
    x = v128.load32_splat(a1);
    s10 = fma(x, b0, s10);
    s11 = fma(x, b1, s11);
    x = v128.load32_splat(a2);
    s20 = fma(x, b0, s20);
    s21 = fma(x, b1, s21);
    x = v128.load32_splat(a3);
    s30 = fma(x, b0, s30);
    s31 = fma(x, b1, s31);
    a0 += step;
    a1 += step;
    a2 += step;
    a3 += step;
  }
  put(c, s00, s01, columns);
  put(c1, s10, s11, columns);
  put(c2, s20, s21, columns);
  put(c3, s30, s31, columns);
}

/** One row of 8 sums. */
function tile1(a: usize, step: usize, b: usize, depth: u32, c: usize, columns: u32, add: bool): void {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  if (add) {
    s0 = first(c, columns);
    s1 = second(c, columns);
  }
  for (const end = b + (<usize>depth << 5); b < end; b += 32, a += step) {
    const x = v128.load32_splat(a);
    s0 = fma(x, v128.load(b), s0);
    s1 = fma(x, v128.load(b, 16), s1);
  }
  put(c, s0, s1, columns);
}

/** Elements 0 … 3 of a row of C that has `columns` elements left. */
// @ts-ignore: decorator
@inline
function first(c: usize, columns: u32): v128 {
  return columns >= 4 ? v128.load(c) : partial(c, columns);
}

/** Elements 4 … 7. */
// @ts-ignore: decorator
@inline
function second(c: usize, columns: u32): v128 {
  return columns === 8 ? v128.load(c, 16) : columns <= 4 ? f32x4.splat(0) : partial(c + 16, columns - 4);
}

function partial(c: usize, count: u32): v128 {
  let x = f32x4.splat(0);
  if (count > 0) x = f32x4.replace_lane(x, 0, load<f32>(c));
  if (count > 1) x = f32x4.replace_lane(x, 1, load<f32>(c, 4));
  if (count > 2) x = f32x4.replace_lane(x, 2, load<f32>(c, 8));
  return x;
}

// @ts-ignore: decorator
@inline
function put(c: usize, s0: v128, s1: v128, columns: u32): void {
  if (columns === 8) {
    v128.store(c, s0);
    v128.store(c, s1, 16);
  } else putPartial(c, s0, s1, columns);
}

function putPartial(c: usize, s0: v128, s1: v128, columns: u32): void {
  if (columns >= 4) {
    v128.store(c, s0);
    c += 16;
    columns -= 4;
    s0 = s1;
  }
  if (columns > 0) store<f32>(c, f32x4.extract_lane(s0, 0));
  if (columns > 1) store<f32>(c, f32x4.extract_lane(s0, 1), 4);
  if (columns > 2) store<f32>(c, f32x4.extract_lane(s0, 2), 8);
}
