// The probe agrees with the real modules.

import { expect, it } from 'vitest';
import { hasRelaxedSimd, hasSimd } from './probe.ts';
import { loadVectors } from './vectors.ts';

it('finds SIMD wherever this suite can run', () => {
  expect(hasSimd()).toBe(true);
});

it('reports relaxed SIMD only where the relaxed build compiles', async () => {
  if (hasRelaxedSimd()) expect((await loadVectors('relaxed')).name).toBe('vectors-relaxed');
  expect((await loadVectors()).name).toBe(hasRelaxedSimd() ? 'vectors-relaxed' : 'vectors');
});
