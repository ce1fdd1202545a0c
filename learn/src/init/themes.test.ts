import { Rng } from '@quire/engine/internals';
import { describe, expect, it } from 'vitest';
import { RaggedBuilder } from '../linear/ragged.ts';
import { idfWeights, lsaTable } from './lsa.ts';
import { themesOf } from './themes.ts';

describe('themes', () => {
  it('put texts of one topic into one group much more often than chance', () => {
    const rng = new Rng(2);
    const builder = new RaggedBuilder();
    for (let i = 0; i < 200; i++) builder.push(Array.from({ length: 12 }, () => 10 * (i % 5) + rng.below(10)));
    const texts = builder.build();
    const weights = idfWeights(texts, 50);
    const lsa = lsaTable(texts, weights, { dim: 8, seed: 1, oversampling: 8 });
    const groups = themesOf(texts, weights, lsa, 4);
    expect(groups).toHaveLength(200);
    expect(Math.max(...groups)).toBeLessThan(8);
    let same = 0;
    let different = 0;
    for (let i = 0; i < 200; i++) {
      for (let j = 0; j < i; j++) {
        if (groups[i] !== groups[j]) continue;
        if (i % 5 === j % 5) same++;
        else different++;
      }
    }
    // By chance a pair is of one topic in a fifth of the cases.
    expect(same / (same + different)).toBeGreaterThan(0.6);
    expect(themesOf(texts, weights, lsa, 4)).toEqual(groups);
  });

  it('accept a text without tokens, and a direction in which all texts are equal', () => {
    const builder = new RaggedBuilder();
    for (const row of [[], [0], [1]]) builder.push(row);
    const groups = themesOf(builder.build(), Float32Array.of(1, 1), Float32Array.of(1, 0, -1, 0), 2);
    expect([...groups]).toEqual([0, 1, 0]);
  });
});
