import { Rng } from '@quire/engine/internals';
import { describe, expect, it } from 'vitest';
import { symmetricEigen } from './eigen.ts';
import { multiply, multiplyTransposed, transpose } from './matrix.ts';
import { orthonormaliseRows } from './orthonormal.ts';

const random = (n: number, seed: number) => {
  const rng = new Rng(seed);
  return Float64Array.from({ length: n }, () => rng.float() - 0.5);
};

/** The textbook product, to compare with. */
function naive(a: Float64Array, b: Float64Array, m: number, n: number, k: number): Float64Array {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let x = 0; x < k; x++) sum += a[i * k + x]! * b[x * n + j]!;
      out[i * n + j] = sum;
    }
  }
  return out;
}

describe('matrix products', () => {
  it.each([
    [1, 1, 1],
    [4, 4, 3],
    [5, 7, 9],
    [8, 3, 2],
    [12, 13, 16],
  ])('equal the textbook bit for bit at %i × %i × %i', (m, n, k) => {
    const a = random(m * k, 1);
    const b = random(k * n, 2);
    const out = new Float64Array(m * n);
    multiply(a, b, out, m, n, k);
    expect(out).toEqual(naive(a, b, m, n, k));
    multiplyTransposed(a, transpose(b, k, n), out, m, n, k);
    expect(out).toEqual(naive(a, b, m, n, k));
  });
});

describe('orthonormal rows', () => {
  it('are at unit length and at right angles', () => {
    const a = random(6 * 40, 3);
    orthonormaliseRows(a, 6, 40);
    for (let i = 0; i < 6; i++) {
      for (let j = 0; j <= i; j++) {
        let dot = 0;
        for (let x = 0; x < 40; x++) dot += a[i * 40 + x]! * a[j * 40 + x]!;
        expect(dot).toBeCloseTo(i === j ? 1 : 0, 12);
      }
    }
  });

  it('turn a row that depends on earlier ones into zeros', () => {
    const a = Float64Array.of(1, 2, 3, 2, 4, 6, 0, 0, 1);
    orthonormaliseRows(a, 3, 3);
    expect([...a.subarray(3, 6)]).toEqual([0, 0, 0]);
  });
});

describe('eigenvectors', () => {
  it('rebuild the matrix, largest first', () => {
    const n = 12;
    const b = random(n * n, 4);
    const matrix = new Float64Array(n * n);
    multiply(b, transpose(b, n, n), matrix, n, n, n);
    const { values, vectors } = symmetricEigen(matrix, n);
    for (let j = 1; j < n; j++) expect(values[j]!).toBeLessThanOrEqual(values[j - 1]!);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let x = 0; x < n; x++) sum += vectors[i * n + x]! * values[x]! * vectors[j * n + x]!;
        expect(sum).toBeCloseTo(matrix[i * n + j]!, 12);
      }
    }
  });

  it('of a matrix known by hand: [[2, 1], [1, 2]] has 3 and 1', () => {
    const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
    expect(values[0]).toBeCloseTo(3, 14);
    expect(values[1]).toBeCloseTo(1, 14);
    expect(Math.abs(vectors[0]!)).toBeCloseTo(Math.SQRT1_2, 14);
  });
});
