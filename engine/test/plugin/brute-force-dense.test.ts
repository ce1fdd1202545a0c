import { type DenseRep, plainFingerprint } from '@quire/engine/core';
import { Rng } from '@quire/engine/internals';
import { indexContract } from '../contract/index-contract.ts';
import { bruteForceDense } from './brute-force-dense.ts';

const space = 'test/dense/4';

/** Small integers, so that scores are exact and ties are many. */
function vector(seed: number): DenseRep {
  const rng = new Rng(seed);
  return {
    kind: 'dense',
    space,
    fingerprint: plainFingerprint(space, 'document'),
    vec: Float32Array.from({ length: 4 }, () => rng.below(7) - 3),
  };
}

indexContract('brute-force dense', () => bruteForceDense(space, 4), {
  document: (i) => (i % 17 === 16 ? undefined : vector(i)),
  queries: [vector(100001), vector(100002), vector(100003)],
  bad: { ...vector(1), vec: vector(1).vec.fill(Number.NaN, 2, 3) },
});
