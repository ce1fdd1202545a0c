// The library changes its encoder: the old one answers until every paper has a vector of the new one, a stop costs nothing,
// and one commit switches.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { MODERN_BERT, modelFolder, writeModel } from '../../test/model-folder.ts';
import { inFolder, PAPERS, writeRows } from '../../test/papers.ts';
import { addModel, loadEncoder, modelNamed } from '../models/index.ts';
import { type OpenLibrary, openLibraryIn } from '../services/library-open.ts';
import { chooseModel, encodingProgress, vectorsPath } from './chosen-model.ts';
import { meaningOf } from './documents.ts';
import { follow } from './follow.ts';
import { textKey, VectorFile } from './vector-file.ts';

async function withPapers(use: (library: OpenLibrary, folder: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const data = join(folder, 'data');
    const library = await openLibraryIn(data, { create: true });
    try {
      await library.ingest.importFiles([writeRows(join(folder, 'papers.jsonl'), PAPERS)]);
      await addModel(writeModel(join(folder, 'tiny')), { data });
      await use(library, data);
    } finally {
      await library.close();
    }
  });
}

const hitsOf = async ({ services }: OpenLibrary, query: string, mode: 'hybrid' | 'dense' = 'hybrid') =>
  (await services.search(query, { mode })).hits.map(({ work, reason, score }) => ({ key: work.key, reason, score }));

const generationOf = ({ index }: OpenLibrary) => index.with(async ({ generation }) => generation);

describe('another encoder', () => {
  it('answers after one commit, encodes what comes later, and gives way to the one before', async () => {
    await withPapers(async (library, data) => {
      const before = await hitsOf(library, 'dense retrieval');
      const generation = await generationOf(library);
      chooseModel(data, 'tiny');
      expect(library.index.encoders.dense?.model.name).toBe('static-v1');
      const told: string[] = [];
      expect(await library.ingest.reencode({ onEvent: ({ done, total }) => told.push(`${done}/${total}`) })).toBe(true);
      expect(told.at(-1)).toBe('11/11');
      expect(await library.services.status()).toMatchObject({ encoder: 'tiny' });
      expect(await generationOf(library)).toBe(generation + 1);
      expect(existsSync(vectorsPath(data, library.index.encoders.dense!))).toBe(false);
      const title = 'Dense Retrieval without Tears';
      expect((await hitsOf(library, `${title}?`, 'dense'))[0]).toMatchObject({ key: expect.any(String) });
      // The vectors are those of the new model: a text is nearest to itself.
      await library.index.with(async (snapshot, { dense }) => {
        const [stored] = await snapshot.part('dense').gather(['arxiv:2503.00003']);
        expect(stored?.space).toBe(dense!.space);
        expect(dense!.model.name).toBe('tiny');
      });
      const more = writeRows(join(data, 'more.jsonl'), [{ id: 'm', title: 'Papers of the papers', abstract: 'a b' }]);
      await library.ingest.importFiles([more]);
      expect(await library.services.status()).toMatchObject({ indexed: 12, behind: 0, encoder: 'tiny' });
      expect((await library.services.similar('m'))?.hits[0]?.reason).toBe('meaning');
      chooseModel(data, 'static-v1');
      expect(await library.ingest.reencode()).toBe(true);
      expect((await library.services.status()).encoder).toBe('static-v1');
      const back = await hitsOf(library, 'dense retrieval');
      expect(back.map(({ key }) => key).filter((key) => before.some((hit) => hit.key === key))).toEqual(
        before.map(({ key }) => key),
      );
    });
  });

  it('holds the vectors that its model makes of the papers', async () => {
    await withPapers(async (library, data) => {
      chooseModel(data, 'tiny');
      await library.ingest.reencode();
      const works = (await library.services.list()).works;
      const encoder = await loadEncoder(modelNamed(data, 'tiny'));
      const made = await encoder.encodeDocuments(works.map(meaningOf));
      const stored = await library.index.with((snapshot) => snapshot.part('dense').gather(works.map(({ key }) => key)));
      expect(stored).toHaveLength(11);
      for (const [i, rep] of stored.entries()) {
        const cosine = rep!.vec.reduce((sum, value, d) => sum + value * made[i]!.vec[d]!, 0);
        expect(cosine).toBeCloseTo(1, 2); // the index rounds to 8 bits
      }
      encoder.close();
    });
  });

  it('goes on after a stop with the vectors that it has, and shows how far it is', async () => {
    await withPapers(async (library, data) => {
      chooseModel(data, 'tiny');
      const stop = new AbortController();
      const stopped = library.ingest.reencode({ signal: stop.signal, onEvent: () => stop.abort() });
      await expect(stopped).rejects.toThrow(expect.objectContaining({ code: 'CANCELLED' }));
      expect(encodingProgress(data)).toEqual({ model: 'tiny', done: 11, total: 11 });
      const status = await library.services.status();
      expect(status).toMatchObject({ encoder: 'static-v1', encoding: { model: 'tiny', done: 11, total: 11 } });
      expect(status.notes.join()).toContain('Re-encoding 11 of 11 papers by tiny');
      expect((await hitsOf(library, 'dense retrieval')).length).toBeGreaterThan(0);
      expect(await library.ingest.reencode()).toBe(true);
      expect(await library.services.status()).toMatchObject({ encoder: 'tiny' });
      expect(encodingProgress(data)).toBeUndefined();
    });
  });

  it('is another one when the choice changes meanwhile', async () => {
    await withPapers(async (library, data) => {
      await addModel(writeModel(join(data, 'modern'), modelFolder(MODERN_BERT)), { data });
      chooseModel(data, 'tiny');
      const first = library.ingest.reencode({ onEvent: () => chooseModel(data, 'modern') });
      expect(await first).toBe(false);
      expect(await library.ingest.reencode()).toBe(true);
      expect((await library.services.status()).encoder).toBe('modern');
    });
  });

  it('is taken up by a server that follows the folder, and told once when it cannot be used', async () => {
    await withPapers(async (library, data) => {
      const end = new AbortController();
      const problems: unknown[] = [];
      const following = follow(library, {
        signal: end.signal,
        intervalMs: 20,
        onProblem: (error) => problems.push(error),
      });
      await following.ready;
      chooseModel(data, 'none');
      for (let i = 0; i < 500 && problems.length === 0; i++) await sleep(20);
      await sleep(100);
      expect(problems).toEqual([expect.objectContaining({ code: 'NOT_FOUND' })]);
      chooseModel(data, 'tiny');
      for (let i = 0; i < 1_000 && library.index.encoders.dense?.model.name !== 'tiny'; i++) await sleep(20);
      expect(library.index.encoders.dense?.model.name).toBe('tiny');
      end.abort();
      await following.ended;
    });
  });

  it('is seen by another process that reads the folder', async () => {
    await withPapers(async (library, data) => {
      const reader = await openLibraryIn(data);
      expect((await reader.services.search('retrieval')).hits.length).toBeGreaterThan(0);
      chooseModel(data, 'tiny');
      await library.ingest.reencode();
      await reader.index.refresh();
      expect((await reader.services.status()).encoder).toBe('tiny');
      expect((await reader.services.search('retrieval', { mode: 'dense' })).pipeline).toBe('dense');
      await reader.close();
    });
  });
});

describe('a file of vectors', () => {
  const space = { space: 'a', dim: 3 };
  const vector = (n: number) => Float32Array.of(n, n + 0.5, -n);
  const key = (n: number) => textKey('document', { title: String(n) });

  it('gives back what was appended, in this process and the next', async () => {
    await inFolder((folder) => {
      const path = join(folder, 'v');
      const file = VectorFile.open(path, space);
      file.append([[key(1), vector(1)]]);
      file.append([
        [key(2), vector(2)],
        [key(3), vector(3)],
      ]);
      expect([file.size, file.get(key(2)), file.get(key(4))]).toEqual([3, vector(2), undefined]);
      file.close();
      const again = VectorFile.open(path, space);
      expect([1, 2, 3].map((n) => again.get(key(n)))).toEqual([1, 2, 3].map(vector));
      again.append([[key(4), vector(4)]]);
      again.close();
      expect(VectorFile.open(path, space).get(key(4))).toEqual(vector(4));
    });
  });

  it('loses the blocks after a damaged or torn one, and nothing before; another space begins from nothing', async () => {
    await inFolder((folder) => {
      const path = join(folder, 'v');
      const file = VectorFile.open(path, space);
      for (let n = 0; n < 4; n++) file.append([[key(n), vector(n)]]);
      file.close();
      const whole = readFileSync(path);
      writeFileSync(path, whole.subarray(0, whole.length - 5));
      expect(VectorFile.open(path, space).size).toBe(3);
      const block = (whole.length - 17) / 4;
      const flipped = Buffer.from(whole);
      flipped.writeUInt8(flipped.readUInt8(17 + 2 * block + 30) ^ 1, 17 + 2 * block + 30);
      writeFileSync(path, flipped);
      const found = VectorFile.open(path, space);
      expect([found.size, found.get(key(1)), found.get(key(2))]).toEqual([2, vector(1), undefined]);
      expect(VectorFile.open(path, { space: 'b', dim: 3 }).size).toBe(0);
    });
  });

  it('tells sides and fields of a text apart', () => {
    const keys = [
      textKey('query', 'a'),
      textKey('document', 'a'),
      textKey('document', { a: 'b' }),
      textKey('document', { b: 'a' }),
    ];
    expect(new Set(keys).size).toBe(4);
  });
});
