// The program that the kill tests run in a separate process. Modes: `steps FOLDER FROM` commits step after step and prints
// each when its commit is acknowledged; `lock FOLDER SENTINELS ROUNDS` takes and releases the write lock and sometimes
// is killed while it holds it; `write FOLDER` tries to open a writer and prints the error's code.

import { existsSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineError } from '@quire/engine/core';
import { nodeDirectory } from '@quire/engine/node';
import { openScripted, runStep } from './script.ts';

const [mode, folder = '', argument = '', rounds = '0'] = process.argv.slice(2);
const say = (line: string) => writeFileSync(1, `${line}\n`); // synchronous: a printed line is an acknowledged step

if (mode === 'steps') await runSteps();
else if (mode === 'lock') await fightForLock();
else await tryToWrite();

async function runSteps(): Promise<void> {
  const library = await openScripted(await nodeDirectory(folder));
  const writer = await library.writer();
  for (let n = Number(argument); ; n++) {
    (await runStep(writer, n)).release();
    say(String(n));
  }
}

async function fightForLock(): Promise<void> {
  const directory = await nodeDirectory(folder);
  const sentinel = join(argument, 'holder');
  for (let round = 0; round < Number(rounds); ) {
    const lock = await directory.lock('write.lock').catch((error: EngineError) => {
      if (error.code !== 'LOCKED') throw error;
    });
    if (lock === undefined) {
      await sleep(Math.random() * 2);
      continue;
    }
    if (existsSync(sentinel)) {
      const other = Number(readFileSync(sentinel, 'utf8'));
      if (isAlive(other)) say(`OVERLAP with ${other}`);
    }
    writeFileSync(sentinel, String(process.pid));
    await sleep(Math.random() * 3);
    if (Number(readFileSync(sentinel, 'utf8')) !== process.pid) say('OVERLAP while holding');
    if (++round === Number(rounds)) process.kill(process.pid, 'SIGKILL'); // killed while it holds the lock
    unlinkSync(sentinel);
    await lock.release();
    say('held');
  }
}

async function tryToWrite(): Promise<void> {
  try {
    const library = await openScripted(await nodeDirectory(folder));
    say(`read ${library.snapshot().metadata.step}`);
    await library.writer();
    say('wrote');
  } catch (error) {
    say(`${(error as EngineError).code}: ${(error as EngineError).message}`);
  }
}

function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
