// Attention within sequences of a batch without padding: sequence s has the rows starts[s] … starts[s + 1] − 1 of Q, K and V
// (row-major, `ld` elements a row, head h at column h·dim), and for each head a square of weights of its length. The squares lie one behind
// another, head after head within a sequence: sequence s begins at element cells[s]. A unit of work is one head of one sequence, number
// s·heads + h; threads share the units. `scratch` belongs to the thread: first gemmScratchBytes(), then packedBytes(longest, max(longest, dim)) for a packed operand.
//
// Position i sees j where |i − j| ≤ window (0 = no limit) and, if `causal`, j ≤ i. What is not seen has weight 0.

import { gemm, gemmScratchBytes, packB } from './gemm';
import { softmaxGradRow, softmaxRow } from './network-rows';

// @ts-ignore: decorator
@inline
function low(i: u32, window: u32): u32 {
  return window === 0 || i < window ? 0 : i - window;
}

// @ts-ignore: decorator
@inline
function high(i: u32, length: u32, window: u32, causal: u32): u32 {
  if (causal !== 0) return i + 1;
  return window === 0 ? length : min<u32>(length, i + window + 1);
}

// @ts-ignore: decorator
@inline
function panels(n: u32): u32 {
  return (n + 7) >>> 3;
}

/** weights = softmax over the seen positions of scale·Q·Kᵀ */
export function attentionWeights(
  q: usize, k: usize, ld: u32, starts: usize, cells: usize, heads: u32, dim: u32, scale: f32, window: u32, causal: u32,
  weights: usize, scratch: usize, from: u32, to: u32,
): void {
  for (let unit = from; unit < to; unit++) {
    const s = unit / heads;
    const h = unit % heads;
    const begin = load<u32>(starts + (<usize>s << 2));
    const length = load<u32>(starts + (<usize>s << 2), 4) - begin;
    const column = (<usize>begin * ld + h * dim) << 2;
    const square = weights + ((<usize>load<u32>(cells + (<usize>s << 2)) + <usize>h * length * length) << 2);
    packB(k + column, 1, ld, length, dim, 0, panels(length), scratch + gemmScratchBytes());
    gemm(q + column, ld, 1, scratch + gemmScratchBytes(), square, length, length, dim, 0, length, 0, scratch);
    for (let i: u32 = 0; i < length; i++) {
      const row = square + (<usize>i * length << 2);
      const first = low(i, window);
      const end = high(i, length, window, causal);
      for (let p = <usize>first << 2; p < <usize>end << 2; p += 4) store<f32>(row + p, load<f32>(row + p) * scale);
      memory.fill(row, 0, <usize>first << 2);
      memory.fill(row + (<usize>end << 2), 0, <usize>(length - end) << 2);
      softmaxRow(0, row + (<usize>first << 2), end - first, row + (<usize>first << 2));
    }
  }
}

/** out = weights·V */
export function attentionMix(
  weights: usize, v: usize, ldv: u32, starts: usize, cells: usize, heads: u32, dim: u32,
  out: usize, ldo: u32, scratch: usize, from: u32, to: u32,
): void {
  for (let unit = from; unit < to; unit++) {
    const s = unit / heads;
    const h = unit % heads;
    const begin = load<u32>(starts + (<usize>s << 2));
    const length = load<u32>(starts + (<usize>s << 2), 4) - begin;
    const square = weights + ((<usize>load<u32>(cells + (<usize>s << 2)) + <usize>h * length * length) << 2);
    packB(v + ((<usize>begin * ldv + h * dim) << 2), ldv, 1, dim, length, 0, panels(dim), scratch + gemmScratchBytes());
    gemm(square, length, 1, scratch + gemmScratchBytes(), out + ((<usize>begin * ldo + h * dim) << 2), ldo, dim, length, 0, length, 0, scratch);
  }
}

/** dV = weightsᵀ·dOut */
export function attentionMixGradV(
  weights: usize, dout: usize, ldo: u32, starts: usize, cells: usize, heads: u32, dim: u32,
  dv: usize, ldv: u32, scratch: usize, from: u32, to: u32,
): void {
  for (let unit = from; unit < to; unit++) {
    const s = unit / heads;
    const h = unit % heads;
    const begin = load<u32>(starts + (<usize>s << 2));
    const length = load<u32>(starts + (<usize>s << 2), 4) - begin;
    const square = weights + ((<usize>load<u32>(cells + (<usize>s << 2)) + <usize>h * length * length) << 2);
    packB(dout + ((<usize>begin * ldo + h * dim) << 2), ldo, 1, dim, length, 0, panels(dim), scratch + gemmScratchBytes());
    gemm(square, 1, length, scratch + gemmScratchBytes(), dv + ((<usize>begin * ldv + h * dim) << 2), ldv, dim, length, 0, length, 0, scratch);
  }
}

/** dWeights = dOut·Vᵀ */
export function attentionMixGradWeights(
  dout: usize, ldo: u32, v: usize, ldv: u32, starts: usize, cells: usize, heads: u32, dim: u32,
  dweights: usize, scratch: usize, from: u32, to: u32,
): void {
  for (let unit = from; unit < to; unit++) {
    const s = unit / heads;
    const h = unit % heads;
    const begin = load<u32>(starts + (<usize>s << 2));
    const length = load<u32>(starts + (<usize>s << 2), 4) - begin;
    const square = dweights + ((<usize>load<u32>(cells + (<usize>s << 2)) + <usize>h * length * length) << 2);
    packB(v + ((<usize>begin * ldv + h * dim) << 2), 1, ldv, length, dim, 0, panels(length), scratch + gemmScratchBytes());
    gemm(dout + ((<usize>begin * ldo + h * dim) << 2), ldo, 1, scratch + gemmScratchBytes(), square, length, length, dim, 0, length, 0, scratch);
  }
}

/** Gradient of scale·Q·Kᵀ: weights·(dWeights − Σ dWeights·weights)·scale. */
export function attentionSoftmaxGrad(
  weights: usize, dweights: usize, starts: usize, cells: usize, heads: u32, scale: f32, out: usize, from: u32, to: u32,
): void {
  for (let unit = from; unit < to; unit++) {
    const s = unit / heads;
    const h = unit % heads;
    const length = load<u32>(starts + (<usize>s << 2), 4) - load<u32>(starts + (<usize>s << 2));
    const square = (<usize>load<u32>(cells + (<usize>s << 2)) + <usize>h * length * length) << 2;
    for (let i: u32 = 0; i < length; i++) {
      const row = square + (<usize>i * length << 2);
      softmaxGradRow(0, weights + row, dweights + row, length, out + row);
      for (let p: usize = 0; p < <usize>length << 2; p += 4) store<f32>(out + row + p, load<f32>(out + row + p) * scale);
    }
  }
}

/** dQ = dScores·K; with `transposed` 1: dK = dScoresᵀ·Q. */
export function attentionScoresGrad(
  dscores: usize, other: usize, ld: u32, starts: usize, cells: usize, heads: u32, dim: u32, transposed: u32,
  out: usize, ldo: u32, scratch: usize, from: u32, to: u32,
): void {
  for (let unit = from; unit < to; unit++) {
    const s = unit / heads;
    const h = unit % heads;
    const begin = load<u32>(starts + (<usize>s << 2));
    const length = load<u32>(starts + (<usize>s << 2), 4) - begin;
    const square = dscores + ((<usize>load<u32>(cells + (<usize>s << 2)) + <usize>h * length * length) << 2);
    packB(other + ((<usize>begin * ld + h * dim) << 2), ld, 1, dim, length, 0, panels(dim), scratch + gemmScratchBytes());
    const ai = transposed === 0 ? length : 1;
    const ak = transposed === 0 ? 1 : length;
    gemm(square, ai, ak, scratch + gemmScratchBytes(), out + ((<usize>begin * ldo + h * dim) << 2), ldo, dim, length, 0, length, 0, scratch);
  }
}

/**
 * Rotary positions (Su et al., 2021), halves form: element j of a head (j < dim/2) and its partner j + dim/2 are turned by the angle whose cosine and
 * sine stand at row `position` of `table` (cosines, then sines; dim/2 each). Position = row within the sequence. `sign` −1 turns back.
 */
export function rotate(
  x: usize, cols: u32, positions: usize, table: usize, dim: u32, sign: f32, y: usize, from: u32, to: u32,
): void {
  const half = dim >>> 1;
  for (let i = from; i < to; i++) {
    const angles = table + (<usize>load<u32>(positions + (<usize>i << 2)) * dim << 2);
    const row = <usize>i * cols << 2;
    for (let h: u32 = 0; h < cols; h += dim) {
      for (let j: u32 = 0; j < half; j++) {
        const a = row + (<usize>(h + j) << 2);
        const b = a + (<usize>half << 2);
        const cos = load<f32>(angles + (<usize>j << 2));
        const sin = load<f32>(angles + (<usize>(half + j) << 2)) * sign;
        const u = load<f32>(x + a);
        const v = load<f32>(x + b);
        store<f32>(y + a, u * cos - v * sin);
        store<f32>(y + b, v * cos + u * sin);
      }
    }
  }
}
