import { type DenseRep, plainFingerprint } from '@quire/engine/core';
import { Rng } from '@quire/engine/internals';
import { indexContract } from '../../../test/contract/index-contract.ts';
import { binary } from './binary.ts';

const space = 'test/dense/70';

/** Small integers, so that scores tie; more than 64 dimensions, so that codes have two words. */
function vector(seed: number): DenseRep {
  const rng = new Rng(seed);
  return {
    kind: 'dense',
    space,
    fingerprint: plainFingerprint(space, 'document'),
    vec: Float32Array.from({ length: 70 }, () => rng.below(3) - 1),
  };
}
const options = {
  document: (i: number) => (i % 17 === 16 ? undefined : vector(i)),
  queries: [vector(100001), vector(100002), vector(100003)],
  bad: { ...vector(1), vec: vector(1).vec.fill(Number.NaN, 2, 3) },
};

indexContract('binary, rescored with int8', () => binary({ space, dim: 70, rescore: 2000 }), options);
indexContract(
  'binary, rescored with f32 from the file',
  () => binary({ space, dim: 70, rescore: 2000, vectors: 'f32', resident: false }),
  {
    ...options,
    skip: [
      { reason: 'vectors that stay in their file cannot be searched without waiting', cases: ['sync'] },
      { reason: 'the same code, tested for resident vectors', cases: ['crash', 'model'] },
    ],
  },
);
indexContract('binary with few candidates', () => binary({ space, dim: 70, rescore: 60 }), {
  ...options,
  skip: [
    {
      reason: 'an approximate search depends on how documents are split into segments',
      cases: [
        'add',
        'delete',
        'replace',
        'filters',
        'ties',
        'snapshots',
        'merge',
        'model',
        'builds',
        'statistics',
        'crash',
      ],
    },
  ],
});
