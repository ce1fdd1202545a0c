import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Encoder, openCollection } from '@quire/engine';
import { flat } from '@quire/engine/indexes';
import { expect, it, onTestFinished } from 'vitest';
import { at } from '../lib/paths.mjs';
import { bundle } from './bundle-size.mjs';

/** The program of the first budget, with only the chunks that the budget counts: any `import()` in it fails. */
async function countedProgram(): Promise<Pick<typeof import('@quire/engine'), 'memoryDirectory' | 'openCollection'>> {
  const [{ source }] = JSON.parse(readFileSync(at('bundle-size.json'), 'utf8'));
  const { loaded, later } = await bundle(at(), source);
  expect(later.length).toBeGreaterThan(0);
  const folder = mkdtempSync(join(tmpdir(), 'quire-bundle-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  for (const { fileName, code } of loaded) {
    mkdirSync(dirname(join(folder, fileName)), { recursive: true });
    writeFileSync(join(folder, fileName), code);
  }
  return import(/* @vite-ignore */ pathToFileURL(join(folder, loaded[0]!.fileName)).href);
}

const options = { fields: { title: 2, abstract: 1 }, columns: { year: 'number' } } as const;
const paper = (i: number) => ({
  id: `p${i}`,
  fields: { title: `Ranked retrieval ${i}`, abstract: i % 2 === 0 ? 'Postings lists' : 'Token vectors' },
  columns: { year: 2000 + i },
});

it('a collection of words does all its work without the chunks that the budget leaves out', async () => {
  const program = await countedProgram();
  const directory = program.memoryDirectory();
  const papers = await program.openCollection(directory, options);
  for (let i = 0; i < 24; i++) await papers.add([paper(i), paper(i + 1)]); // enough commits for merges
  await papers.delete(['p3']);
  expect(papers.size).toBe(24);
  const search = { k: 5, filter: { op: 'range', column: 'year', gte: 2004 }, explain: true } as const;
  const found = await papers.search('postings of a ranking', search);
  expect(found).toHaveLength(5);
  expect(found[0]!.why!.value).toBe(found[0]!.score);
  expect((await papers.get('p7'))?.fields.title).toBe('Ranked retrieval 7');
  await papers.close();
  const again = await program.openCollection(directory, options);
  expect(await again.search('postings of a ranking', search)).toEqual(found);
  await again.close();
  // The same bytes with the whole engine.
  const whole = await openCollection(directory, options);
  expect(await whole.search('postings of a ranking', search)).toEqual(found);
  await whole.close();
});

it('a second index needs the other chunks', async () => {
  const program = await countedProgram();
  const papers = await program.openCollection(program.memoryDirectory(), options);
  await papers.add([paper(1)]);
  const encoder: Encoder<'dense'> = {
    ...{ name: 'none', queryKind: 'dense', documentKind: 'dense', space: 's' },
    fingerprints: { query: 's:query', document: 's:document' },
    encodeQueries: async () => [],
    encodeDocuments: async () => [],
  };
  const dense = { encoder, index: flat({ space: 's', dim: 2 }) };
  // Vite's loader of chunks begins with a `<link>` in the page.
  await expect(papers.buildDense(dense)).rejects.toThrow('document is not defined');
  await papers.close();
});
