// Published numbers, from the original files: the CACM regression of Anserini (BM25 and BM25 + RM3), exactly.

import { loadCacmRaw } from '@quire/engine/node';
import { part, retrieve, rm3 } from '@quire/engine/retrieval';
import { beforeAll, expect } from 'vitest';
import { benchmark, whenShared } from '../support/shared.node.ts';
import { HITS, type Indexed, indexFlat, published, publishedRun } from './published.node.ts';

const cacm = whenShared(benchmark('cacm', 'raw', 'cacm.tar.gz'));

cacm.describe('CACM in its original files', () => {
  let dataset: Awaited<ReturnType<typeof loadCacmRaw>>;
  let indexed: Indexed;
  beforeAll(async () => {
    dataset = await loadCacmRaw({ data: benchmark() });
    indexed = await indexFlat(dataset);
  }, 240_000);

  cacm.it('has 320,968 terms, 14,363 different ones', () => {
    expect(indexed.totalTerms).toBe(320_968);
    expect(indexed.uniqueTerms).toBe(14_363);
  });

  cacm.it('BM25 gives MAP .3123 and P@30 .1942', async () => {
    const run = await publishedRun(dataset, indexed, retrieve(indexed.encoder, part(indexed.library, 'lexical'), HITS));
    expect(published(run, dataset.qrels, ['map', 'P.30'])).toEqual({ map: 0.3123, P_30: 0.1942 });
  });

  cacm.it('BM25 + RM3 gives MAP .3648 and P@30 .2224', async () => {
    const run = await publishedRun(
      dataset,
      indexed,
      rm3(indexed.encoder, part(indexed.library, 'lexical'), { k: HITS }),
    );
    expect(published(run, dataset.qrels, ['map', 'P.30'])).toEqual({ map: 0.3648, P_30: 0.2224 });
  });
});
