import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { writeModel } from '../../test/model-folder.ts';
import { inFolder } from '../../test/papers.ts';
import { loadEncoder, readModel } from '../models/index.ts';
import type { lazyEncoder } from './dense-encoder.ts';
import { encodingFor } from './encode-ahead.ts';
import { loadModel } from './model.ts';

const built = new URL('../../dist/library/encode-ahead.js', import.meta.url);
const dense = new URL('../../dist/library/dense-encoder.js', import.meta.url);
const model = loadModel();
const isBuilt = existsSync(fileURLToPath(built));
const missing = model === undefined ? ' (skipped: no model)' : isBuilt ? '' : ' (skipped: not built)';
const documents = [
  { title: 'Dense retrieval', abstract: 'Vectors of passages, found by their nearest neighbours.' },
  { title: '', abstract: '' },
  { title: 'Naïve Bayes', abstract: 'Words are independent.' },
];

describe('encoding ahead', () => {
  it.skipIf(missing !== '')(`a thread makes the bytes that are made here, batch by batch${missing}`, async () => {
    if (model === undefined) return;
    const { encodingFor: threaded } = (await import(built.href)) as { encodingFor: typeof encodingFor };
    const here = encodingFor(model, 1);
    const there = threaded(model, 1_000_000);
    const batches = [documents, [], documents.slice(1)];
    const [expected, found] = await Promise.all(
      [here, there].map((encoding) => Promise.all(batches.map((batch) => encoding.encode(batch)))),
    );
    expect(found).toEqual(expected);
    expect(expected?.[0]).toHaveLength(3);
    await there.close();
    await expect(there.encode(documents)).rejects.toThrow(/ended/);
  });

  it.skipIf(missing !== '')(`a thread refuses documents for an encoder that it has not${missing}`, async () => {
    if (model === undefined) return;
    const { encodingFor: threaded } = (await import(built.href)) as { encodingFor: typeof encodingFor };
    const there = threaded({ ...model, space: 'another' as typeof model.space }, 1_000_000);
    await expect(there.encode(documents)).rejects.toMatchObject({ code: 'ENCODER_MISMATCH' });
    await there.close();
  });

  it.skipIf(missing !== '')(`a transformer has the same vectors on its thread, queries too${missing}`, async () => {
    await inFolder(async (folder) => {
      const tiny = readModel(writeModel(join(folder, 'e5-small-tiny')), 'folder');
      const here = await loadEncoder(tiny);
      const { lazyEncoder: threaded } = (await import(dense.href)) as { lazyEncoder: typeof lazyEncoder };
      const there = threaded(tiny, here);
      expect(await there.encodeDocuments(documents)).toEqual(await here.encodeDocuments(documents));
      expect(await there.encodeQueries(['dense retrieval'])).toEqual(await here.encodeQueries(['dense retrieval']));
      expect([there.space, there.fingerprints]).toEqual([here.space, here.fingerprints]);
      await there.close();
      await expect(there.encodeQueries(['x'])).rejects.toMatchObject({ code: 'CLOSED' });
      here.close();
    });
  });
});
