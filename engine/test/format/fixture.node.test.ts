// Every released version of the format has a committed library that must always open and give its results.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeDirectory } from '@quire/engine/node';
import { FORMAT_VERSION, inspectLibrary, memoryDirectory, verifyLibrary } from '@quire/engine/storage';
import { describe, expect, it } from 'vitest';
import { askFixture, fillFixture, openFixture } from './fixture.ts';

const fixtures = fileURLToPath(new URL('fixtures', import.meta.url));
const current = join(fixtures, `v${FORMAT_VERSION}`);
const answersOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'answers.json'), 'utf8')) as unknown;

const REMEDY =
  'raise FORMAT_VERSION, keep reading the versions before it, then QUIRE_WRITE_FIXTURES=1 npx vitest run engine/test/format';

async function freshLibrary() {
  const directory = memoryDirectory();
  const library = await openFixture(directory);
  await fillFixture(library);
  const answers = await askFixture(library);
  await library.close();
  return { files: [...directory.files()], answers };
}

if (process.env.QUIRE_WRITE_FIXTURES === '1') {
  const { files, answers } = await freshLibrary();
  rmSync(current, { recursive: true, force: true });
  mkdirSync(join(current, 'library'), { recursive: true });
  for (const [name, bytes] of files) writeFileSync(join(current, 'library', name), bytes);
  writeFileSync(join(current, 'answers.json'), `${JSON.stringify(answers, null, 1)}\n`);
}

describe('the library format', () => {
  const versions = existsSync(fixtures) ? readdirSync(fixtures).filter((name) => /^v\d+$/.test(name)) : [];

  it('has a committed fixture of the version that this build writes', () => {
    expect(versions).toContain(`v${FORMAT_VERSION}`);
  });

  it.each(versions)('opens the committed library %s, finds no damage and answers as it did', async (version) => {
    const folder = join(fixtures, version);
    const directory = await nodeDirectory(join(folder, 'library'), { readOnly: true });
    const number = Number(version.slice(1));
    const library = await openFixture(directory, { readOnly: true, version: number });
    expect(await askFixture(library, number)).toEqual(answersOf(folder));
    await library.close();
    expect(await verifyLibrary(directory, { deep: true })).toMatchObject({ problems: [], garbage: [] });
  });

  it.each(versions.filter((version) => version !== `v${FORMAT_VERSION}`))(
    'a writer of the committed library %s trains the codecs that it lacks, and a merge answers as before',
    async (version) => {
      const folder = join(fixtures, version, 'library');
      const directory = memoryDirectory();
      for (const name of readdirSync(folder)) {
        const file = await directory.create(name);
        await file.append(readFileSync(join(folder, name)));
        await file.close();
      }
      const number = Number(version.slice(1));
      const library = await openFixture(directory, { version: number });
      const before = (await askFixture(library, number)) as { readonly dense: unknown };
      const writer = await library.writer();
      await writer.abort(); // trains them again
      await writer.mergeAll();
      (await writer.commit()).release();
      await writer.close();
      expect(await askFixture(library, number)).toMatchObject({ dense: before.dense, segments: [{ deleted: 0 }] });
      await library.close();
      const { drift } = (await inspectLibrary(directory))!;
      expect(drift.binary).toMatchObject({ added: { documents: 0 }, advice: undefined });
      expect(await verifyLibrary(directory, { deep: true })).toMatchObject({ problems: [], garbage: [] });
      const again = await openFixture(directory, { version: number });
      expect(await askFixture(again, number)).toMatchObject({ dense: before.dense });
      await again.close();
    },
  );

  it('is still what this build writes: the same bytes in the same files', async () => {
    const { files, answers } = await freshLibrary();
    expect(answers).toEqual(answersOf(current));
    expect(files.map(([name]) => name)).toEqual(readdirSync(join(current, 'library')).sort());
    for (const [name, bytes] of files) {
      const committed = readFileSync(join(current, 'library', name));
      expect(Buffer.compare(bytes, committed), `${name} changed: ${REMEDY}`).toBe(0);
    }
  });

  it('is small: a fixture takes less than 200 kB', () => {
    const sizes = readdirSync(join(current, 'library')).map((name) => statSync(join(current, 'library', name)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(200_000);
  });
});
