import { Rng } from '@quire/engine/internals';
import { describe, expect, it } from 'vitest';
import { infoNce } from './info-nce.ts';

const QUERIES = Float64Array.of(1, 0, 0.6, 0.8, -0.28, 0.96); // (3, 2)
const DOCUMENTS = Float64Array.of(0.8, 0.6, 0, 1, -1, 0); // (3, 2)

describe('InfoNCE', () => {
  // Computed in float64 by an independent program that sums exponentials directly.
  it.each([
    { temperature: 0.05, symmetric: false, loss: 5.613319973974709 },
    { temperature: 0.05, symmetric: true, loss: 3.886645274343717 },
  ])('has the golden loss at $temperature, symmetric $symmetric', ({ temperature, symmetric, loss }) => {
    expect(infoNce(QUERIES, DOCUMENTS, 3, { temperature, symmetric }).loss).toBeCloseTo(loss, 12);
  });

  it('is ln(1 + 1/e) for two orthogonal pairs at temperature 1', () => {
    const identity = Float64Array.of(1, 0, 0, 1);
    expect(infoNce(identity, identity, 2, { temperature: 1 }).loss).toBeCloseTo(0.3132616875182228, 12);
  });

  it.each([
    { name: 'random vectors', scale: 1, temperature: 0.1 },
    { name: 'ties (all documents equal)', scale: 0, temperature: 0.5 },
    { name: 'saturated logits', scale: 3, temperature: 0.02 },
  ])('has gradients that central differences confirm: $name', ({ scale, temperature }) => {
    for (const symmetric of [true, false]) {
      const rng = new Rng(7);
      const draw = (n: number, by: number) => Float64Array.from({ length: n }, () => 0.5 + by * (rng.float() - 0.5));
      const queries = draw(15, 1);
      const documents = draw(15, scale);
      const options = { temperature, symmetric };
      const { queries: byQuery, documents: byDocument } = infoNce(queries, documents, 5, options);
      for (const [matrix, gradient] of [
        [queries, byQuery],
        [documents, byDocument],
      ] as const) {
        for (let i = 0; i < matrix.length; i++) {
          const numeric = centralDifference(matrix, i, () => infoNce(queries, documents, 5, options).loss);
          expect(Math.abs(gradient[i]! - numeric)).toBeLessThan(1e-6 * Math.max(1, Math.abs(numeric)));
        }
      }
    }
  });

  it('is finite for logits of ±10,000', () => {
    const queries = Float64Array.of(100, 0, -100, 0);
    const documents = Float64Array.of(-100, 0, 100, 0);
    const result = infoNce(queries, documents, 2, { temperature: 1 });
    expect(result.loss).toBeCloseTo(20_000, 6);
    expect([...result.queries, ...result.documents].every(Number.isFinite)).toBe(true);
  });

  it.each([
    { batch: 3, temperature: 0, message: 'The temperature is 0' },
    { batch: 4, temperature: 1, message: '6 query and 6 document numbers do not make 4' },
    { batch: 0, temperature: 1, message: 'do not make 0' },
  ])('refuses batch $batch at temperature $temperature', ({ batch, temperature, message }) => {
    expect(() => infoNce(QUERIES, DOCUMENTS, batch, { temperature })).toThrow(message);
  });
});

function centralDifference(values: Float64Array, i: number, loss: () => number): number {
  const h = 1e-6;
  const value = values[i]!;
  values[i] = value + h;
  const above = loss();
  values[i] = value - h;
  const below = loss();
  values[i] = value;
  return (above - below) / (2 * h);
}
