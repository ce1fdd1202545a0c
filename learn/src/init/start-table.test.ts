import { describe, expect, it } from 'vitest';
import { startTable } from './start-table.ts';

const length = (row: Float32Array) => Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));

describe('the start table', () => {
  it('without noise is the LSA directions at unit length', () => {
    const table = startTable(Float32Array.of(3, 4, 0, 0, 0, -2), { dim: 2, seed: 1, noise: 0 });
    [0.6, 0.8, 0, 0, 0, -1].forEach((x, i) => {
      expect(table[i]).toBeCloseTo(x, 6);
    });
  });

  it('adds a random vector of the given length, a different one for each token', () => {
    const dim = 512;
    const table = startTable(new Float32Array(3 * dim), { dim, seed: 1, noise: 2 });
    const rows = [0, 1, 2].map((t) => table.subarray(t * dim, (t + 1) * dim));
    for (const row of rows) expect(length(row)).toBeCloseTo(2, 0);
    const dot = rows[0]!.reduce((sum, x, d) => sum + x * rows[1]![d]!, 0);
    expect(Math.abs(dot) / 4).toBeLessThan(0.15);
    expect(startTable(new Float32Array(3 * dim), { dim, seed: 1, noise: 2 })).toEqual(table);
  });
});
