import { ln, Rng } from '@quire/engine/internals';
import { describe, expect, it } from 'vitest';
import { symmetricEigen } from '../linear/eigen.ts';
import { type Ragged, RaggedBuilder } from '../linear/ragged.ts';
import { idfWeights, lsaTable } from './lsa.ts';

/** 80 texts over 30 tokens from 4 topics. */
function texts(): Ragged {
  const rng = new Rng(9);
  const builder = new RaggedBuilder();
  for (let i = 0; i < 80; i++) builder.push(Array.from({ length: 12 }, () => 7 * (i % 4) + rng.below(9)));
  return builder.build();
}

describe('the starting table', () => {
  it('spans the leading singular directions, as the exact eigenvectors of AᵀA do', () => {
    const weights = idfWeights(texts(), 30);
    const dim = 3;
    const table = lsaTable(texts(), weights, { dim, seed: 1, oversampling: 10, iterations: 6 });
    const gram = exactGram(texts(), weights);
    const { values } = symmetricEigen(gram, 30);
    for (let j = 0; j < dim; j++) {
      // Rayleigh quotient of column j.
      let top = 0;
      let bottom = 0;
      for (let s = 0; s < 30; s++) {
        bottom += table[s * dim + j]! ** 2;
        for (let t = 0; t < 30; t++) top += table[s * dim + j]! * gram[s * 30 + t]! * table[t * dim + j]!;
      }
      expect(bottom).toBeCloseTo(1, 5);
      expect(top / bottom / values[j]!).toBeCloseTo(1, 4);
    }
  });

  it('is scaled by the singular values to the given power', () => {
    const weights = idfWeights(texts(), 30);
    const options = { dim: 3, seed: 1, oversampling: 10, iterations: 4 };
    const [none, half, full] = ([0, 0.5, 1] as const).map((power) => lsaTable(texts(), weights, { ...options, power }));
    for (let i = 0; i < none!.length; i++) {
      expect(half![i]! ** 2).toBeCloseTo(none![i]! * full![i]!, 6);
    }
    expect(lsaTable(texts(), weights, options)).toEqual(none);
  });

  it('gives rare tokens a higher weight', () => {
    const builder = new RaggedBuilder();
    for (const row of [[0, 1, 1], [0], [0, 2]]) builder.push(row);
    const weights = idfWeights(builder.build(), 4);
    expect(weights[0]).toBeCloseTo(ln(4 / 3.5), 6);
    expect(weights[1]).toBeCloseTo(ln(4 / 1.5), 6);
    expect(weights[3]).toBeCloseTo(ln(8), 6);
  });

  it('refuses more dimensions than texts', () => {
    expect(() => lsaTable(texts(), idfWeights(texts(), 30), { dim: 70, seed: 1 })).toThrow('70 + 16 dimensions of 80');
  });
});

/** AᵀA of the unit-length weighted bags, computed from the definition. */
function exactGram(ragged: Ragged, weights: Float32Array): Float64Array {
  const gram = new Float64Array(900);
  for (let i = 0; i < 80; i++) {
    const row = new Float64Array(30);
    for (let p = ragged.offsets[i]!; p < ragged.offsets[i + 1]!; p++) row[ragged.ids[p]!]! += 1;
    for (let t = 0; t < 30; t++) row[t] = Math.sqrt(row[t]!) * weights[t]!;
    const length = Math.hypot(...row);
    for (let s = 0; s < 30; s++) for (let t = 0; t < 30; t++) gram[s * 30 + t]! += (row[s]! * row[t]!) / length ** 2;
  }
  return gram;
}
