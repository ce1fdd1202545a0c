// After a power failure at any moment the last acknowledged commit opens, for any state of the data that was not synced.

import { EngineError } from '@quire/engine/core';
import { Rng } from '@quire/engine/internals';
import { type Directory, memoryDirectory, verifyLibrary } from '@quire/engine/storage';
import { describe, expect, it } from 'vitest';
import { count, seed } from '../support/env.ts';
import { diskKey, fillingDirectory, recordingDirectory } from './recording-directory.ts';
import { openScripted, runStep, stateAfter, stateOf } from './script.ts';

const STEPS = count(12, 24);

describe('a library on a disk that fails', () => {
  it('opens its last acknowledged commit after a power failure before any operation', async () => {
    const rng = new Rng(seed('power failure'));
    const directory = recordingDirectory();
    const library = await openScripted(directory);
    const writer = await library.writer();
    for (let n = 0; n < STEPS; n++) {
      await runStep(writer, n);
      directory.mark(String(n));
    }
    await library.close();
    const randomFates = count(1, 6);
    const seen = new Map<string, number>(); // disk → the step that it opens with
    for (let at = 0; at <= directory.operations.length; at++) {
      const acknowledged = Number(directory.markedBefore(at) ?? '-1');
      for (const fate of [
        'dropped',
        'kept',
        ...Array.from({ length: randomFates }, () => 'random' as const),
      ] as const) {
        const disk = directory.crash(at, fate, rng);
        const key = diskKey(disk);
        const known = seen.get(key);
        if (known !== undefined) {
          expect([acknowledged, acknowledged + 1], `operation ${at}, ${fate}`).toContain(known);
          continue;
        }
        const survivor = await openScripted(disk);
        const snapshot = survivor.snapshot();
        const step = Number(snapshot.metadata.step ?? -1);
        expect([acknowledged, acknowledged + 1], `operation ${at}, ${fate}`).toContain(step);
        expect(await stateOf(snapshot)).toEqual(stateAfter(step));
        seen.set(key, step);
        if (at % 25 === 0) {
          const next = await survivor.writer(); // and the library can be written to
          expect(await stateOf(await runStep(next, step + 1))).toEqual(stateAfter(step + 1));
          await survivor.close();
          expect((await verifyLibrary(disk, { deep: true })).problems).toEqual([]);
        }
        await survivor.close();
      }
    }
    expect(directory.operations.length).toBeGreaterThan(300);
  }, 600_000);

  it('survives a killed process, the clean-up by the next writer, and then a power failure', async () => {
    const rng = new Rng(seed('kill, then power failure'));
    const steps = 10;
    const probe = recordingDirectory();
    await runSteps(probe, steps);
    const spent = probe.operations.filter(({ type }) => type !== 'remove' && type !== 'mark');
    // The critical moment is between a rename and the sync that makes it durable. The long run covers all other moments.
    const moments = spent.flatMap(({ type }, at) =>
      type === 'rename' || at % count(spent.length, 5) === 4 ? [at + 1] : [],
    );
    for (const killedAt of moments) {
      const disk = recordingDirectory();
      // A kill: nothing after operation killedAt happens, and nothing before it is undone.
      const doomed = {
        ...fillingDirectory(disk, killedAt),
        remove: async () => {},
        lock: async () => ({ release: async () => {} }),
      };
      const library = await openScripted(doomed, { autoMerge: false });
      const writer = await library.writer();
      let acknowledged = -1;
      await (async () => {
        for (let n = 0; n < steps; n++) {
          await runStep(writer, n);
          acknowledged = n;
          disk.mark(String(n));
        }
      })().catch((error) => expect(error).toMatchObject({ code: 'STORAGE_FULL' }));
      const from = disk.operations.length;
      const successor = await openScripted(disk, { autoMerge: false });
      const next = Number(successor.snapshot().metadata.step ?? -1) + 1;
      await runStep(await successor.writer(), next);
      disk.mark(String(next));
      await successor.close();
      for (let at = from; at <= disk.operations.length; at++) {
        const last = Number(disk.markedBefore(at) ?? '-1');
        expect(last).toBeGreaterThanOrEqual(acknowledged);
        for (const fate of ['dropped', 'kept', 'random'] as const) {
          const survivor = await openScripted(disk.crash(at, fate, rng), { readOnly: last >= 0 });
          const step = Number(survivor.snapshot().metadata.step ?? -1);
          expect(step, `killed at ${killedAt}, power failure at ${at}, ${fate}`).toBeGreaterThanOrEqual(last);
          expect(await stateOf(survivor.snapshot())).toEqual(stateAfter(step));
          await survivor.close();
        }
      }
    }
  }, 600_000);

  it('reports a full disk at any operation, keeps the last commit and continues after abort()', async () => {
    const steps = 10;
    const probe = fillingDirectory(memoryDirectory(), Number.POSITIVE_INFINITY);
    await runSteps(probe, steps);
    const stride = count(7, 1);
    for (let failAt = 0; failAt < probe.used(); failAt += stride) {
      const inner = memoryDirectory();
      const full = fillingDirectory(inner, failAt);
      const library = await openScripted(full, { autoMerge: false });
      const writer = await library.writer();
      let done = -1;
      const failure = await (async () => {
        for (let n = 0; n < steps; n++) {
          await runStep(writer, n);
          done = n;
        }
      })().catch((error: unknown) => error);
      if (failure === undefined) continue;
      expect(failure, `operation ${failAt}`).toMatchObject({ code: 'STORAGE_FULL' });
      await writer.abort();
      const step = Number(library.snapshot().metadata.step ?? -1);
      expect([done, done + 1]).toContain(step);
      expect(await stateOf(library.snapshot())).toEqual(stateAfter(step));
      await library.close();
      const again = await openScripted(inner); // with space again
      expect(await stateOf(again.snapshot())).toEqual(stateAfter(step));
      await runStep(await again.writer(), step + 1);
      expect(await stateOf(again.snapshot())).toEqual(stateAfter(step + 1));
      await again.close();
      expect(await verifyLibrary(inner, { deep: true })).toMatchObject({ problems: [], garbage: [] });
    }
  }, 600_000);

  it('keeps a commit whose last sync failed, after abort and after close', async () => {
    for (const aborts of [true, false]) {
      const inner = memoryDirectory();
      let failing = false;
      const directory: Directory = {
        ...inner,
        rename: async (from, to) => {
          await inner.rename(from, to);
          failing = Number(from.match(/\d+/)?.[0]) === 4; // generation 4 is renamed, and its sync fails
        },
        syncDirectory: async () => {
          if (failing) throw new EngineError('STORAGE_FAILED', 'the folder cannot be synced');
        },
      };
      const library = await openScripted(directory, { autoMerge: false });
      const writer = await library.writer();
      for (let n = 0; n < 3; n++) await runStep(writer, n);
      await expect(runStep(writer, 3)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
      if (aborts) await writer.abort();
      await library.close();
      const again = await openScripted(inner);
      expect(await stateOf(again.snapshot())).toEqual(stateAfter(3));
      await again.close();
      expect((await verifyLibrary(inner, { deep: true })).problems).toEqual([]);
    }
  });

  it('keeps the commit and reports the failed merge when the disk fills up during a background merge', async () => {
    const steps = 16;
    for (let failAt = 40; failAt < 400; failAt += count(40, 3)) {
      const inner = memoryDirectory();
      const library = await openScripted(fillingDirectory(inner, failAt));
      const writer = await library.writer();
      let done = -1;
      try {
        for (let n = 0; n < steps; n++) {
          await runStep(writer, n);
          done = n;
          await library.settle();
        }
      } catch (error) {
        expect(error).toMatchObject({ code: 'STORAGE_FULL' });
      }
      await library.close().catch((error) => expect(error).toMatchObject({ code: 'STORAGE_FULL' }));
      const again = await openScripted(inner);
      const step = Number(again.snapshot().metadata.step ?? -1);
      expect([done, done + 1]).toContain(step);
      expect(await stateOf(again.snapshot())).toEqual(stateAfter(step));
      await again.close();
    }
  });
});

async function runSteps(directory: Parameters<typeof openScripted>[0], steps: number): Promise<void> {
  const library = await openScripted(directory, { autoMerge: false });
  const writer = await library.writer();
  for (let n = 0; n < steps; n++) await runStep(writer, n);
  await library.close();
}
