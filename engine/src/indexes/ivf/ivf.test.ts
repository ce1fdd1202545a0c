import { type DenseRep, plainFingerprint } from '@quire/engine/core';
import { Rng } from '@quire/engine/internals';
import { indexContract } from '../../../test/contract/index-contract.ts';
import { ivf } from './ivf.ts';

const space = 'test/dense/70';

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

indexContract('ivf', () => ivf({ space, dim: 70, rescore: 2000 }), options);
indexContract('ivf with few candidates', () => ivf({ space, dim: 70, rescore: 60, probes: 3 }), {
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
