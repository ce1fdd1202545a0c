import { type DenseRep, EngineError, plainFingerprint } from '@quire/engine/core';
import { Rng } from '@quire/engine/internals';
import { expect, it } from 'vitest';
import { indexContract } from '../../../test/contract/index-contract.ts';
import { trainedAs } from '../../../test/support/codec.ts';
import { signCodec } from '../codes/sign-codec.ts';
import { flat } from '../flat/flat.ts';
import { ivf } from '../ivf/ivf.ts';
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

const sample = Array.from({ length: 300 }, (_, i) => vector(i));
const reference = { name: 'the first 300', vectors: async () => sample };

indexContract('binary, rescored with int8', () => binary({ space, dim: 70, rescore: 2000, reference }), options);
indexContract(
  'binary, rescored with f32 from the file',
  () => binary({ space, dim: 70, rescore: 2000, vectors: 'f32', resident: false, reference }),
  {
    ...options,
    skip: [
      { reason: 'vectors that stay in their file cannot be searched without waiting', cases: ['sync'] },
      { reason: 'the same code, tested for resident vectors', cases: ['crash', 'model'] },
    ],
  },
);
indexContract('binary with few candidates', () => binary({ space, dim: 70, rescore: 10, reference }), {
  ...options,
  skip: [
    {
      reason: 'the candidates of a small k are not those of a large one, and two shards score twice as many',
      cases: ['add', 'filters', 'statistics'],
    },
  ],
});
indexContract('binary with the codec that each library trains', () => binary({ space, dim: 70, rescore: 10 }), {
  ...options,
  skip: [
    {
      reason: 'a rebuild trains its codec on other documents, so its candidates differ',
      cases: ['add', 'delete', 'replace', 'ties', 'filters', 'merge', 'model', 'builds', 'statistics'],
    },
  ],
});

const codec = await signCodec(70).train(sample);
indexContract('binary, codes only', () => trainedAs(binary({ space, dim: 70, vectors: 'none' }), codec), {
  ...options,
  isNear: (found, { vec }) =>
    vec.every((x, j) => found.vec[j] === (x > codec.mean[j]! ? codec.high[j]! : codec.low[j]!)),
});
indexContract('binary, codes only, with the codec that each library trains', () => codes(), {
  ...options,
  isNear: (found, { vec }) => vec.every((x, j) => Math.abs(found.vec[j]! - x) < 1),
  skip: [
    {
      reason: 'a rebuild trains its codec on other documents, so its codes differ',
      cases: ['add', 'delete', 'replace', 'merge', 'model', 'statistics', 'builds', 'refuses'],
    },
    { reason: 'the same code, tested with a fixed codec', cases: ['crash'] },
  ],
});

function codes() {
  return binary({ space, dim: 70, vectors: 'none' });
}

it('binary without vectors refuses what says how candidates are rescored; flat and ivf refuse to store none', () => {
  const refused: readonly (readonly [object, RegExp])[] = [
    [{ rescore: 100 }, /^rescore is 100 with vectors 'none'$/],
    [{ resident: false }, /^resident is false with vectors 'none'$/],
    [{ queryBits: 1 }, /^queryBits is 1 with vectors 'none'$/],
  ];
  for (const [given, message] of refused) {
    expect(() => binary({ space, dim: 70, vectors: 'none', ...given } as never)).toThrow(EngineError);
    expect(() => binary({ space, dim: 70, vectors: 'none', ...given } as never)).toThrow(message);
  }
  for (const make of [flat, ivf]) {
    expect(() => make({ space, dim: 70, vectors: 'none' as never })).toThrow('vectors is "none"');
  }
  expect(() => binary({ space, dim: 70, vectors: 'int4' as never })).toThrow('vectors is "int4"');
});

it('binary without vectors names the missing codec', async () => {
  const opening = codes().open({ has: () => false, size: () => 0, read: never, readAll: never });
  await expect(opening).rejects.toThrow(/without its codec/);
});

function never(): Promise<Uint8Array> {
  return Promise.reject(new Error('is not read'));
}
