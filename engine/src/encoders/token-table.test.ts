import { describe, expect, it } from 'vitest';
import { Rng } from '../core/rng.ts';
import type { Tensor, Tensors } from './safetensors.ts';
import { quantiseRows, tokenTable } from './token-table.ts';

const f32 = (shape: readonly number[], ...values: number[]): Tensor => ({
  dtype: 'F32',
  shape,
  values: Float32Array.from(values),
});
const WEIGHTS = f32([3], 1, 2, 0);
const ROWS = f32([3, 2], 1, 2, 3, 4, 5, 6);
const tensors = (more: Record<string, Tensor> = {}): Tensors =>
  new Map<string, Tensor>([['weights', WEIGHTS], ['table', ROWS], ...Object.entries(more)]);

describe('a token table', () => {
  it('sums value × weight × row', () => {
    const table = tokenTable(tensors());
    expect([...table.sum(Uint32Array.of(1, 0, 2), Float64Array.of(1, 10, 7), 3)]).toEqual([6 + 10, 8 + 20]);
    expect([...table.sum(Uint32Array.of(1, 0), Float64Array.of(1, 10), 0)]).toEqual([0, 0]);
    expect(table).toMatchObject({ vocabulary: 3, dim: 2, outputDim: 2, quantised: false });
  });

  it('projects the sum', () => {
    const table = tokenTable(tensors({ projection: f32([3, 2], 1, 0, 0, 1, 1, 1) }));
    expect([...table.sum(Uint32Array.of(0), Float64Array.of(2), 1)]).toEqual([2, 4, 6]);
    expect(table.outputDim).toBe(3);
  });

  it('as int8 differs from float32 by at most half a step a component', () => {
    const rng = new Rng(4);
    const [vocabulary, dim] = [50, 16];
    const values = Float32Array.from({ length: vocabulary * dim }, (_, i) => (rng.float() - 0.5) * (1 + (i >> 4)));
    values.fill(0, 3 * dim, 4 * dim);
    const weights = f32([vocabulary], ...Array.from({ length: vocabulary }, () => rng.float()));
    const { table, scales } = quantiseRows(values, dim);
    const exact = tokenTable(
      new Map([
        ['weights', weights],
        ['table', { dtype: 'F32', shape: [vocabulary, dim], values }],
      ]),
    );
    const quantised = tokenTable(
      new Map([
        ['weights', weights],
        ['table', table],
        ['scales', scales],
      ]),
    );
    expect(quantised.quantised).toBe(true);
    for (let t = 0; t < vocabulary; t++) {
      const a = exact.sum(Uint32Array.of(t), Float64Array.of(1), 1);
      const b = quantised.sum(Uint32Array.of(t), Float64Array.of(1), 1);
      const step = (scales.values[t]! * weights.values[t]!) / 2;
      for (let d = 0; d < dim; d++) expect(Math.abs(a[d]! - b[d]!)).toBeLessThanOrEqual(step * 1.0001);
    }
  });

  it.each([
    { name: 'no weights', given: new Map([['table', ROWS]]), message: 'weights should be F32 [3]' },
    { name: 'weights of another vocabulary', given: tensors({ weights: f32([2], 1, 1) }), message: 'found F32 [2]' },
    {
      name: 'an int8 table without scales',
      given: tensors({ table: quantiseRows(new Float32Array(6), 2).table }),
      message: 'scales',
    },
    {
      name: 'a projection of another width',
      given: tensors({ projection: f32([1, 3], 1, 1, 1) }),
      message: 'projection',
    },
    {
      name: 'a NaN',
      given: tensors({ weights: f32([3], 1, Number.NaN, 1) }),
      message: 'Number 1 of a weight tensor is NaN',
    },
    {
      name: 'no rows',
      given: new Map([
        ['weights', f32([0])],
        ['table', f32([0, 2])],
      ]),
      message: 'is empty',
    },
  ])('refuses $name', ({ given, message }) => {
    expect(() => tokenTable(given)).toThrow(message);
  });
});
