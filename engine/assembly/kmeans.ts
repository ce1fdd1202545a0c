// The inner loop of k-means: the nearest centroid of every row. Nearest by Euclidean distance is largest by
// x·c − |c|²/2. Four rows against two centroids at a time, so that each load feeds several products.
// Order of summation (bit-equal to the twin in engine/src/kernels/reference.ts): four partial sums over groups of 4
// dimensions, folded as (l0 + l1) + (l2 + l3), then the bias is added. Rows and centroids are padded with zeros to a
// multiple of 4; ties go to the lower centroid.

// @ts-ignore: decorator
@inline
function fold(sum: v128): f32 {
  return (
    f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3))
  );
}

// @ts-ignore: decorator
@inline
function offer(score: f32, c: u32, scores: usize, out: usize): void {
  if (score > load<f32>(scores)) {
    store<f32>(scores, score);
    store<u32>(out, c);
  }
}

/**
 * For each of `n` rows of `dim` f32 (dim % 4 = 0) the index of the nearest of `k` centroids, into out[i] (u32), and its
 * x·c + bias[c], into scores[i] (f32). bias[c] = −|c|²/2.
 */
export function nearestCentroids(
  rows: usize, n: u32, dim: u32, centroids: usize, bias: usize, k: u32, out: usize, scores: usize,
): void {
  const stride = <usize>dim << 2;
  for (let i: u32 = 0; i < n; i++) {
    store<u32>(out + (<usize>i << 2), 0);
    store<f32>(scores + (<usize>i << 2), -Infinity);
  }
  // Centroids in blocks that stay in the second-level cache while all rows of the call pass.
  const block = max<u32>(2, (262144 / (dim << 2)) & ~1);
  for (let from: u32 = 0; from < k; from += block) {
    const to = min<u32>(k, from + block);
    let i: u32 = 0;
    for (; i + 4 <= n; i += 4) {
      const at = rows + <usize>i * stride;
      let c = from;
      for (; c + 2 <= to; c += 2) tile(at, stride, centroids + <usize>c * stride, bias, c, out + (<usize>i << 2), scores + (<usize>i << 2));
      for (; c < to; c++) {
        for (let r: u32 = 0; r < 4; r++) single(at + <usize>r * stride, dim, centroids, bias, c, out + (<usize>(i + r) << 2), scores + (<usize>(i + r) << 2));
      }
    }
    for (; i < n; i++) {
      for (let c = from; c < to; c++) single(rows + <usize>i * stride, dim, centroids, bias, c, out + (<usize>i << 2), scores + (<usize>i << 2));
    }
  }
}

function single(row: usize, dim: u32, centroids: usize, bias: usize, c: u32, out: usize, scores: usize): void {
  const at = centroids + <usize>c * (<usize>dim << 2);
  let sum = f32x4.splat(0);
  for (let d: usize = 0; d < <usize>dim << 2; d += 16) {
    sum = f32x4.add(sum, f32x4.mul(v128.load(row + d), v128.load(at + d)));
  }
  offer(fold(sum) + load<f32>(bias + (<usize>c << 2)), c, scores, out);
}

// @ts-ignore: decorator
@inline
function tile(row: usize, stride: usize, at: usize, bias: usize, c: u32, out: usize, scores: usize): void {
  const row1 = row + stride;
  const row2 = row1 + stride;
  const row3 = row2 + stride;
  const next = at + stride;
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  for (let d: usize = 0; d < stride; d += 16) {
    const x = v128.load(at + d);
    const y = v128.load(next + d);
    const r0 = v128.load(row + d);
    a0 = f32x4.add(a0, f32x4.mul(r0, x));
    b0 = f32x4.add(b0, f32x4.mul(r0, y));
    const r1 = v128.load(row1 + d);
    a1 = f32x4.add(a1, f32x4.mul(r1, x));
    b1 = f32x4.add(b1, f32x4.mul(r1, y));
    const r2 = v128.load(row2 + d);
    a2 = f32x4.add(a2, f32x4.mul(r2, x));
    b2 = f32x4.add(b2, f32x4.mul(r2, y));
    const r3 = v128.load(row3 + d);
    a3 = f32x4.add(a3, f32x4.mul(r3, x));
    b3 = f32x4.add(b3, f32x4.mul(r3, y));
  }
  const biasA = load<f32>(bias + (<usize>c << 2));
  const biasB = load<f32>(bias + (<usize>c << 2), 4);
  offer(fold(a0) + biasA, c, scores, out);
  offer(fold(b0) + biasB, c + 1, scores, out);
  offer(fold(a1) + biasA, c, scores + 4, out + 4);
  offer(fold(b1) + biasB, c + 1, scores + 4, out + 4);
  offer(fold(a2) + biasA, c, scores + 8, out + 8);
  offer(fold(b2) + biasB, c + 1, scores + 8, out + 8);
  offer(fold(a3) + biasA, c, scores + 12, out + 12);
  offer(fold(b3) + biasB, c + 1, scores + 12, out + 12);
}
