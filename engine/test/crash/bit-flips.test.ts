// One flipped bit anywhere in an index either causes an error that names file and offset, or changes no answer.

import { EngineError } from '@quire/engine/core';
import { Rng } from '@quire/engine/internals';
import { type Directory, memoryDirectory, verifyLibrary } from '@quire/engine/storage';
import { describe, expect, it } from 'vitest';
import { askFixture, fillFixture, openFixture } from '../format/fixture.ts';
import { count, seed } from '../support/env.ts';
import { answersOf, openScripted, runStep } from './script.ts';

async function someLibrary() {
  const directory = memoryDirectory();
  const library = await openScripted(directory, { autoMerge: false });
  const writer = await library.writer();
  for (let n = 0; n < 14; n++) await runStep(writer, n); // a merged segment, later ones, deletes in some
  await library.close();
  return directory;
}

/** A random file, with a probability proportional to its length. */
function pickByLength(files: readonly (readonly [string, Uint8Array])[], rng: Rng): readonly [string, Uint8Array] {
  let at = rng.below(files.reduce((sum, [, content]) => sum + content.length, 0));
  for (const file of files) {
    if (at < file[1].length) return file;
    at -= file[1].length;
  }
  throw new Error('no files');
}

/** Every index kind of the engine, two segments, deletes. */
async function fullLibrary() {
  const directory = memoryDirectory();
  const library = await openFixture(directory);
  await fillFixture(library);
  await library.close();
  return directory;
}

async function askScripted(directory: Directory): Promise<string> {
  return answersOf((await openScripted(directory, { readOnly: true })).snapshot());
}
async function askFull(directory: Directory): Promise<string> {
  return JSON.stringify(await askFixture(await openFixture(directory, { readOnly: true })));
}

describe('a flipped bit', () => {
  it.each([
    ['a library of many small segments', someLibrary, askScripted, count(200, 6000)],
    ['a library with every kind of index', fullLibrary, askFull, count(100, 4000)],
  ] as const)(
    'in %s is reported with file and offset, or changes no answer; the deep check finds every one',
    async (what, make, ask, flips) => {
      const rng = new Rng(seed(`bit flips in ${what}`));
      const directory = await make();
      const expected = await ask(directory);
      const files = [...directory.files()];
      const bytes = files.reduce((sum, [, content]) => sum + content.length, 0);
      const outcomes = { detected: 0, harmless: 0 };
      for (let flip = 0; flip < flips; flip++) {
        const [name, content] = pickByLength(files, rng);
        const at = rng.below(content.length);
        const damaged = content.slice();
        damaged[at]! ^= 1 << rng.below(8);
        const disk = memoryDirectory(files.map(([other, own]) => [other, other === name ? damaged : own]));
        const where = `bit in byte ${at} of ${name}`;
        try {
          expect(await ask(disk), where).toBe(expected);
          outcomes.harmless++;
        } catch (error) {
          expect(error, where).toBeInstanceOf(EngineError);
          expect((error as EngineError).code, where).toBe('CORRUPT');
          expect((error as EngineError).message, where).toContain(name);
          expect((error as EngineError).message, where).toMatch(/block \d+|section (header|footer|trailer)/);
          outcomes.detected++;
        }
        const report = await verifyLibrary(disk, { deep: true });
        expect(
          report.problems.map((problem) => problem.file),
          where,
        ).toEqual([name]);
      }
      expect(outcomes.detected).toBeGreaterThan(flips / 2);
      console.log(`${flips} bit flips in ${bytes} bytes of ${files.length} files: ${JSON.stringify(outcomes)}`);
    },
    600_000,
  );

  it('an error names a file that is cut short, exchanged or missing', async () => {
    const directory = await someLibrary();
    const files = [...directory.files()];
    const parts = files.filter(([name]) => name.endsWith('.part'));
    const [[first, content], [, other]] = [parts[0]!, parts[1]!];
    for (const [what, replacement] of [
      ['cut', content.slice(0, -1)],
      ['empty', new Uint8Array(0)],
      ['exchanged', other],
      ['missing', undefined],
    ] as const) {
      const left = files.filter(([name]) => name !== first);
      const disk = memoryDirectory(replacement === undefined ? left : [...left, [first, replacement]]);
      await expect(openScripted(disk, { readOnly: true }), what).rejects.toThrow(first);
      await expect(openScripted(disk, { readOnly: true }), what).rejects.toMatchObject({ code: 'CORRUPT' });
    }
  });
});
