// Workers on shared memory must find what one thread on unshared memory finds.

import { type DenseRep, plainFingerprint } from '@quire/engine/core';
import { BitSet, Rng } from '@quire/engine/internals';
import { Heap, KernelPool } from '@quire/engine/kernels';
import { memoryDirectory, type Scope } from '@quire/engine/storage';
import { afterAll, describe, expect, it } from 'vitest';
import { withCodec } from '../../../test/support/codec.ts';
import { inputOf } from '../../../test/support/input.ts';
import { nodeWorkers } from '../../kernels/pool.node.ts';
import { createSectionFile, openSectionFile } from '../../storage/sections.ts';
import { binary } from '../binary/binary.ts';
import { flat } from '../flat/flat.ts';
import type { DenseKind, DenseOptions } from './options.ts';

const SEED = 99;
const SPACE = 'test/pool';
const SIZE = 60_000; // 3.8 MB of int8: four shares
const DIM = 64;

const level = (value: number) => new Float32Array(DIM).fill(value);
const CODEC = { mean: level(0), low: level(-2), high: level(2) };

describe('the kernel pool', () => {
  const pool = new KernelPool({ workers: nodeWorkers, threads: 3 });
  afterAll(() => pool.close());

  const kinds: [string, (options: Pick<DenseOptions, 'heap' | 'pool'>) => DenseKind][] = [
    ['flat f32', (options) => flat({ space: SPACE, dim: DIM, ...options })],
    ['flat int8', (options) => flat({ space: SPACE, dim: DIM, vectors: 'int8', ...options })],
    ['binary', (options) => withCodec(binary({ space: SPACE, dim: DIM, rescore: 100, ...options }), CODEC)],
    [
      'binary, codes only',
      (options) => withCodec(binary({ space: SPACE, dim: DIM, vectors: 'none', ...options }), CODEC),
    ],
  ];
  for (const [name, make] of kinds) {
    it(`${name}: three workers on shared memory find what one thread finds, several searches at once (seed ${SEED})`, async () => {
      const rng = new Rng(SEED);
      const vectors = Array.from({ length: SIZE }, () => Float32Array.from({ length: DIM }, () => rng.below(9) - 4));
      const rep = (vec: Float32Array): DenseRep => ({
        kind: 'dense',
        space: SPACE,
        fingerprint: plainFingerprint(SPACE, 'document'),
        vec,
      });
      const directory = memoryDirectory();
      const out = await createSectionFile(directory, 'part');
      await make({}).write(
        inputOf(SIZE, (ord) => rep(vectors[ord]!)),
        out,
      );
      const sections = await openSectionFile(directory, await out.finish());
      const one = await make({ heap: new Heap() }).open(sections);
      // Arenas of 2 MiB, so that a scan goes over several shared memories.
      const heap = new Heap({ shared: true, arenaBytes: 2 << 20 });
      const pooled = await make({ heap, pool }).open(sections);
      const searches = Array.from({ length: 12 }, async (_, i) => {
        const query = rep(Float32Array.from({ length: DIM }, () => rng.float() - 0.5));
        const accept = i % 3 === 0 ? undefined : new BitSet(SIZE);
        if (accept) for (let ord = i; ord < SIZE; ord += i) accept.add(ord);
        const scope: Scope = { statistics: new Map(), floor: -Infinity, exhaustive: false, accept };
        expect(await pooled.search(query, 25, scope)).toEqual(await one.search(query, 25, scope));
        const [theirs, ours] = [pooled, one].map((part) => part.candidates?.begin(query, scope));
        expect(await theirs?.nearest(60, -Infinity)).toEqual(await ours?.nearest(60, -Infinity));
      });
      await Promise.all(searches);
      one.close();
      pooled.close();
      expect(heap.allocatedBytes).toBe(0);
    });
  }

  it('refuses a heap of unshared memory, and work after it was closed', async () => {
    expect(() => flat({ space: SPACE, dim: 4, pool, heap: new Heap() })).toThrow(/without a heap of shared memory/);
    const closed = new KernelPool({ workers: nodeWorkers, threads: 1 });
    closed.close();
    const { arena } = new Heap({ shared: true }).alloc(16);
    await expect(closed.run(arena, { name: 'x', compiled: {} as WebAssembly.Module }, [])).rejects.toThrow(
      /was closed/,
    );
  });
});
