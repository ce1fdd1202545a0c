// A full file system: a tmpfs of 400 KiB. The injected failures of power-failure.test.ts cover every operation; this test
// shows that the errors of the platform become EngineErrors.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeDirectory } from '@quire/engine/node';
import { verifyLibrary } from '@quire/engine/storage';
import { afterAll, expect, it } from 'vitest';
import { openScripted, runStep, stateAfter, stateOf } from './script.ts';

const disk = mkdtempSync(join(tmpdir(), 'quire-full-'));
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', disk]).status === 0;
afterAll(() => {
  if (isMounted) spawnSync('umount', ['-l', disk]);
  rmSync(disk, { recursive: true, force: true });
});

const title = 'says STORAGE_FULL on a full disk, keeps the last commit, and goes on when there is space';
it.skipIf(!isMounted)(isMounted ? title : `${title} (skipped: cannot mount a small file system)`, async () => {
  const ballast = join(disk, 'ballast');
  const path = join(disk, 'library');
  const library = await openScripted(await nodeDirectory(path));
  const writer = await library.writer();
  let step = 0;
  for (; step < 5; step++) (await runStep(writer, step)).release();
  await library.settle();
  const { bsize, bavail } = statfsSync(disk);
  writeFileSync(ballast, new Uint8Array(bsize * (bavail - 4)));
  const failure = await (async () => {
    for (; step < 200; step++) {
      (await runStep(writer, step)).release();
      await library.settle();
    }
  })().catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'STORAGE_FULL', hint: expect.stringMatching(/the last commit is intact/) });
  await writer.abort().catch((error) => expect(error).toMatchObject({ code: 'STORAGE_FULL' }));
  await library.close();

  const reader = await openScripted(await nodeDirectory(path), { readOnly: true });
  const snapshot = reader.snapshot();
  const committed = Number(snapshot.metadata.step);
  expect([step - 1, step]).toContain(committed);
  expect(await stateOf(snapshot)).toEqual(stateAfter(committed));
  snapshot.release();
  await reader.close();

  rmSync(ballast);
  const directory = await nodeDirectory(path);
  const again = await openScripted(directory);
  const next = await runStep(await again.writer(), committed + 1);
  expect(await stateOf(next)).toEqual(stateAfter(committed + 1));
  next.release();
  await again.close();
  expect(await verifyLibrary(directory, { deep: true })).toMatchObject({ problems: [], garbage: [] });
});
