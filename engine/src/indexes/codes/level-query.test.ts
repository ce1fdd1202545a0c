// Scores of sign codes against the plain dot product with the decoded vector, and the codec that decodes.

import { type DenseRep, plainFingerprint } from '@quire/engine/core';
import { Rng } from '@quire/engine/internals';
import { describe, expect, it } from 'vitest';
import { MemorySections } from '../../../test/support/inverted.ts';
import { levelQuery } from './level-query.ts';
import { decode, type SignCodec, signCodec } from './sign-codec.ts';
import { signCode, wordsOf } from './signs.ts';

const SEED = 21;
const repOf = (vec: Float32Array): DenseRep => ({
  kind: 'dense',
  space: 'test',
  fingerprint: plainFingerprint('test', 'document'),
  vec,
});
const bell = (rng: Rng) => rng.float() + rng.float() + rng.float() - 1.5;
const vectors = (rng: Rng, n: number, dim: number, shift = 0) =>
  Array.from({ length: n }, () => Float32Array.from({ length: dim }, (_, j) => shift * (j % 3) + bell(rng)));

function codeOf(vec: Float32Array, { mean }: SignCodec): Uint32Array {
  const code = new Uint32Array(2 * wordsOf(vec.length));
  signCode(vec, mean, code);
  return code;
}

describe('the score of a sign code', () => {
  it.each([3, 70, 256, 5000])(
    `is the dot product with the decoded vector, up to the rounding of the weights: %i dimensions (seed ${SEED})`,
    async (dim) => {
      const rng = new Rng(SEED);
      const all = vectors(rng, 40, dim, 0.3);
      const codec = await signCodec(dim).train(all.map(repOf));
      for (const query of vectors(rng, 5, dim)) {
        const levels = levelQuery(query, codec);
        const step = levels.score(0) - levels.score(1);
        for (const vec of all) {
          const code = codeOf(vec, codec);
          const decoded = decode(codec, code);
          const dot = query.reduce((sum, q, j) => sum + q * decoded[j]!, 0);
          // Each of the weights is off by at most half a unit, and a unit is worth half a step on each side.
          expect(Math.abs(levels.score(levels.distance(code)) - dot)).toBeLessThanOrEqual((dim / 4 + 1) * step);
        }
      }
    },
  );

  it('falls strictly with the distance, even where the mean is far larger than the deviations', () => {
    for (const size of [0, 1, 1e8, 5e16]) {
      const mean = new Float32Array(8).fill(size);
      const codec = { mean, low: mean, high: mean.map((m, j) => (j === 3 ? m + 1e-6 : m)) };
      const levels = levelQuery(new Float32Array(8).fill(1), codec);
      for (let distance = 0; distance < 65_535; distance += 7) {
        expect(levels.score(distance + 1)).toBeLessThan(levels.score(distance));
      }
    }
  });

  it('is at least the floor only at distances below its limit', () => {
    const rng = new Rng(SEED);
    for (let round = 0; round < 50; round++) {
      const [query, low] = vectors(rng, 2, 20) as [Float32Array, Float32Array];
      const codec = { mean: low, low, high: low.map((x) => x + rng.float()) };
      const levels = levelQuery(query, codec);
      for (const at of [0, 1, 17, 255, 65_535]) {
        expect(levels.limit(levels.score(at))).toBeGreaterThan(at);
        expect(levels.limit(levels.score(at))).toBeLessThanOrEqual(at + 3);
      }
      expect(levels.limit(Number.NEGATIVE_INFINITY)).toBe(2 ** 32);
      expect(levels.limit(Number.POSITIVE_INFINITY)).toBe(0);
    }
  });
});

describe('the codec of sign codes', () => {
  it('has the mean, and the means of the components above it and of the others', async () => {
    const sample = [
      [0, 5, 7],
      [2, 5, 7],
      [10, 5, 7.5],
    ].map((values) => repOf(Float32Array.from(values)));
    const { mean, low, high } = await signCodec(3).train(sample);
    expect([...mean].map((x) => x.toFixed(3))).toEqual(['4.000', '5.000', '7.167']);
    expect([...low]).toEqual([1, 5, 7]);
    expect([...high]).toEqual([10, 5, 7.5]);
  });

  it(`decodes with a smaller squared error than the mean and the mean absolute deviation (seed ${SEED})`, async () => {
    const rng = new Rng(SEED);
    const skewed = vectors(rng, 500, 16).map((vec) => vec.map((x) => Math.exp(x)));
    const kind = signCodec(16);
    const codec = await kind.train(skewed.map(repOf));
    const deviation = codec.mean.map((m, j) => skewed.reduce((sum, vec) => sum + Math.abs(vec[j]! - m), 0) / 500);
    const low = codec.mean.map((m, j) => m - deviation[j]!);
    const symmetric = { ...codec, low, high: codec.mean.map((m, j) => m + deviation[j]!) };
    const errorOf = (other: SignCodec) => skewed.reduce((sum, vec) => sum + kind.error(other, repOf(vec)), 0);
    expect(errorOf(codec)).toBeLessThan(errorOf(symmetric));
  });

  it('encodes anything when it was trained on nothing', async () => {
    const codec = await signCodec(4).train([]);
    expect([...decode(codec, codeOf(Float32Array.of(3, -1, 0, 9), codec))]).toEqual([0.5, -0.5, -0.5, 0.5]);
  });

  it('is read back as it was written, and refused where its values contradict each other', async () => {
    const kind = signCodec(2);
    const codec = { mean: Float32Array.of(0, 1), low: Float32Array.of(-1, 1), high: Float32Array.of(0.5, 2) };
    const reread = async (written: SignCodec) => {
      const sections = new MemorySections();
      await kind.write(written, sections);
      return kind.open(sections);
    };
    expect(await reread(codec)).toEqual(codec);
    for (const bad of [
      { ...codec, mean: Float32Array.of(0, Number.NaN) },
      { ...codec, low: Float32Array.of(0.1, 1) },
      { ...codec, high: Float32Array.of(0, Number.POSITIVE_INFINITY) },
      { ...codec, high: Float32Array.of(0) },
    ]) {
      await expect(reread(bad)).rejects.toMatchObject({ code: 'CORRUPT' });
    }
  });
});
