// Published numbers on SciFact (BEIR): BM25 over title and text in one field. Intl.Segmenter gives 44 terms
// fewer than published: the symbols ©, ®, ™ and ↔. Lucene's tokenizer keeps them as emoji; Intl.Segmenter does not mark
// them as word-like.

import { loadDataset } from '@quire/engine/node';
import { part, retrieve } from '@quire/engine/retrieval';
import { english } from '@quire/engine/text';
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

scifact.it('44 of the terms of SciFact are symbols that count as emoji', async () => {
  const dataset = await loadDataset('scifact', { data: benchmark() });
  const analyzer = english();
  const symbols = new Map<string, number>();
  for (const { title, text } of dataset.documents) {
    for (const term of analyzer.analyze(`${title}\n${text}`).terms) {
      if (/^\p{Extended_Pictographic}$/u.test(term)) symbols.set(term, (symbols.get(term) ?? 0) + 1);
    }
  }
  expect(Object.fromEntries(symbols)).toEqual({ '®': 27, '©': 11, '™': 4, '↔': 2 });
});
