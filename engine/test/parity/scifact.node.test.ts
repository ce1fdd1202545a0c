// Published numbers on SciFact (BEIR): BM25 over title and text in one field.

import { loadDataset } from '@quire/engine/node';
import { part, retrieve } from '@quire/engine/retrieval';
import { expect } from 'vitest';
import { benchmark, whenShared } from '../support/shared.node.ts';
import { HITS, indexFlat, published, publishedRun } from './published.node.ts';

const scifact = whenShared(benchmark('scifact', 'corpus.jsonl.gz'));

scifact.it(
  'SciFact has 838,128 terms; BM25 gives nDCG@10 .6789 and R@100 .9253',
  async () => {
    const dataset = await loadDataset('scifact', { data: benchmark() });
    const indexed = await indexFlat(dataset);
    const { encoder, library, totalTerms } = indexed;
    expect(totalTerms).toBe(838_128);
    const run = await publishedRun(dataset, indexed, retrieve(encoder, part(library, 'lexical'), HITS));
    const values = published(run, dataset.qrels, ['nDCG@10', 'R@100', 'R@1000']);
    console.log(`SciFact, BM25 flat: ${JSON.stringify(values)}, ${totalTerms} terms`);
    expect(Math.abs(values['nDCG@10']! - 0.6789)).toBeLessThanOrEqual(0.0005);
    expect(Math.abs(values['R@100']! - 0.9253)).toBeLessThanOrEqual(0.0005);
    expect(Math.abs(values['R@1000']! - 0.9767)).toBeLessThanOrEqual(0.0005);
  },
  240_000,
);
