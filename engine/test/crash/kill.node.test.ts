// kill -9 at random moments of adding, merging and committing: no acknowledged commit is lost, and exactly one process
// takes over the lock of the dead one. Each child is a separate process, bundled from the sources.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Rng } from '@quire/engine/internals';
import { nodeDirectory } from '@quire/engine/node';
import { verifyLibrary } from '@quire/engine/storage';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { count, seed } from '../support/env.ts';
import { openScripted, runStep, stateAfter, stateOf } from './script.ts';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
let scratch: string;
let program: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'quire-kill-'));
  await chmod(scratch, 0o755);
  await build({
    configFile: false,
    logLevel: 'error',
    resolve: { alias: [{ find: /^@quire\/engine\/(.+)$/, replacement: `${at('../../src')}/$1/index.ts` }] },
    build: {
      ssr: at('child.node.ts'),
      outDir: scratch,
      emptyOutDir: false,
      rolldownOptions: { output: { entryFileNames: 'child.mjs' } },
    },
  });
  program = join(scratch, 'child.mjs');
}, 60_000);

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

type Child = ChildProcessByStdio<null, Readable, null>;

function start(args: readonly string[], options: { readonly uid?: number } = {}): { child: Child; lines: string[] } {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'], ...options });
  const lines: string[] = [];
  child.stdout
    .setEncoding('utf8')
    .on('data', (text: string) => lines.push(...text.split('\n').filter((line) => line !== '')));
  return { child, lines };
}

describe('a process that is killed', () => {
  it('loses no acknowledged commit at any moment', async () => {
    const rng = new Rng(seed('kill -9'));
    const folder = join(scratch, 'killed');
    let step = -1;
    const kills = count(20, 200);
    for (let kill = 0; kill < kills; kill++) {
      const { child, lines } = start(['steps', folder, String(step + 1)]);
      while (lines.length === 0 && child.exitCode === null) await sleep(5);
      await sleep(rng.below(120));
      child.kill('SIGKILL');
      await once(child, 'close');
      const acknowledged = Number(lines.at(-1));
      const library = await openScripted(await nodeDirectory(folder), { readOnly: true });
      const snapshot = library.snapshot();
      step = Number(snapshot.metadata.step);
      expect([acknowledged, acknowledged + 1], `kill ${kill}`).toContain(step);
      expect(await stateOf(snapshot)).toEqual(stateAfter(step));
      snapshot.release();
      await library.close();
    }
    const directory = await nodeDirectory(folder);
    const library = await openScripted(directory);
    (await runStep(await library.writer(), step + 1)).release();
    await library.close();
    expect(await verifyLibrary(directory, { deep: true })).toMatchObject({ problems: [], garbage: [] });
    console.log(`${kills} kills, ${step + 1} steps acknowledged`);
  }, 600_000);

  it('leaves a lock that exactly one of several processes takes over', async () => {
    const folder = join(scratch, 'fought-over');
    const sentinels = await mkdtemp(join(scratch, 'sentinel-'));
    const fighters = Array.from({ length: 4 * count(1, 5) }, (_, i) =>
      start(['lock', folder, sentinels, String(10 + i * 5)]),
    );
    await Promise.all(fighters.map(({ child }) => once(child, 'close')));
    const lines = fighters.flatMap((fighter) => fighter.lines);
    expect(lines.filter((line) => line.startsWith('OVERLAP'))).toEqual([]);
    expect(fighters.map(({ child }) => child.signalCode)).toEqual(fighters.map(() => 'SIGKILL'));
    expect(lines.length).toBeGreaterThan(60);
    await (await (await nodeDirectory(folder)).lock('write.lock')).release();
  }, 600_000);

  it('gives a second writer LOCKED at once, with the holder of the lock', async () => {
    const folder = join(scratch, 'two-writers');
    const library = await openScripted(await nodeDirectory(folder));
    const writer = await library.writer();
    (await runStep(writer, 0)).release();
    const { child, lines } = start(['write', folder]);
    await once(child, 'close');
    expect(lines[0]).toBe('read 0');
    expect(lines[1]).toMatch(new RegExp(`^LOCKED: .*write\\.lock-\\d+ is held by process ${process.pid}`));
    (await runStep(writer, 1)).release();
    await library.close();
    const second = start(['write', folder]);
    await once(second.child, 'close');
    expect(second.lines).toEqual(['read 1', 'wrote']);
  });
});

describe('a folder that may only be read', () => {
  const isRoot = process.getuid?.() === 0;

  it.skipIf(!isRoot)(
    `serves readers and refuses writers${isRoot ? '' : ' (skipped: not root, cannot become another user)'}`,
    async () => {
      const folder = join(scratch, 'read-only');
      const library = await openScripted(await nodeDirectory(folder));
      (await runStep(await library.writer(), 0)).release();
      await library.close();
      await chmod(folder, 0o555);
      const { child, lines } = start(['write', folder], { uid: 65534 });
      await once(child, 'close');
      expect(lines[0]).toBe('read 0');
      expect(lines[1]).toMatch(/^READ_ONLY: /);
      await chmod(folder, 0o755);
      const after = await openScripted(await nodeDirectory(folder));
      const snapshot = after.snapshot();
      expect(await stateOf(snapshot)).toEqual(stateAfter(0));
      snapshot.release();
      await after.close();
    },
  );
});
