// Building an index part in memory, which never waits for a disk, still lets the event loop deliver an abort.

import { type DenseRep, plainFingerprint } from '@quire/engine/core';
import { binary, flat, inverted, ivf } from '@quire/engine/indexes';
import { Rng } from '@quire/engine/internals';
import { defaultHeap, loadVectors } from '@quire/engine/kernels';
import { expect, it } from 'vitest';
import { inputOf } from '../../test/support/input.ts';
import { document, MemorySections, SPACE } from '../../test/support/inverted.ts';
import { kmeans } from './clustering/kmeans.ts';

const SIZE = 20_000;
const DIM = 16;
const dense = { space: SPACE, dim: DIM };
const vector: DenseRep = {
  kind: 'dense',
  space: SPACE,
  fingerprint: plainFingerprint(SPACE, 'document'),
  vec: Float32Array.from({ length: DIM }, (_, i) => i),
};
const words = document({ body: 'a few words' });

function abortedByTimer(): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 0);
  return controller.signal;
}

it.each([flat(dense), binary(dense), ivf(dense)])(
  'writing a part of kind $name stops when it is aborted',
  async (kind) => {
    const written = kind.write(
      inputOf(SIZE, () => vector),
      new MemorySections(),
      { signal: abortedByTimer() },
    );
    await expect(written).rejects.toMatchObject({ code: 'CANCELLED' });
  },
);

it('writing an inverted part stops when it is aborted', async () => {
  const kind = inverted({ space: SPACE, fields: { body: 1 } });
  const written = kind.write(
    inputOf(SIZE, () => words),
    new MemorySections(),
    { signal: abortedByTimer() },
  );
  await expect(written).rejects.toMatchObject({ code: 'CANCELLED' });
});

it('merging inverted parts stops when it is aborted', async () => {
  const kind = inverted({ space: SPACE, fields: { body: 1 } });
  const sections = new MemorySections();
  const rep = (ord: number) => document({ body: `w${ord} v${ord}` });
  await kind.write(inputOf(SIZE, rep), sections);
  const source = {
    part: await kind.open(sections),
    sections,
    ords: Int32Array.from({ length: SIZE }, (_, ord) => ord),
  };
  const merged = kind.merge([source], SIZE, new MemorySections(), { signal: abortedByTimer() });
  await expect(merged).rejects.toMatchObject({ code: 'CANCELLED' });
});

it('clustering stops when it is aborted', async () => {
  const rng = new Rng(1);
  const sample = Float32Array.from({ length: SIZE * DIM }, () => rng.float());
  const memory = { heap: defaultHeap(), module: await loadVectors() };
  const before = memory.heap.allocatedBytes;
  const found = kmeans(sample, DIM, { ...memory, k: 50, iterations: 8, seed: 1, signal: abortedByTimer() });
  await expect(found).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(memory.heap.allocatedBytes).toBe(before);
});
