// Eigenvectors of a small symmetric matrix by cyclic Jacobi rotations: simple, accurate and the same bits everywhere.
// For the (dim + oversampling)² matrices of the randomised SVD; not for large ones (each sweep is cubic).

export interface Eigen {
  /** Descending. */
  readonly values: Float64Array; // (n)
  /** Column j belongs to values[j]; row-major (n, n). */
  readonly vectors: Float64Array; // (n, n)
}

const MAX_SWEEPS = 30;

/** `matrix` (n, n) must be symmetric; it is not changed. */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  const a = matrix.slice();
  // Rows of `v` are the eigenvectors while rotating: a rotation then works on contiguous memory.
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  for (let sweep = 0; sweep < MAX_SWEEPS && !isDiagonal(a, n); sweep++) {
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q);
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((x, y) => a[y * n + y]! - a[x * n + x]! || x - y);
  const values = new Float64Array(n);
  const vectors = new Float64Array(n * n);
  order.forEach((from, j) => {
    values[j] = a[from * n + from]!;
    // The sign of an eigenvector is free: its largest component is made positive.
    let peak = 0;
    for (let i = 1; i < n; i++) if (Math.abs(v[from * n + i]!) > Math.abs(v[from * n + peak]!)) peak = i;
    const sign = v[from * n + peak]! < 0 ? -1 : 1;
    for (let i = 0; i < n; i++) vectors[i * n + j] = sign * v[from * n + i]!;
  });
  return { values, vectors };
}

function isDiagonal(a: Float64Array, n: number): boolean {
  let off = 0;
  let diagonal = 0;
  for (let i = 0; i < n; i++) {
    diagonal += a[i * n + i]! ** 2;
    for (let j = i + 1; j < n; j++) off += 2 * a[i * n + j]! ** 2;
  }
  return off <= 1e-24 * diagonal;
}

/** Makes a[p, q] zero. */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q]!;
  if (apq === 0) return;
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const x = a[k * n + p]!;
    const y = a[k * n + q]!;
    a[k * n + p] = c * x - s * y;
    a[k * n + q] = s * x + c * y;
  }
  for (let k = 0; k < n; k++) {
    const x = a[p * n + k]!;
    const y = a[q * n + k]!;
    a[p * n + k] = c * x - s * y;
    a[q * n + k] = s * x + c * y;
  }
  for (let k = 0; k < n; k++) {
    const x = v[p * n + k]!;
    const y = v[q * n + k]!;
    v[p * n + k] = c * x - s * y;
    v[q * n + k] = s * x + c * y;
  }
}
