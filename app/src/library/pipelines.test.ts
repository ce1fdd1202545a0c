// There is no second path: what `quire eval` measures is what the site answers.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset } from '@quire/engine/node';
import { describe, expect, it } from 'vitest';
import { unless } from '../../../engine/test/support/skip.ts';
import { inFolder } from '../../test/papers.ts';
import { type OpenLibrary, openLibraryIn } from '../services/library-open.ts';
import { composed } from './compose.ts';
import { evaluateDataset } from './evaluation.ts';
import { contentsLayout, indexDataset, paperLayout } from './evaluation-index.ts';
import { loadModel } from './model.ts';
import { documentNames } from './names.ts';
import { loadEncoders } from './paper-index.ts';
import { needsEncoder, PIPELINES, type Pipeline, pipelineNamed, type SearchPipeline } from './pipelines.ts';
import { search } from './search.ts';

const whenModel = unless(loadModel() === undefined ? 'no model in models/' : undefined);

const WORDS = 'dense sparse index graph vector query rank learn train code model search deep label noise'.split(' ');
const word = (i: number) => WORDS[i % WORDS.length]!;
/** 160 documents, more than the candidates of a list, of words in many combinations. */
const DOCUMENTS = Array.from({ length: 160 }, (_, i) => ({
  id: `arxiv:2503.${String(i + 1).padStart(5, '0')}`,
  title: `${word(i)} ${word(i * 7 + 3)} ${word(i * 3 + 1)} study ${i}`,
  text: `We ${word(i + 2)} the ${word(i * 5)} of ${word(i * 11 + 4)}. A ${word(i * 2)} ${word(i * 13 + 6)} helps retrieval.`,
}));
const QUERIES = [
  'dense retrieval',
  'retrieval',
  'how do I train a graph index without labels?',
  '"dense study"',
  'retreival of vectors',
  'xyzzyq',
  '+graph -index code',
  '-graph',
  DOCUMENTS[7]!.title,
  DOCUMENTS[9]!.id,
  'ti:sparse noise',
  'the of and',
  '',
];
const DATASET: Dataset = {
  name: 'made',
  folder: '',
  split: 'test',
  splits: ['test'],
  documents: DOCUMENTS,
  queries: new Map(QUERIES.map((text, i) => [`q${i}`, text])),
  qrels: new Map(QUERIES.map((_, i) => [`q${i}`, new Map([[DOCUMENTS[0]!.id, 1]])])),
  fingerprints: {},
};

/** The same documents as papers of a library in a folder: an import, the store, the index on disk. */
async function onTheSite<T>(
  work: (library: OpenLibrary) => Promise<T>,
  imports: readonly (typeof DOCUMENTS)[] = [DOCUMENTS],
): Promise<T> {
  return inFolder(async (folder) => {
    const library = await openLibraryIn(folder, { create: true });
    try {
      for (const [i, documents] of imports.entries()) {
        const file = join(folder, `papers-${i}.jsonl`);
        const rows = documents.map(({ id, title, text }) => ({
          source: 'arxiv',
          id: id.slice('arxiv:'.length),
          arxivId: id.slice('arxiv:'.length),
          title,
          abstract: text,
        }));
        writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
        await library.ingest.importFiles([file]);
      }
      expect((await library.services.counts()).works).toBe(imports.flat().length);
      return await work(library);
    } finally {
      await library.close();
    }
  });
}

describe('one pipeline', () => {
  whenModel.it('gives the site and `quire eval` the same ranking, byte for byte', async () => {
    await onTheSite(async ({ services }) => {
      for (const mode of ['hybrid', 'lexical', 'dense'] as const) {
        const measured = await evaluateDataset(DATASET, { pipeline: PIPELINES[mode], measures: ['ndcg_cut.10'] });
        for (const [i, text] of QUERIES.entries()) {
          const shown: string[] = [];
          for (let offset = 0; offset < 200; offset += 100) {
            const page = await services.search(text, { mode, offset, limit: 100 });
            expect(page.pipeline).toBe(mode);
            shown.push(...page.hits.map(({ work }) => work.key));
          }
          expect([mode, text, measured.run.get(`q${i}`)!.map(({ id }) => id)]).toEqual([mode, text, shown]);
        }
      }
    });
  });

  whenModel.it('gives both the same scores, bit for bit', async () => {
    const encoders = loadEncoders();
    const made = await indexDataset(DATASET, paperLayout(encoders));
    const snapshot = made.library.snapshot();
    const names = documentNames(DOCUMENTS);
    await onTheSite(async ({ services }) => {
      for (const mode of ['hybrid', 'lexical', 'dense'] as const) {
        const pipeline = composed(PIPELINES[mode], encoders);
        for (const text of QUERIES) {
          const { found } = await search(text, { names, snapshot, encoders }, { pipeline, wanted: 100 });
          const { hits } = await services.search(text, { mode, limit: 100 });
          const site = hits.map(({ work, reason, score }) => ({ key: work.key, reason, score }));
          expect(JSON.stringify(found.slice(0, 100))).toBe(JSON.stringify(site));
        }
      }
    });
    snapshot.release();
    await made.library.close();
  });

  whenModel.it('gives a site of two imports the ranking of `quire eval`, which has one segment', async () => {
    // More documents than candidates that are scored (500): which they are depends on codes.
    const documents = Array.from({ length: 900 }, (_, i) => ({
      id: `arxiv:2504.${String(i + 1).padStart(5, '0')}`,
      title: `${word(i * 5 + 2)} ${word(i * 7 + (i >> 4))} ${word(i * 3 + (i >> 5))}`,
      text: `${word(i + (i >> 3))} ${word(i * 11 + (i >> 6))} by number ${i}.`,
    }));
    const dataset = { ...DATASET, documents, qrels: new Map([...DATASET.qrels.keys()].map((id) => [id, new Map()])) };
    const encoders = loadEncoders();
    const made = await indexDataset(dataset, paperLayout(encoders));
    const snapshot = made.library.snapshot();
    await onTheSite(
      async ({ services, index }) => {
        expect(index.state().segments).toBe(2);
        for (const mode of ['hybrid', 'dense'] as const) {
          const pipeline = composed(PIPELINES[mode], encoders);
          for (const text of QUERIES) {
            const sources = { names: documentNames(documents), snapshot, encoders };
            const { found } = await search(text, sources, { pipeline, wanted: 100 });
            const { hits } = await services.search(text, { mode, limit: 100 });
            const site = hits.map(({ work, reason, score }) => ({ key: work.key, reason, score }));
            expect(JSON.stringify(found.slice(0, 100))).toBe(JSON.stringify(site));
          }
        }
      },
      [documents.slice(0, 700), documents.slice(700)],
    );
    snapshot.release();
    await made.library.close();
  });

  whenModel.it('changes nothing above where more hits are wanted', async () => {
    const encoders = loadEncoders();
    const made = await indexDataset(DATASET, paperLayout(encoders));
    const snapshot = made.library.snapshot();
    const sources = { names: documentNames(DOCUMENTS), snapshot, encoders };
    for (const mode of ['hybrid', 'lexical', 'dense'] satisfies SearchPipeline[]) {
      const pipeline = composed(PIPELINES[mode], encoders);
      for (const text of QUERIES) {
        const few = await search(text, sources, { pipeline, wanted: 20 });
        const many = await search(text, sources, { pipeline, wanted: 1_000 });
        const keys = many.found.map(({ key }) => key);
        expect(keys.slice(0, 20)).toEqual(few.found.map(({ key }) => key).slice(0, 20));
        expect(many.ranking.map(({ id }) => id)).toEqual(keys);
        for (const [i, { score }] of many.ranking.slice(1).entries()) {
          expect(score).toBeLessThanOrEqual(many.ranking[i]!.score);
        }
        if (text === 'retrieval' && mode !== 'dense') expect(keys).toHaveLength(DOCUMENTS.length);
      }
    }
    snapshot.release();
    await made.library.close();
  });

  it('is composed once for the encoders that it runs with', () => {
    const { encoders } = contentsLayout();
    expect(composed(PIPELINES.bm25, encoders)).toBe(composed(PIPELINES.bm25, encoders));
    expect(composed(PIPELINES.bm25, encoders)).not.toBe(composed(PIPELINES.rm3, encoders));
    expect(composed(PIPELINES.bm25, encoders).stages.name).toBe('retrieve(terms(english), terms, 1000)');
  });

  it('says which pipelines there are, and what needs an encoder or a paper', async () => {
    expect(() => pipelineNamed('magic')).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', hint: expect.stringContaining('hybrid, lexical, dense') }),
    );
    expect(() => pipelineNamed('toString')).toThrow('There is no pipeline "toString"');
    for (const [name, pipeline] of Object.entries<Pipeline>(PIPELINES)) {
      expect(pipeline.name).toBe(name);
      expect(JSON.parse(JSON.stringify(pipeline))).toEqual(pipeline); // data, nothing else
    }
    expect(
      Object.values<Pipeline>(PIPELINES)
        .filter(needsEncoder)
        .map(({ name }) => name),
    ).toEqual(['hybrid', 'dense', 'similar']);
    expect(() => composed(PIPELINES.hybrid, contentsLayout().encoders)).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND' }),
    );
    await expect(evaluateDataset(DATASET, { pipeline: PIPELINES.similar, measures: ['map'] })).rejects.toThrow(
      'The pipeline similar takes a paper, not a query',
    );
  });
});
