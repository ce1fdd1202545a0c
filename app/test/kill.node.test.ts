// kill -9 at random moments of an import: no acknowledged record is lost, the works stay the fold of the records, and
// going on ends in the same library as one import without a kill.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Rng } from '@quire/engine/internals';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { count, seed } from '../../engine/test/support/env.ts';
import { openLibraryIn } from '../src/services/library-open.ts';
import { checkStore, Store } from '../src/store/index.ts';
import { bundle, scratchFolder } from './bundle.ts';
import { inFolder, writeRows } from './papers.ts';

const scratch = scratchFolder('kill-test');
beforeAll(() => bundle('import-child.ts', scratch), 60_000);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const ROWS = 2_500;
const rows = Array.from({ length: ROWS }, (_, i) => ({
  id: `k/${i}`,
  title: `Study ${i} of killing`,
  abstract: `Words of study ${i}: ${'alpha beta gamma '.repeat(i % 7)}`,
  authors: [`Author ${i % 50}`],
  // Every tenth pair is one work.
  ...(i % 10 < 2 && { doi: `10.1000/${Math.floor(i / 10)}` }),
}));

describe('an import that is killed', () => {
  it('loses no acknowledged record and ends in the same library', async () => {
    const kills = count(20, 200);
    const rng = new Rng(seed('kill -9 of imports'));
    await inFolder(async (folder) => {
      const file = writeRows(join(folder, 'rows.jsonl'), rows);
      let killed = 0;
      for (let life = 0; killed < kills; life++) {
        const data = join(folder, `data${life}`);
        let safe = 0;
        for (let isDone = false; !isDone && killed < kills; ) {
          const told = await runAndKill(data, file, 5 + rng.float() * 600);
          isDone = told.isDone;
          if (!isDone) killed++;
          safe = Math.max(safe, told.safe);
          const store = await Store.open(data);
          const found = await checkStore(store);
          expect(found.problems).toEqual([]);
          expect(found.records).toBeGreaterThanOrEqual(safe);
          await store.close();
        }
        await finish(data, file);
        rmSync(data, { recursive: true, force: true });
      }
    });
  }, 1_800_000);
});

/** Goes on without a kill: everything is there and found. */
async function finish(data: string, file: string): Promise<void> {
  const library = await openLibraryIn(data, { create: true });
  await library.ingest.importFiles([file]);
  const { records, works, indexed } = await library.services.status();
  expect([records, works, indexed]).toEqual([ROWS, ROWS - ROWS / 10, ROWS - ROWS / 10]);
  const { hits } = await library.services.search(`"Study ${ROWS - 1} of killing"`);
  expect(hits[0]?.work.title).toBe(`Study ${ROWS - 1} of killing`);
  await library.close();
}

async function runAndKill(data: string, file: string, ms: number): Promise<{ safe: number; isDone: boolean }> {
  const child = spawn(process.execPath, [join(scratch, 'child.mjs'), data, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  const started = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      resolve();
    });
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await Promise.race([started, ended]);
  await Promise.race([sleep(ms), ended]);
  child.kill('SIGKILL');
  await ended;
  const lines = text.split('\n').slice(0, -1);
  const safe = lines.filter((line) => line.startsWith('safe ')).map((line) => Number(line.slice(5)));
  return { safe: Math.max(0, ...safe), isDone: lines.includes('done') };
}
