import { describe, expect, it } from 'vitest';
import { AdamRows } from './adam-rows.ts';

describe('lazy Adam', () => {
  it('follows the textbook recurrence', () => {
    const table = Float32Array.of(0, 0, 1, -1);
    const adam = new AdamRows(2, 2);
    const gradients = [Float64Array.of(0.5, -2), Float64Array.of(0.25, 1), Float64Array.of(-0.5, 0)];
    const expected = [1, -1];
    const [m, v] = [
      [0, 0],
      [0, 0],
    ];
    gradients.forEach((gradient, i) => {
      adam.update(table, 1, gradient, 0, { learningRate: 0.1 });
      for (const d of [0, 1]) {
        m[d] = 0.9 * m[d]! + 0.1 * gradient[d]!;
        v[d] = 0.999 * v[d]! + 0.001 * gradient[d]! ** 2;
        expected[d]! -= (0.1 * (m[d]! / (1 - 0.9 ** (i + 1)))) / (Math.sqrt(v[d]! / (1 - 0.999 ** (i + 1))) + 1e-8);
      }
    });
    expect(table[2]).toBeCloseTo(expected[0]!, 5);
    expect(table[3]).toBeCloseTo(expected[1]!, 5);
    expect([...table.subarray(0, 2)]).toEqual([0, 0]);
    expect([...adam.state.updates]).toEqual([0, 3]);
  });

  it('first moves every component by the learning rate, against its sign', () => {
    const table = new Float32Array(2);
    new AdamRows(1, 2).update(table, 0, Float64Array.of(1e-3, -50), 0, { learningRate: 0.01 });
    expect(table[0]).toBeCloseTo(-0.01, 5);
    expect(table[1]).toBeCloseTo(0.01, 5);
  });
});
