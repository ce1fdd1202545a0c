// Whole rows of f32 matrices: sums, softmax, layer norm, L2 norm, gather and scatter, pooling over the rows of a sequence.
// Sums of a row run in four lanes, folded as (l0 + l1) + (l2 + l3), then the last cols % 4 elements one by one.

import { exp4, fold, log4, put4, some4 } from './network-math';

// @ts-ignore: decorator
@inline
function at(base: usize, row: u32, cols: u32): usize {
  return base + (<usize>row * cols << 2);
}

function sum(x: usize, cols: u32): f32 {
  let s = f32x4.splat(0);
  let j: u32 = 0;
  for (; j + 4 <= cols; j += 4) s = f32x4.add(s, v128.load(x + (<usize>j << 2)));
  let total = fold(s);
  for (; j < cols; j++) total += load<f32>(x + (<usize>j << 2));
  return total;
}

function dot(x: usize, y: usize, cols: u32): f32 {
  let s = f32x4.splat(0);
  let j: u32 = 0;
  for (; j + 4 <= cols; j += 4) s = f32x4.add(s, f32x4.mul(v128.load(x + (<usize>j << 2)), v128.load(y + (<usize>j << 2))));
  let total = fold(s);
  for (; j < cols; j++) total += load<f32>(x + (<usize>j << 2)) * load<f32>(y + (<usize>j << 2));
  return total;
}

function largest(x: usize, cols: u32): f32 {
  let best = load<f32>(x);
  for (let j: u32 = 1; j < cols; j++) best = max(best, load<f32>(x + (<usize>j << 2)));
  return best;
}

/** out[i] = sum of row i; with op 1 its largest element. `cols` ≥ 1. */
export function reduceRows(op: u32, x: usize, cols: u32, out: usize, from: u32, to: u32): void {
  for (let i = from; i < to; i++) {
    const row = at(x, i, cols);
    store<f32>(out + (<usize>i << 2), op === 0 ? sum(row, cols) : largest(row, cols));
  }
}

/** out[i] = sum over j of x(i, j)·y(i, j) */
export function dotRows(x: usize, y: usize, cols: u32, out: usize, from: u32, to: u32): void {
  for (let i = from; i < to; i++) store<f32>(out + (<usize>i << 2), dot(at(x, i, cols), at(y, i, cols), cols));
}

/** out[j] = sum over the rows of column j, rows ascending, for columns `from` … `to`−1. */
export function sumColumns(x: usize, rows: u32, cols: u32, out: usize, from: u32, to: u32): void {
  memory.fill(out + (<usize>from << 2), 0, <usize>(to - from) << 2);
  for (let i: u32 = 0; i < rows; i++) {
    const row = at(x, i, cols);
    let j = from;
    for (; j + 4 <= to; j += 4) {
      const o = out + (<usize>j << 2);
      v128.store(o, f32x4.add(v128.load(o), v128.load(row + (<usize>j << 2))));
    }
    for (; j < to; j++) store<f32>(out + (<usize>j << 2), load<f32>(out + (<usize>j << 2)) + load<f32>(row + (<usize>j << 2)));
  }
}

// ───────────────────────────────────────────── softmax

/** y = softmax of each row of x; with op 1 its logarithm. Rows are shifted by their largest element. */
export function softmaxRows(op: u32, x: usize, cols: u32, y: usize, from: u32, to: u32): void {
  for (let i = from; i < to; i++) softmaxRow(op, at(x, i, cols), cols, at(y, i, cols));
}

export function softmaxRow(op: u32, x: usize, cols: u32, y: usize): void {
  const shift = f32x4.splat(largest(x, cols));
  let s = f32x4.splat(0);
  let j: u32 = 0;
  for (; j + 4 <= cols; j += 4) {
    const e = exp4(f32x4.sub(v128.load(x + (<usize>j << 2)), shift));
    s = f32x4.add(s, e);
    if (op === 0) v128.store(y + (<usize>j << 2), e);
  }
  let total = fold(s);
  if (j < cols) {
    const e = exp4(f32x4.sub(some4(x + (<usize>j << 2), cols - j, 0), shift));
    total += f32x4.extract_lane(e, 0);
    if (cols - j > 1) total += f32x4.extract_lane(e, 1);
    if (cols - j > 2) total += f32x4.extract_lane(e, 2);
    if (op === 0) put4(y + (<usize>j << 2), e, cols - j);
  }
  if (op === 0) {
    const factor: f32 = 1 / total;
    for (let p: usize = 0; p < <usize>cols << 2; p += 4) store<f32>(y + p, load<f32>(y + p) * factor);
    return;
  }
  const all = f32x4.extract_lane(shift, 0) + f32x4.extract_lane(log4(f32x4.splat(total)), 0);
  for (let p: usize = 0; p < <usize>cols << 2; p += 4) store<f32>(y + p, load<f32>(x + p) - all);
}

/** Gradient of softmax: dx = y·(dy − Σ dy·y); of its logarithm (op 1, y = log softmax): dx = dy − e^y·Σ dy. */
export function softmaxGradRows(op: u32, y: usize, dy: usize, cols: u32, dx: usize, from: u32, to: u32): void {
  for (let i = from; i < to; i++) softmaxGradRow(op, at(y, i, cols), at(dy, i, cols), cols, at(dx, i, cols));
}

export function softmaxGradRow(op: u32, y: usize, dy: usize, cols: u32, dx: usize): void {
  const total = f32x4.splat(op === 0 ? dot(dy, y, cols) : sum(dy, cols));
  for (let j: u32 = 0; j < cols; j += 4) {
    const p = <usize>j << 2;
    const count = min<u32>(4, cols - j);
    const value = count === 4 ? v128.load(y + p) : some4(y + p, count, 0);
    const slope = count === 4 ? v128.load(dy + p) : some4(dy + p, count, 0);
    const result = op === 0
      ? f32x4.mul(value, f32x4.sub(slope, total))
      : f32x4.sub(slope, f32x4.mul(exp4(value), total));
    if (count === 4) v128.store(dx + p, result);
    else put4(dx + p, result, count);
  }
}

// ───────────────────────────────────────────── norms

/** y = (x − mean)·r·gain + bias with r = 1/√(variance + eps); `bias` 0 = none. Two passes over a row. */
export function layerNorm(
  x: usize, gain: usize, bias: usize, eps: f32, cols: u32, y: usize, from: u32, to: u32,
): void {
  for (let i = from; i < to; i++) {
    const row = at(x, i, cols);
    const target = at(y, i, cols);
    const mean = sum(row, cols) / <f32>cols;
    const r = inverseDeviation(row, mean, eps, cols);
    for (let p: usize = 0; p < <usize>cols << 2; p += 4) {
      const value = (load<f32>(row + p) - mean) * r * load<f32>(gain + p);
      store<f32>(target + p, bias === 0 ? value : value + load<f32>(bias + p));
    }
  }
}

function inverseDeviation(x: usize, mean: f32, eps: f32, cols: u32): f32 {
  const m = f32x4.splat(mean);
  let s = f32x4.splat(0);
  let j: u32 = 0;
  for (; j + 4 <= cols; j += 4) {
    const d = f32x4.sub(v128.load(x + (<usize>j << 2)), m);
    s = f32x4.add(s, f32x4.mul(d, d));
  }
  let total = fold(s);
  for (; j < cols; j++) {
    const d = load<f32>(x + (<usize>j << 2)) - mean;
    total += d * d;
  }
  return 1 / sqrt<f32>(total / <f32>cols + eps);
}

/** Gradient with respect to x: r·(g − mean(g) − h·mean(g·h)), g = dy·gain, h = (x − mean)·r. */
export function layerNormGrad(
  x: usize, gain: usize, eps: f32, dy: usize, cols: u32, dx: usize, from: u32, to: u32,
): void {
  for (let i = from; i < to; i++) {
    const row = at(x, i, cols);
    const slope = at(dy, i, cols);
    const target = at(dx, i, cols);
    const mean = sum(row, cols) / <f32>cols;
    const r = inverseDeviation(row, mean, eps, cols);
    let sumG: f32 = 0;
    let sumGh: f32 = 0;
    for (let p: usize = 0; p < <usize>cols << 2; p += 4) {
      const g = load<f32>(slope + p) * load<f32>(gain + p);
      sumG += g;
      sumGh += g * ((load<f32>(row + p) - mean) * r);
    }
    const meanG = sumG / <f32>cols;
    const meanGh = sumGh / <f32>cols;
    for (let p: usize = 0; p < <usize>cols << 2; p += 4) {
      const g = load<f32>(slope + p) * load<f32>(gain + p);
      const h = (load<f32>(row + p) - mean) * r;
      store<f32>(target + p, r * (g - meanG - h * meanGh));
    }
  }
}

/** out = dy·h, h = (x − mean)·r: its column sums are the gradient of the gain. */
export function layerNormScaled(x: usize, eps: f32, dy: usize, cols: u32, out: usize, from: u32, to: u32): void {
  for (let i = from; i < to; i++) {
    const row = at(x, i, cols);
    const slope = at(dy, i, cols);
    const target = at(out, i, cols);
    const mean = sum(row, cols) / <f32>cols;
    const r = inverseDeviation(row, mean, eps, cols);
    for (let p: usize = 0; p < <usize>cols << 2; p += 4) {
      store<f32>(target + p, load<f32>(slope + p) * ((load<f32>(row + p) - mean) * r));
    }
  }
}

/** y = x / max(|x|, eps); rows of zeros stay zeros. */
export function normalizeRows(x: usize, eps: f32, cols: u32, y: usize, from: u32, to: u32): void {
  for (let i = from; i < to; i++) {
    const row = at(x, i, cols);
    const target = at(y, i, cols);
    const factor: f32 = 1 / max(sqrt<f32>(dot(row, row, cols)), eps);
    for (let p: usize = 0; p < <usize>cols << 2; p += 4) store<f32>(target + p, load<f32>(row + p) * factor);
  }
}

/** Gradient of normalizeRows: (dy − y·Σ dy·y) / |x|, y = x / |x|; dy / eps where |x| ≤ eps. */
export function normalizeGradRows(x: usize, eps: f32, dy: usize, cols: u32, dx: usize, from: u32, to: u32): void {
  for (let i = from; i < to; i++) {
    const row = at(x, i, cols);
    const slope = at(dy, i, cols);
    const target = at(dx, i, cols);
    const length = sqrt<f32>(dot(row, row, cols));
    const factor: f32 = 1 / max(length, eps);
    const along = length > eps ? dot(slope, row, cols) * factor * factor : 0;
    for (let p: usize = 0; p < <usize>cols << 2; p += 4) {
      store<f32>(target + p, (load<f32>(slope + p) - load<f32>(row + p) * along) * factor);
    }
  }
}

// ───────────────────────────────────────────── rows by number

/** Row i of `out` = row ids[i] of `table`. */
export function gatherRows(table: usize, ids: usize, cols: u32, out: usize, from: u32, to: u32): void {
  for (let i = from; i < to; i++) {
    memory.copy(at(out, i, cols), at(table, load<u32>(ids + (<usize>i << 2)), cols), <usize>cols << 2);
  }
}

/**
 * Row u of `out` = sum of the rows order[starts[u]] … order[starts[u + 1] − 1] of x, in that order: gradients of gathered rows, summed by id
 * without two threads on one row.
 */
export function sumGroups(x: usize, order: usize, starts: usize, cols: u32, out: usize, from: u32, to: u32): void {
  for (let u = from; u < to; u++) {
    const target = at(out, u, cols);
    memory.fill(target, 0, <usize>cols << 2);
    const end = load<u32>(starts + (<usize>u << 2), 4);
    for (let g = load<u32>(starts + (<usize>u << 2)); g < end; g++) {
      const row = at(x, load<u32>(order + (<usize>g << 2)), cols);
      for (let p: usize = 0; p < <usize>cols << 2; p += 4) store<f32>(target + p, load<f32>(target + p) + load<f32>(row + p));
    }
  }
}

/** `sumGroups`, with group u in row ids[u] of `out`; other rows stay as they are. */
export function scatterGroups(
  x: usize, order: usize, starts: usize, ids: usize, cols: u32, out: usize, from: u32, to: u32,
): void {
  for (let u = from; u < to; u++) {
    const row = at(out, load<u32>(ids + (<usize>u << 2)), cols);
    // `sumGroups` writes group u to row u: the base is moved so that this is the row wanted.
    sumGroups(x, order, starts, cols, row - (<usize>u * cols << 2), u, u + 1);
  }
}

/** Zeros to the elements `from` … `to`−1. */
export function zero(x: usize, from: u32, to: u32): void {
  memory.fill(x + (<usize>from << 2), 0, <usize>(to - from) << 2);
}

// ───────────────────────────────────────────── pooling: sequence s has rows starts[s] … starts[s + 1] − 1

/** op 0 mean, 1 largest of each column, 2 first row, 3 last row. An empty sequence gives zeros. */
export function pool(op: u32, x: usize, starts: usize, cols: u32, out: usize, from: u32, to: u32): void {
  for (let s = from; s < to; s++) {
    const target = at(out, s, cols);
    const begin = load<u32>(starts + (<usize>s << 2));
    const end = load<u32>(starts + (<usize>s << 2), 4);
    if (begin === end) memory.fill(target, 0, <usize>cols << 2);
    else if (op >= 2) memory.copy(target, at(x, op === 2 ? begin : end - 1, cols), <usize>cols << 2);
    else poolAll(op, x, begin, end, cols, target);
  }
}

function poolAll(op: u32, x: usize, begin: u32, end: u32, cols: u32, target: usize): void {
  memory.copy(target, at(x, begin, cols), <usize>cols << 2);
  for (let i = begin + 1; i < end; i++) {
    const row = at(x, i, cols);
    for (let p: usize = 0; p < <usize>cols << 2; p += 4) {
      const value = load<f32>(row + p);
      const before = load<f32>(target + p);
      store<f32>(target + p, op === 0 ? before + value : max(before, value));
    }
  }
  if (op !== 0) return;
  const factor: f32 = 1 / <f32>(end - begin);
  for (let p: usize = 0; p < <usize>cols << 2; p += 4) store<f32>(target + p, load<f32>(target + p) * factor);
}

/** Gradient of `pool`. A largest element takes the gradient once: at the first row that has it. */
export function poolGrad(
  op: u32, x: usize, starts: usize, dy: usize, cols: u32, dx: usize, from: u32, to: u32,
): void {
  for (let s = from; s < to; s++) {
    const begin = load<u32>(starts + (<usize>s << 2));
    const end = load<u32>(starts + (<usize>s << 2), 4);
    if (begin === end) continue;
    const slope = at(dy, s, cols);
    memory.fill(at(dx, begin, cols), 0, (<usize>(end - begin) * cols) << 2);
    if (op === 0) {
      const factor: f32 = 1 / <f32>(end - begin);
      for (let i = begin; i < end; i++) {
        const row = at(dx, i, cols);
        for (let p: usize = 0; p < <usize>cols << 2; p += 4) store<f32>(row + p, load<f32>(slope + p) * factor);
      }
    } else if (op === 1) largestGrad(x, begin, end, slope, cols, dx);
    else memory.copy(at(dx, op === 2 ? begin : end - 1, cols), slope, <usize>cols << 2);
  }
}

function largestGrad(x: usize, begin: u32, end: u32, slope: usize, cols: u32, dx: usize): void {
  for (let j: u32 = 0; j < cols; j++) {
    let best = begin;
    for (let i = begin + 1; i < end; i++) {
      if (load<f32>(at(x, i, cols) + (<usize>j << 2)) > load<f32>(at(x, best, cols) + (<usize>j << 2))) best = i;
    }
    store<f32>(at(dx, best, cols) + (<usize>j << 2), load<f32>(slope + (<usize>j << 2)));
  }
}
