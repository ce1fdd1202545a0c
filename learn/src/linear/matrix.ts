// Dense matrix products on row-major float64 arrays: what in-batch losses and the subspace iteration need. Tiled 4 × 4
// in registers; every element is summed in ascending inner index, so results do not depend on the tiling.

/** out (m, n) = a (m, k) · bᵀ, with b (n, k). */
export function multiplyTransposed(
  a: Float64Array,
  b: Float64Array,
  out: Float64Array,
  m: number,
  n: number,
  k: number,
): void {
  for (let i = 0; i < m; i += 4) {
    for (let j = 0; j < n; j += 4) {
      if (i + 4 <= m && j + 4 <= n) tileTransposed(a, b, out, i, j, n, k);
      else edgeTransposed(a, b, out, i, Math.min(i + 4, m), j, Math.min(j + 4, n), n, k);
    }
  }
}

function tileTransposed(
  a: Float64Array,
  b: Float64Array,
  out: Float64Array,
  i: number,
  j: number,
  n: number,
  k: number,
): void {
  const a0 = i * k;
  const a1 = a0 + k;
  const a2 = a1 + k;
  const a3 = a2 + k;
  for (let jj = j; jj < j + 4; jj += 2) {
    const b0 = jj * k;
    const b1 = b0 + k;
    let s00 = 0;
    let s01 = 0;
    let s10 = 0;
    let s11 = 0;
    let s20 = 0;
    let s21 = 0;
    let s30 = 0;
    let s31 = 0;
    for (let x = 0; x < k; x++) {
      const p = b[b0 + x]!;
      const q = b[b1 + x]!;
      const u = a[a0 + x]!;
      const v = a[a1 + x]!;
      const w = a[a2 + x]!;
      const z = a[a3 + x]!;
      s00 += u * p;
      s01 += u * q;
      s10 += v * p;
      s11 += v * q;
      s20 += w * p;
      s21 += w * q;
      s30 += z * p;
      s31 += z * q;
    }
    const o = i * n + jj;
    out[o] = s00;
    out[o + 1] = s01;
    out[o + n] = s10;
    out[o + n + 1] = s11;
    out[o + 2 * n] = s20;
    out[o + 2 * n + 1] = s21;
    out[o + 3 * n] = s30;
    out[o + 3 * n + 1] = s31;
  }
}

function edgeTransposed(
  a: Float64Array,
  b: Float64Array,
  out: Float64Array,
  i0: number,
  i1: number,
  j0: number,
  j1: number,
  n: number,
  k: number,
): void {
  for (let i = i0; i < i1; i++) {
    for (let j = j0; j < j1; j++) {
      let s = 0;
      for (let x = 0; x < k; x++) s += a[i * k + x]! * b[j * k + x]!;
      out[i * n + j] = s;
    }
  }
}

/** out (m, n) = a (m, k) · b (k, n). */
export function multiply(a: Float64Array, b: Float64Array, out: Float64Array, m: number, n: number, k: number): void {
  const bT = transpose(b, k, n);
  multiplyTransposed(a, bT, out, m, n, k);
}

/** (rows, columns) → (columns, rows). */
export function transpose(a: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = a[i * columns + j]!;
  return out;
}
