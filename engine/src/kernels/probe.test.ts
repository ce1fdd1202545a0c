// The probe must agree with what the real modules do.

import { expect, it } from 'vitest';
import { hasRelaxedSimd, hasSimd } from './probe.ts';
import { loadVectors } from './vectors.ts';

it('finds SIMD wherever this suite can run', () => {
  expect(hasSimd()).toBe(true);
});

it('says yes to relaxed SIMD only where the relaxed build compiles', async () => {
  if (hasRelaxedSimd()) expect((await loadVectors('relaxed')).name).toBe('vectors-relaxed');
  expect((await loadVectors()).name).toBe(hasRelaxedSimd() ? 'vectors-relaxed' : 'vectors');
});
