// Workers of a page on shared memory find the same hits as one thread and as the scalar twins. The test needs a
// cross-origin isolated page, which vitest.browser.config.ts serves for this folder.

import { type DenseRep, plainFingerprint } from '@quire/engine/core';
import { binary, flat } from '@quire/engine/indexes';
import { BitSet, Rng } from '@quire/engine/internals';
import { Heap, hasSharedMemory, KernelPool, openThreads, type WorkerAdapter, webWorkers } from '@quire/engine/kernels';
import { memoryDirectory, type PartKind, type Scope } from '@quire/engine/storage';
import { expect } from 'vitest';
import { createSectionFile, openSectionFile } from '../../src/storage/sections.ts';
import { withCodec } from '../support/codec.ts';
import { seed } from '../support/env.ts';
import { inputOf } from '../support/input.ts';
import { unless } from '../support/skip.ts';

const inPage = typeof document === 'object';
const SPACE = 'test/web-workers';
const SIZE = 36_000; // 1.1 MB of sign codes: a share for each of two workers
const DIM = 256;
/** Small, so that scans use several shared memories. */
const ARENA = 8 << 20;

const level = (value: number) => new Float32Array(DIM).fill(value);
const CODEC = { mean: level(0), low: level(-2), high: level(2) };

type Make = (options: { readonly heap?: Heap; readonly pool?: KernelPool }) => PartKind<'dense'>;
const kinds: readonly (readonly [string, Make])[] = [
  ['flat f32', (options) => flat({ space: SPACE, dim: DIM, ...options })],
  ['flat int8', (options) => flat({ space: SPACE, dim: DIM, vectors: 'int8', ...options })],
  ['binary', (options) => withCodec(binary({ space: SPACE, dim: DIM, rescore: 200, ...options }), CODEC)],
];
const rep = (vec: Float32Array): DenseRep => ({
  kind: 'dense',
  space: SPACE,
  fingerprint: plainFingerprint(SPACE, 'document'),
  vec,
});

unless(inPage ? undefined : 'not in a browser').describe('web workers on an isolated page', () => {
  const { it } = unless(undefined);

  it('the page is isolated: the other tests depend on it', () => {
    expect([globalThis.crossOriginIsolated, hasSharedMemory()]).toEqual([true, true]);
  });

  for (const [name, make] of kinds) {
    const start = seed(`web workers, ${name}`);
    it(`${name}: two workers find the ids and score bits of one thread and of the scalar twin (seed ${start})`, async () => {
      const rng = new Rng(start);
      const vectors = Array.from({ length: SIZE }, () => Float32Array.from({ length: DIM }, () => rng.below(9) - 4));
      const directory = memoryDirectory();
      const out = await createSectionFile(directory, 'part');
      await make({}).write(
        inputOf(SIZE, (ord) => rep(vectors[ord]!)),
        out,
      );
      const sections = await openSectionFile(directory, await out.finish());
      const asked = [0, 0];
      const pool = new KernelPool({ workers: counting(asked), threads: 2 });
      const heap = new Heap({ shared: true, arenaBytes: ARENA });
      const one = await make({ heap: new Heap() }).open(sections);
      const pooled = await make({ heap, pool }).open(sections);
      const searches = Array.from({ length: 6 }, async (_, i) => {
        const query = rep(Float32Array.from({ length: DIM }, () => rng.float() - 0.5));
        const accept = i % 3 === 0 ? undefined : everyNth(i);
        const scope: Scope = { statistics: new Map(), floor: Number.NEGATIVE_INFINITY, exhaustive: false, accept };
        const found = await pooled.search(query, 25, scope);
        expect(found.ords).toHaveLength(25);
        expect(found).toEqual(await one.search(query, 25, scope));
        if (i >= 4) return; // a twin is slow
        // The twin of a search by codes scores every vector. Hits in both lists must have the same bits.
        const twin = await one.search(query, name === 'binary' ? SIZE : 25, { ...scope, exhaustive: true });
        if (name !== 'binary') expect(found).toEqual(twin);
        const scores = new Map(Array.from(twin.ords, (ord, n) => [ord, twin.scores[n]!]));
        for (const [n, ord] of found.ords.entries()) expect(found.scores[n]).toBe(scores.get(ord));
      });
      await Promise.all(searches);
      expect(Math.min(...asked)).toBeGreaterThanOrEqual(searches.length); // both workers did a share of every search
      one.close();
      pooled.close();
      expect(heap.allocatedBytes).toBe(0);
      pool.close();
    });
  }

  it('openThreads starts the given number of workers', async () => {
    const scan = await openThreads({ workers: webWorkers, threads: 2 });
    expect([scan.threads, scan.reason, scan.options.heap?.isShared]).toEqual([2, undefined, true]);
    scan.close();
  });
});

/** `webWorkers`, and the number of messages to each. */
function counting(asked: number[]): WorkerAdapter {
  let started = 0;
  return (source) => {
    const number = started++;
    const worker = webWorkers(source);
    return {
      ...worker,
      post: (message) => {
        asked[number]!++;
        worker.post(message);
      },
    };
  };
}

function everyNth(n: number): BitSet {
  const set = new BitSet(SIZE);
  for (let ord = 0; ord < SIZE; ord += n) set.add(ord);
  return set;
}
