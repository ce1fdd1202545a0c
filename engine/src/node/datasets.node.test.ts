import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { findLeak } from '@quire/engine/evaluation';
import { afterAll, describe, expect, it } from 'vitest';
import { benchmark, whenShared } from '../../test/support/shared.node.ts';
import { dataFolder, listDatasets, loadCacmRaw, loadDataset, loadQrels } from './datasets.ts';

const data = mkdtempSync(join(tmpdir(), 'quire-datasets-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

const corpus = '{"_id":"d1","title":"T","text":"x"}\r\n\n{"_id":"d2","text":"y"}\n';
mkdirSync(join(data, 'tiny', 'qrels'), { recursive: true });
writeFileSync(join(data, 'tiny', 'corpus.jsonl.gz'), gzipSync(corpus));
writeFileSync(join(data, 'tiny', 'queries.jsonl'), '{"_id":"q","text":"what"}\n');
writeFileSync(join(data, 'tiny', 'qrels', 'test.tsv'), 'query-id\tcorpus-id\tscore\nq\td1\t1\n');
writeFileSync(join(data, 'tiny', 'qrels', 'train.tsv'), 'q\td2\t1\n');
mkdirSync(join(data, 'broken', 'qrels'), { recursive: true });
writeFileSync(join(data, 'broken', 'corpus.jsonl'), `${corpus}{"_id":"d1","text":"again"}\n`);
writeFileSync(join(data, 'broken', 'queries.jsonl.gz'), 'not gzip');
writeFileSync(join(data, 'broken', 'qrels', 'test.tsv'), 'q\td1\t1\n');

describe('datasets on disk', () => {
  it('are found in the given folder, plain or compressed', async () => {
    expect(listDatasets({ data })).toEqual(['broken', 'tiny']);
    const set = await loadDataset('tiny', { data });
    expect(set.documents.map(({ id }) => id)).toEqual(['d1', 'd2']);
    expect(set.queries.get('q')).toBe('what');
    expect(set.qrels.get('q')?.get('d1')).toBe(1);
    expect(set.splits).toEqual(['test', 'train']);
  });

  it('have fingerprints of their content, not of their compression', async () => {
    const before = (await loadDataset('tiny', { data })).fingerprints;
    writeFileSync(join(data, 'tiny', 'corpus.jsonl.gz'), gzipSync(corpus, { level: 1 }));
    expect((await loadDataset('tiny', { data })).fingerprints).toEqual(before);
    writeFileSync(join(data, 'tiny', 'corpus.jsonl.gz'), gzipSync(corpus.replace('"x"', '"z"')));
    const after = (await loadDataset('tiny', { data })).fingerprints;
    expect(after.corpus).not.toBe(before.corpus);
    expect(after.queries).toBe(before.queries);
  });

  it('fail with an error that names the missing or wrong set, split, file or line', async () => {
    await expect(loadDataset('none', { data })).rejects.toThrow(/no dataset "none"/);
    await expect(loadDataset('..', { data })).rejects.toThrow(/no dataset "\.\."/);
    await expect(loadQrels('tiny', { data, split: 'dev' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      hint: 'The splits are: test, train.',
    });
    await expect(loadDataset('broken', { data })).rejects.toThrow(/corpus.jsonl, line 4: document id "d1" comes twice/);
    writeFileSync(join(data, 'broken', 'corpus.jsonl'), corpus);
    await expect(loadDataset('broken', { data })).rejects.toThrow(/queries.jsonl.gz cannot be read/);
    expect(() => dataFolder({ data: join(data, 'nowhere') })).toThrow(/does not exist/);
  });
});

whenShared(benchmark('scifact')).it('SciFact has 5,183 documents and leaks 65.3 % of its test queries', async () => {
  const set = await loadDataset('scifact', { data: benchmark() });
  expect(set.documents).toHaveLength(5183);
  expect(set.qrels.size).toBe(300);
  const train = await loadQrels('scifact', { data: benchmark(), split: 'train' });
  const leak = findLeak(train.qrels, set.qrels);
  expect(leak.shared).toBe(196);
  expect(leak.share).toBeCloseTo(0.653, 3);
  expect(leak.trainDocuments).toBe(565);
  expect(leak.documentShare).toBeCloseTo(181 / 283, 12); // the spec says .638
});

whenShared(benchmark('cacm', 'raw')).it(
  'CACM in its original files has 3,204 documents, 64 topics, 52 judged',
  async () => {
    const set = await loadCacmRaw({ data: benchmark() });
    expect(set.documents).toHaveLength(3204);
    expect(set.documents[0]).toMatchObject({ id: 'CACM-0001', title: '' });
    expect(set.documents.some(({ text }) => /<\/?(html|pre)>/.test(text))).toBe(false);
    expect(set.queries.size).toBe(64);
    expect(set.qrels.size).toBe(52);
  },
);
