import { describe, expect, it } from 'vitest';
import { SPLIT, sideOf } from './split.ts';

describe('the split', () => {
  it('never changes: these keys are on the sides on which the first model was trained', () => {
    const keys = [
      'arxiv:2503.11731',
      'arxiv:2311.10768',
      'doi:10.18653/v1/p16-1001',
      't:0123456789abcdef0123',
      'r:x',
      '',
    ];
    expect([SPLIT, ...keys.map(sideOf)]).toMatchInlineSnapshot(`
      [
        "quire-split-1",
        "test",
        "train",
        "train",
        "train",
        "train",
        "train",
      ]
    `);
  });

  it('gives 80, 5 and 15 per cent of keys', () => {
    const counts = { train: 0, dev: 0, test: 0 };
    const n = 20_000;
    for (let i = 0; i < n; i++) counts[sideOf(`arxiv:${2500 + (i % 12)}.${String(i).padStart(5, '0')}`)]++;
    expect(counts.train / n).toBeCloseTo(0.8, 1.9);
    expect(counts.dev / n).toBeCloseTo(0.05, 1.9);
    expect(counts.test / n).toBeCloseTo(0.15, 1.9);
  });

  it('depends on the whole key only', () => {
    expect(sideOf('arxiv:2503.11731')).toBe(sideOf('arxiv:2503.11731'));
    const sides = new Set(Array.from({ length: 200 }, (_, i) => sideOf(`arxiv:2503.11731v${i}`)));
    expect(sides.size).toBe(3);
  });
});
