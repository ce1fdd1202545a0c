import { type DenseRep, plainFingerprint } from '@quire/engine/core';
import { Rng } from '@quire/engine/internals';
import { Heap } from '@quire/engine/kernels';
import { indexContract } from '../../../test/contract/index-contract.ts';
import { flat } from './flat.ts';

const space = 'test/dense/5';

/** Small integers, so that scores are exact in f32 and ties are many. */
function vector(seed: number): DenseRep {
  const rng = new Rng(seed);
  return {
    kind: 'dense',
    space,
    fingerprint: plainFingerprint(space, 'document'),
    vec: Float32Array.from({ length: 5 }, () => rng.below(7) - 3),
  };
}
const options = {
  document: (i: number) => (i % 17 === 16 ? undefined : vector(i)),
  queries: [vector(100001), vector(100002), vector(100003)],
  bad: { ...vector(1), vec: vector(1).vec.fill(Number.NaN, 2, 3) },
};

indexContract('flat f32', () => flat({ space, dim: 5 }), options);
const skip = [{ reason: 'the same code, tested for f32', cases: ['crash', 'model'] }] as const;
indexContract('flat int8', () => flat({ space, dim: 5, vectors: 'int8' }), { ...options, skip });
// Arenas of 256 KiB: scans cross from one memory to the next.
const heap = new Heap({ arenaBytes: 4 * 65536 });
indexContract('flat f32 over several small arenas', () => flat({ space, dim: 5, heap }), { ...options, skip });
